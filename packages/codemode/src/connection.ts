import { spawn, type ChildProcess } from "node:child_process";
import type { Socket } from "node:net";
import { CommandError, messageOf } from "./errors.ts";

/** How the command is started. */
export interface CommandOptions {
  /** The command, or the command and its first arguments. Default: `isolet`, from the path. */
  command?: string | readonly string[] | undefined;
  /** The maximum memory of a program in bytes. Default: 128 MiB. */
  memoryBytes?: number | undefined;
  /** The programs that run at a time. Default: 32. */
  runs?: number | undefined;
}

/** Answers a request of the command. */
export type Handler = (method: string, params: any, signal: AbortSignal) => Promise<unknown>;

interface Pending {
  resolve: (result: any) => void;
  reject: (error: Error) => void;
}

const VERSION = 1;

/** The maximum number of bytes of a message before the command has said its limit. */
const MESSAGE_BYTES = 8 << 20;

/** Returns the command and its arguments. */
export function commandLine(options: CommandOptions): [string, string[]] {
  const { command = "isolet", memoryBytes, runs } = options;
  const [program = "isolet", ...first] = typeof command === "string" ? [command] : command;
  const rest = ["code-mode"];
  if (memoryBytes !== undefined) rest.push("--memory", String(memoryBytes));
  if (runs !== undefined) rest.push("--runs", String(runs));
  return [program, [...first, ...rest]];
}

/** A running command. It does not keep the process alive while nothing is asked of it. */
export class Connection {
  readonly #child: ChildProcess;
  readonly #handler: Handler;
  readonly #pending = new Map<number, Pending>();
  /** What is done for the command, by the ids of its requests. */
  readonly #serving = new Map<number, AbortController>();
  #last = 0;
  #messageBytes = MESSAGE_BYTES;
  #chunks: Buffer[] = [];
  #ended: Error | undefined;

  private constructor(options: CommandOptions, handler: Handler) {
    const [program, args] = commandLine(options);
    this.#handler = handler;
    // A group of its own, so that ctrl-C reaches the host alone, which decides.
    const detached = process.platform !== "win32";
    this.#child = spawn(program, args, { stdio: ["pipe", "pipe", "inherit"], detached });
    this.#child.on("error", (error) => {
      this.#end(new CommandError(`${program} cannot be started: ${error.message}`));
    });
    this.#child.on("close", (code, signal) => {
      this.#end(new CommandError(`${program} has ended (${signal ?? `exit status ${code}`})`));
    });
    // The exit says it.
    this.#child.stdin?.on("error", () => {});
    this.#child.stdout?.on("data", (chunk: Buffer) => this.#read(chunk));
  }

  /** Starts the command. */
  static async start(options: CommandOptions, handler: Handler): Promise<Connection> {
    const connection = new Connection(options, handler);
    const client = { name: "@isolet/codemode" };
    const { limits } = await connection.request("initialize", { protocolVersion: VERSION, client });
    connection.#messageBytes = limits.messageBytes;
    return connection;
  }

  /** True if the command has ended. */
  get hasEnded(): boolean {
    return this.#ended !== undefined;
  }

  /** Sends a request. `onSent` gets its id before anything comes back. */
  request(method: string, params: unknown, options: RequestOptions = {}): Promise<any> {
    const { signal, onSent } = options;
    if (this.#ended) return Promise.reject(this.#ended);
    if (signal?.aborted) return Promise.reject(signal.reason);
    const id = ++this.#last;
    const line = JSON.stringify({ jsonrpc: "2.0", id, method, params });
    if (Buffer.byteLength(line) > this.#messageBytes) {
      const text = `${method}: a message has at most ${this.#messageBytes} bytes`;
      return Promise.reject(new CommandError(text));
    }
    return new Promise((resolve, reject) => {
      const abort = () => {
        this.#write({ method: "cancel", params: { id } });
        this.#settle(id)?.reject(signal?.reason);
      };
      const done = () => signal?.removeEventListener("abort", abort);
      this.#pending.set(id, {
        resolve: (result) => (done(), resolve(result)),
        reject: (error) => (done(), reject(error)),
      });
      signal?.addEventListener("abort", abort, { once: true });
      this.#keepAlive();
      onSent?.(id);
      this.#child.stdin?.write(`${line}\n`);
    });
  }

  /** Ends the command and all that runs in it. */
  close(): Promise<void> {
    const ended = new Promise<void>((resolve) => {
      if (this.#child.exitCode !== null || this.#child.signalCode !== null || !this.#child.pid) resolve();
      else this.#child.once("exit", () => resolve());
    });
    this.#end(new CommandError("the connection was closed"));
    this.#child.ref();
    this.#child.stdin?.end();
    return ended;
  }

  #write(message: object): void {
    if (!this.#ended) this.#child.stdin?.write(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`);
  }

  #end(error: Error): void {
    if (this.#ended) return;
    this.#ended = error;
    for (const controller of this.#serving.values()) controller.abort(error);
    this.#serving.clear();
    for (const id of [...this.#pending.keys()]) this.#settle(id)?.reject(error);
  }

  #settle(id: number): Pending | undefined {
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    this.#keepAlive();
    return pending;
  }

  /** Keeps the process alive while an answer is waited for. */
  #keepAlive(): void {
    const what = this.#pending.size > 0 ? "ref" : "unref";
    this.#child[what]();
    (this.#child.stdin as Socket | null)?.[what]();
    (this.#child.stdout as Socket | null)?.[what]();
  }

  #read(chunk: Buffer): void {
    let begin = 0;
    for (let end; (end = chunk.indexOf(10, begin)) >= 0; begin = end + 1) {
      const line = Buffer.concat([...this.#chunks, chunk.subarray(begin, end)]);
      this.#chunks = [];
      this.#receive(line);
    }
    if (begin < chunk.length) this.#chunks.push(chunk.subarray(begin));
  }

  #receive(line: Buffer): void {
    let message;
    try {
      message = JSON.parse(line.toString());
    } catch {
      this.#end(new CommandError("the command has written a line that is no JSON"));
      this.#child.kill();
      return;
    }
    const { id, method, params, result, error } = message;
    if (method === "cancel") {
      this.#serving.get(params.id)?.abort(new CommandError("the program has ended"));
    } else if (method !== undefined) {
      void this.#serve(id, method, params);
    } else if (error) {
      this.#settle(id)?.reject(new CommandError(error.message, error.code));
    } else {
      this.#settle(id)?.resolve(result);
    }
  }

  async #serve(id: number, method: string, params: unknown): Promise<void> {
    const controller = new AbortController();
    this.#serving.set(id, controller);
    let answer: object;
    try {
      const result = await this.#handler(method, params, controller.signal);
      answer = { id, result };
      const size = Buffer.byteLength(JSON.stringify(answer));
      // Some room for the rest of the message.
      if (size + 100 > this.#messageBytes) {
        throw new RangeError(`the value has ${size} bytes, and at most ${this.#messageBytes} can be passed on`);
      }
    } catch (error) {
      answer = { id, error: { code: -32000, message: messageOf(error) } };
    }
    this.#serving.delete(id);
    if (!controller.signal.aborted) this.#write(answer);
  }
}

export interface RequestOptions {
  /** Cancels the request. */
  signal?: AbortSignal | undefined;
  onSent?: (id: number) => void;
}
