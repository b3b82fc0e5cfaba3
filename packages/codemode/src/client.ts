import { Connection, type CommandOptions } from "./connection.ts";
import { CommandError } from "./errors.ts";
import type { Approval, CodeToolOptions, Execution, ToolCall, ToolDefinition } from "./types.ts";

/** Options of one execution. */
export interface ExecuteOptions {
  /** Ends the program at once. */
  signal?: AbortSignal | undefined;
  /** The most bytes of `text`. Default: 20,000. */
  textBytes?: number | undefined;
}

/** A tool as the command has made it. */
interface Made {
  tool: string;
  declarations: string;
  description: string;
}

const DEFAULT_NAMESPACE = "tools";

/** Returns the parameters of `createTool`. */
export function createToolParams(options: Omit<CodeToolOptions, "approve">): object {
  const { tools, namespaces, modules, limits } = options;
  const definitions = tools.map((tool) => ({
    namespace: namespaceOf(tool),
    name: tool.name,
    description: tool.description,
    inputSchema: tool.inputSchema,
    outputSchema: tool.outputSchema,
    approve: tool.needsApproval ?? false,
  }));
  return { tools: definitions, namespaces, modules, limits };
}

function namespaceOf(tool: ToolDefinition): string {
  return tool.namespace ?? DEFAULT_NAMESPACE;
}

/**
 * The command `isolet code-mode`, which runs the programs of any number of tools. It is started when it is first
 * needed, and again if it has ended. It does not keep the process alive.
 */
export class CodeMode {
  readonly #options: CommandOptions;
  readonly #tools = new Map<string, CodeToolOptions>();
  #connection: Promise<Connection> | undefined;

  constructor(options: CommandOptions = {}) {
    this.#options = options;
  }

  /** Makes a tool that runs programs. */
  async createTool(options: CodeToolOptions): Promise<CodeTool> {
    const open = async (): Promise<[Connection, Made]> => {
      const connection = await this.#connected();
      const made: Made = await connection.request("createTool", createToolParams(options));
      this.#tools.set(made.tool, options);
      return [connection, made];
    };
    const close = async (connection: Connection, handle: string) => {
      if (!connection.hasEnded) await connection.request("closeTool", { tool: handle });
      this.#tools.delete(handle);
    };
    return new CodeTool(open, close, await open());
  }

  /** Ends the command and all that runs in it. */
  async close(): Promise<void> {
    const connection = this.#connection;
    this.#connection = undefined;
    await (await connection?.catch(() => undefined))?.close();
  }

  async #connected(): Promise<Connection> {
    const connection = this.#connection && (await this.#connection.catch(() => undefined));
    if (connection && !connection.hasEnded) return connection;
    this.#tools.clear();
    this.#connection = Connection.start(this.#options, (...request) => this.#serve(...request));
    return this.#connection;
  }

  async #serve(method: string, params: any, signal: AbortSignal): Promise<unknown> {
    const { tool: handle, namespace, name, call: index, idempotencyKey } = params;
    const options = this.#tools.get(handle);
    const tool = options?.tools.find((it) => it.name === name && namespaceOf(it) === namespace);
    if (!options || !tool) throw new CommandError(`there is no tool ${namespace}.${name}`);
    const call: ToolCall = { namespace, name, arguments: params.arguments, index, idempotencyKey, signal };
    switch (method) {
      case "callTool":
        return { value: (await tool.execute(call.arguments, call)) ?? null };
      case "approve":
        return decided(options.approve ? await options.approve(call) : false);
      default:
        throw new CommandError(`there is no method ${method}`);
    }
  }
}

function decided(approval: Approval): Exclude<Approval, boolean> {
  return typeof approval === "boolean" ? { approved: approval } : approval;
}

/** A tool that runs programs against other tools. */
export class CodeTool {
  readonly #open: () => Promise<[Connection, Made]>;
  readonly #close: (connection: Connection, handle: string) => Promise<void>;
  #opened: Promise<[Connection, Made]>;
  /** The interface of the tools in TypeScript. */
  readonly declarations: string;
  /** A description of the tool for a model, with the declarations. */
  readonly description: string;

  /** @internal */
  constructor(
    open: () => Promise<[Connection, Made]>,
    close: (connection: Connection, handle: string) => Promise<void>,
    opened: [Connection, Made],
  ) {
    this.#open = open;
    this.#close = close;
    this.#opened = Promise.resolve(opened);
    this.declarations = opened[1].declarations;
    this.description = opened[1].description;
  }

  /**
   * Runs the answer of a model: a body, an expression, a function or a module, in JavaScript or TypeScript, in
   * a Markdown fence or not. A program that fails is an execution without a result.
   */
  async execute(code: string, options: ExecuteOptions = {}): Promise<Execution> {
    const [connection, { tool }] = await this.#current();
    return execute(connection, { tool }, code, options);
  }

  /** Begins a session, whose programs share their variables and run one after the other. */
  async session(): Promise<CodeSession> {
    const [connection, { tool }] = await this.#current();
    const { session } = await connection.request("createSession", { tool });
    return new CodeSession(connection, session);
  }

  /** Ends the programs of the tool. */
  async close(): Promise<void> {
    const [connection, { tool }] = await this.#opened;
    await this.#close(connection, tool);
  }

  /** Makes the tool again if the command has ended. */
  async #current(): Promise<[Connection, Made]> {
    const [connection] = await this.#opened;
    if (connection.hasEnded) this.#opened = this.#open();
    return this.#opened;
  }
}

/** Programs that share their variables. */
export class CodeSession {
  readonly #connection: Connection;
  readonly #session: string;

  /** @internal */
  constructor(connection: Connection, session: string) {
    this.#connection = connection;
    this.#session = session;
  }

  /** Runs the answer of a model after those that run already. */
  execute(code: string, options: ExecuteOptions = {}): Promise<Execution> {
    return execute(this.#connection, { session: this.#session }, code, options);
  }

  async close(): Promise<void> {
    await this.#connection.request("closeSession", { session: this.#session });
  }
}

function execute(
  connection: Connection,
  target: { tool: string } | { session: string },
  code: string,
  { signal, textBytes }: ExecuteOptions,
): Promise<Execution> {
  return connection.request("execute", { ...target, code, textBytes }, { signal });
}
