import { CodeMode } from "./client.ts";
import type { CommandOptions } from "./connection.ts";
import { messageOf } from "./errors.ts";
import { sanitizeToolName, wrongName } from "./names.ts";
import { HOST_NAMESPACE, HOST_TOOL, SETUP_MODULE, setupModule, type SandboxCall } from "./sandbox.ts";
import type { Execution, Limits } from "./types.ts";
import { parse, stringify } from "./values.ts";

type Fn = (...args: any[]) => Promise<unknown>;

/** The outcome of a program, as the peer has it. */
export interface ExecuteResult {
  result: unknown;
  error?: string;
  logs?: string[];
}

/** Functions under one name in programs. */
export interface ResolvedProvider {
  name: string;
  fns: Record<string, Fn>;
  /** JavaScript that is run in the sandbox after the object has been made, to give it own properties. */
  prelude?: string;
}

/** An object whose calls go to `callTool`. */
export interface ConnectorBinding {
  name: string;
  binding: { callTool(method: string, args: unknown): Promise<unknown> };
}

export interface ExecutorOptions {
  connectors?: ConnectorBinding[];
}

/** Runs code that calls functions of the host: the interface of `@cloudflare/codemode`. */
export interface Executor {
  execute(
    code: string,
    providersOrFns: ResolvedProvider[] | Record<string, Fn>,
    options?: ExecutorOptions,
  ): Promise<ExecuteResult>;
}

export interface IsoletExecutorOptions extends CommandOptions {
  /** The time of a program in milliseconds, with the time of its calls. Default: 60,000. */
  timeout?: number;
  /** Sources of modules that programs can import, by name. */
  modules?: Record<string, string>;
  /** Other limits of each program. */
  limits?: Omit<Limits, "wallMs">;
  /** The command that runs the programs, if it is shared. Default: one of its own. */
  codeMode?: CodeMode;
}

const DEFAULT_TIMEOUT = 60_000;

/** The most bytes of a result. */
const RESULT_BYTES = 4 << 20;

/**
 * An executor for `@cloudflare/codemode` whose programs run in sandboxes of isolet. It never throws.
 *
 * Each program has a sandbox of its own without network and files. Results are JSON: what has no value is null.
 */
export class IsoletExecutor implements Executor {
  /** @internal */
  readonly codeMode: CodeMode;
  /** @internal */
  readonly limits: Limits;
  /** @internal */
  readonly modules: Record<string, string>;

  constructor(options: IsoletExecutorOptions = {}) {
    const { timeout = DEFAULT_TIMEOUT, modules = {}, limits, codeMode, ...command } = options;
    this.codeMode = codeMode ?? new CodeMode(command);
    this.limits = { resultBytes: RESULT_BYTES, ...limits, wallMs: timeout };
    this.modules = modules;
  }

  async execute(
    code: string,
    providersOrFns: ResolvedProvider[] | Record<string, Fn>,
    options: ExecutorOptions = {},
  ): Promise<ExecuteResult> {
    const providers = Array.isArray(providersOrFns) ? providersOrFns : [{ name: "codemode", fns: providersOrFns }];
    try {
      const connectors = options.connectors ?? [];
      const functions = checked(providers, connectors);
      const namespaces = [
        ...providers.map(({ name, prelude }) => ({ kind: "provider" as const, name, prelude })),
        ...connectors.map(({ name }) => ({ kind: "connector" as const, name })),
      ];
      const tool = await this.codeMode.createTool({
        tools: [{ namespace: HOST_NAMESPACE, name: HOST_TOOL, execute: (call) => answer(call, functions, connectors) }],
        modules: { ...this.modules, [SETUP_MODULE]: setupModule(namespaces) },
        limits: this.limits,
      });
      try {
        return result(await tool.execute(`${PREFIX}${withoutFence(code)}`));
      } finally {
        await tool.close();
      }
    } catch (error) {
      return { result: undefined, error: messageOf(error) };
    }
  }

  /** Ends the command. It is started again when it is needed. */
  close(): Promise<void> {
    return this.codeMode.close();
  }
}

/** Stands on the first line of a program, so that its lines keep their numbers. */
const PREFIX = `import "${SETUP_MODULE}"; `;

/** Returns the code in a Markdown fence that is the whole text, or else the text. */
function withoutFence(code: string): string {
  const fence = /^```(?:js|javascript|mjs|ts|typescript|jsx|tsx)?[ \t]*\r?\n([\s\S]*?)\r?\n?```$/.exec(code.trim());
  return fence?.[1] ?? code;
}

/** Checks the names, and returns the functions of each provider by their names in programs. */
function checked(
  providers: readonly ResolvedProvider[],
  connectors: readonly ConnectorBinding[],
): Map<string, Map<string, Fn>> {
  const seen = new Set<string>();
  const check = (kind: "Provider" | "Connector", name: string, clash: string) => {
    const wrong = wrongName(kind, name) ?? (seen.has(name) ? clash : undefined);
    if (wrong) throw new Error(wrong);
    seen.add(name);
  };
  const functions = new Map<string, Map<string, Fn>>();
  for (const { name: provider, fns } of providers) {
    check("Provider", provider, `Duplicate provider name "${provider}"`);
    const safe = new Map<string, Fn>();
    const originals = new Map<string, string>();
    for (const [name, fn] of Object.entries(fns)) {
      const word = sanitizeToolName(name);
      const other = originals.get(word);
      if (other !== undefined) {
        throw new Error(
          `Tool names "${other}" and "${name}" both sanitize to "${word}" in provider "${provider}"`,
        );
      }
      originals.set(word, name);
      safe.set(word, fn);
    }
    functions.set(provider, safe);
  }
  for (const { name } of connectors) {
    check("Connector", name, `Duplicate name "${name}" (connector clashes with provider)`);
  }
  return functions;
}

/** Makes a call of the sandbox. What goes wrong is part of the answer. */
async function answer(
  { kind, namespace, name, args }: SandboxCall,
  functions: Map<string, Map<string, Fn>>,
  connectors: readonly ConnectorBinding[],
): Promise<string> {
  try {
    const list: unknown[] = parse(args);
    if (kind === "connector") {
      const connector = connectors.find((it) => it.name === namespace);
      if (!connector) return stringify({ error: `Connector "${namespace}" not found` });
      return stringify({ result: await connector.binding.callTool(name, list[0]) });
    }
    const fn = functions.get(namespace)?.get(name);
    if (!fn) return stringify({ error: `Tool "${name}" not found` });
    return stringify({ result: await fn(...list) });
  } catch (error) {
    return stringify({ error: messageOf(error) });
  }
}

/** Returns the lines that a program has logged, as the peer writes them. */
export function logLines({ logs }: Execution): string[] {
  return logs.map(({ level, message }) => (level === "warn" || level === "error" ? `[${level}] ${message}` : message));
}

function result(execution: Execution): ExecuteResult {
  const { outcome, error } = execution;
  const logs = logLines(execution);
  if (!error) return { result: execution.result, logs };
  if (outcome === "exceededWallTime") return { result: undefined, error: "Execution timed out", logs };
  // The first line of the program is not as it was.
  const frame = error.frame && error.line !== 1 ? `\n${error.frame}` : "";
  return { result: undefined, error: `${error.message}${frame}`, logs };
}
