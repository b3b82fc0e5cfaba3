/** Code Mode for the AI SDK, with the signature of `@cloudflare/codemode/ai`. */

import { asSchema, jsonSchema, tool, type Tool, type ToolSet } from "ai";
import { CodeMode, type CodeTool } from "./client.ts";
import type { CommandOptions } from "./connection.ts";
import { declare } from "./declare.ts";
import { IsoletExecutor, logLines, type Executor, type ResolvedProvider } from "./executor.ts";
import type { Approval, JsonSchema, Limits, ToolCall, ToolDefinition } from "./types.ts";

/** A tool with a schema of any library that the AI SDK knows, such as Zod. */
export interface ToolDescriptor {
  description?: string;
  inputSchema: unknown;
  outputSchema?: unknown;
  execute?: (args: any) => Promise<unknown>;
}

export type ToolDescriptors = Record<string, ToolDescriptor>;

/** Tools without schemas. */
export type SimpleToolRecord = Record<string, { description?: string; execute: (args: any) => Promise<unknown> }>;

export type ToolProviderTools = ToolDescriptors | ToolSet | SimpleToolRecord;

/** Tools under one name in programs. */
export interface ToolProvider {
  /** Default: `codemode`. */
  name?: string;
  tools: ToolProviderTools;
  /** The declarations for the model. Default: made of the tools. */
  types?: string;
}

export interface CreateCodeToolOptions extends CommandOptions {
  tools: ToolProviderTools | ToolProvider[];
  /** What runs the programs. Default: isolet, with the schemas of the tools checked at each call. */
  executor?: Executor;
  /** A description of the tool, in which `{{types}}` stands for the declarations. */
  description?: string;
  /** Limits of each program, if there is no executor. */
  limits?: Limits;
  /**
   * Decides about calls of tools with `needsApproval`, if there is no executor of another kind. Without it these
   * tools are left out, as the peer does.
   */
  approve?: (call: ToolCall) => Approval | Promise<Approval>;
}

export type CodeInput = { code: string };
export type CodeOutput = { result: unknown; logs?: string[] };

export const DEFAULT_DESCRIPTION = `Runs a program in JavaScript or TypeScript and returns its value.

Available:
{{types}}

Write the body of an async function: \`await\` the tools, compute with their results, and \`return\` only what is needed. Independent calls can run at once with \`Promise.all\`. \`console.log\` is returned too. The program has no network, no files and no packages.`;

const DEFAULT_NAMESPACE = "codemode";

/** Wraps tools of the AI SDK into a provider with the default name. */
export function aiTools(tools: ToolDescriptors | ToolSet): ToolProvider {
  return { tools };
}

/** Returns the functions of a provider, which check their arguments. Tools with `needsApproval` are left out. */
export function resolveProvider(provider: ToolProvider): ResolvedProvider {
  const definitions = definitionsOf(provider).filter((it) => !it.needsApproval);
  const fns = definitions.map((it) => [it.name, async (input: unknown) => it.execute(input, NO_CALL)] as const);
  return { name: provider.name ?? DEFAULT_NAMESPACE, fns: Object.fromEntries(fns) };
}

/** What is known of a call if the executor tells nothing. */
const NO_CALL = { idempotencyKey: "", signal: undefined } as unknown as ToolCall;

/** Executes a tool of the AI SDK, with the options that it may look at. */
async function executed(tool: any, input: unknown, { idempotencyKey, signal }: ToolCall): Promise<unknown> {
  const options = { toolCallId: idempotencyKey, messages: [], abortSignal: signal, context: {} };
  const result = await tool.execute(input, options);
  if (typeof result?.[Symbol.asyncIterator] !== "function") return result;
  // Of values that follow one another, the last one counts.
  let last: unknown;
  for await (const value of result) last = value;
  return last;
}

/**
 * Creates a tool of the AI SDK that runs programs which call these tools. It starts the command once, and waits for it,
 * to learn the declarations.
 */
export function createCodeTool(options: CreateCodeToolOptions): Tool<CodeInput, CodeOutput> {
  const { executor, approve, limits, command, memoryBytes, runs } = options;
  const providers = Array.isArray(options.tools) ? options.tools : [{ tools: options.tools }];
  const isolet = executor === undefined || executor instanceof IsoletExecutor;
  const isOffered = (definition: ToolDefinition) => !definition.needsApproval || (isolet && approve !== undefined);
  const all = providers.map((provider) => definitionsOf(provider).filter(isOffered));
  const run = isolet
    ? inIsolet(executor ?? new IsoletExecutor({ command, memoryBytes, runs, limits: limits ?? {} }), {
        tools: all.flat(),
        approve,
        ...(executor ? {} : limits && { limits }),
      })
    : elsewhere(executor, providers);
  const untyped = all.filter((_, index) => providers[index]?.types === undefined).flat();
  const made = untyped.length > 0 ? [declare({ command }, { tools: untyped })] : [];
  const types = [...made, ...providers.flatMap(({ types }) => types ?? [])].join("\n\n");
  // A function, because `$` has a meaning in a text.
  const description = (options.description ?? DEFAULT_DESCRIPTION).replace("{{types}}", () => types);
  return tool({
    description,
    inputSchema: jsonSchema<CodeInput>({
      type: "object",
      properties: { code: { type: "string", description: "The program" } },
      required: ["code"],
      additionalProperties: false,
    }),
    execute: ({ code }: CodeInput, { abortSignal }: { abortSignal?: AbortSignal }) => run(code, abortSignal),
  }) as Tool<CodeInput, CodeOutput>;
}

type Run = (code: string, signal?: AbortSignal) => Promise<CodeOutput>;

/** Runs programs with tools whose schemas the command knows. */
function inIsolet(executor: IsoletExecutor, options: Pick<Parameters<CodeMode["createTool"]>[0], "tools" | "approve" | "limits">): Run {
  const { codeMode, modules } = executor;
  const limits = { ...executor.limits, ...options.limits };
  let made: Promise<CodeTool> | undefined;
  return async (code, signal) => {
    made ??= codeMode.createTool({ ...options, modules, limits });
    // A command that could not be started may be there the next time.
    const codeTool = await made.catch((error) => {
      made = undefined;
      throw error;
    });
    const execution = await codeTool.execute(code, { signal });
    if (execution.error) throw new Error(`Code execution failed: ${execution.text}`);
    return output(execution.result, logLines(execution));
  };
}

/** Runs programs with an executor of another kind. */
function elsewhere(executor: Executor, providers: readonly ToolProvider[]): Run {
  const resolved = providers.map(resolveProvider);
  return async (code) => {
    const { result, error, logs = [] } = await executor.execute(code, resolved);
    if (error) {
      const shown = logs.length > 0 ? `\n\nConsole output:\n${logs.join("\n")}` : "";
      throw new Error(`Code execution failed: ${error}${shown}`);
    }
    return output(result, logs);
  };
}

function output(result: unknown, logs: string[]): CodeOutput {
  return logs.length > 0 ? { result, logs } : { result };
}

/** Returns the tools of a provider that can be executed. */
function definitionsOf({ name: namespace = DEFAULT_NAMESPACE, tools }: ToolProvider): ToolDefinition[] {
  return Object.entries(tools as Record<string, any>).flatMap(([name, it]) => {
    if (typeof it.execute !== "function") return [];
    const raw = it.inputSchema ?? it.parameters;
    const schema = raw == null ? undefined : asSchema<any>(raw);
    const outputs = it.outputSchema == null ? undefined : asSchema<any>(it.outputSchema);
    const execute = async (input: unknown, call: ToolCall) => {
      const checked = schema?.validate && (await schema.validate(input));
      if (checked && !checked.success) throw checked.error;
      const output = await executed(it, checked ? checked.value : input, call);
      // Without the properties that its library leaves out. The command says what else is wrong.
      const parsed = outputs?.validate && (await outputs.validate(output));
      return parsed?.success ? parsed.value : output;
    };
    const description = typeof it.description === "string" ? it.description : undefined;
    // A function decides by arguments that are not known yet.
    const needsApproval = it.needsApproval === true || typeof it.needsApproval === "function";
    const inputSchema = schema ? plain(() => schema.jsonSchema) : {};
    const outputSchema = it.outputSchema == null ? undefined : plain(() => outputSchemaOf(it.outputSchema));
    return [{ namespace, name, description, inputSchema, outputSchema, needsApproval, execute }];
  });
}

/** Returns the schema of what is produced, where the library tells it from what is accepted. */
function outputSchemaOf(schema: any): unknown {
  const converter = schema["~standard"]?.jsonSchema?.output;
  return typeof converter === "function" ? converter({ target: "draft-07" }) : asSchema(schema).jsonSchema;
}

/** Returns a JSON Schema. One that cannot be made, or is a promise, is any value. */
function plain(make: () => unknown): JsonSchema {
  try {
    const schema = make();
    if (typeof schema === "boolean") return schema;
    if (schema === null || typeof schema !== "object" || "then" in schema) return {};
    return schema as JsonSchema;
  } catch {
    return {};
  }
}
