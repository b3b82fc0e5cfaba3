/** A value that crosses as JSON. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json | undefined };

/** A JSON Schema. */
export type JsonSchema = Record<string, unknown> | boolean;

/** A call of a tool by a program. */
export interface ToolCall {
  /** The namespace of the tool, as it was given. */
  readonly namespace: string;
  /** The name of the tool, as it was given. */
  readonly name: string;
  /** The argument. It has been checked against the schema of the tool's input. */
  readonly arguments: unknown;
  /** The number of the call among the calls of its program or session, from 0. */
  readonly index: number;
  /** A key that no other call has. */
  readonly idempotencyKey: string;
  /** Aborts when the program has ended before its answer. */
  readonly signal: AbortSignal;
}

/** A tool that programs can call. */
export interface ToolDefinition {
  /** The global object that it is a method of. Default: `tools`. */
  namespace?: string;
  name: string;
  description?: string | undefined;
  /** Default: any object. */
  inputSchema?: JsonSchema | undefined;
  outputSchema?: JsonSchema | undefined;
  /** True if `approve` is asked before each call. Default: false. */
  needsApproval?: boolean;
  /** Returns the value of a call, as JSON. `undefined` becomes null. What it throws, the program can catch. */
  execute: (input: any, call: ToolCall) => unknown;
}

/** Limits of each program. */
export interface Limits {
  /** Operations of Wasm. Default: 5,000,000,000, a quarter to half a second. */
  fuel?: number;
  /** Default: 128 MiB. More than that needs `memoryBytes` of the connection. */
  memoryBytes?: number;
  /** Milliseconds, with the time of calls and approvals. Default: 30,000. */
  wallMs?: number;
  /** Bytes of what it writes with `console`. Default: 1 MiB. */
  logBytes?: number;
  /** Calls of tools. Default: 10,000. */
  calls?: number;
  /** Calls of tools at a time; others wait. Default: 1,000. */
  concurrency?: number;
  /** Bytes of the result as JSON. A longer one is cut. Default: 65,536. */
  resultBytes?: number;
}

/** The decision about a call. */
export type Approval = boolean | { approved: boolean; reason?: string };

/** What a tool is made of. */
export interface CodeToolOptions {
  tools: readonly ToolDefinition[];
  /** Descriptions of namespaces for the model. */
  namespaces?: Record<string, string>;
  /** Sources of modules that programs can import, by name. */
  modules?: Record<string, string>;
  limits?: Limits | undefined;
  /** Decides about calls of tools with `needsApproval`. Without it they are refused. */
  approve?: ((call: ToolCall) => Approval | Promise<Approval>) | undefined;
}

/** The outcome of a program. */
export interface Execution {
  /** `ok`, or why there is no result, such as `exception` or `exceededCpu`. */
  outcome: string;
  /** The value, if `outcome` is `ok`. */
  result?: Json;
  error?: {
    name: string;
    message: string;
    /** The place in the program, from 1. */
    line?: number;
    column?: number;
    /** That line with a mark below the column. */
    frame?: string;
  };
  /** True if the value was too long, and is a text with its beginning. */
  isCut: boolean;
  /** All of it as text for a model. */
  text: string;
  logs: { level: "debug" | "info" | "log" | "warn" | "error"; message: string }[];
  calls: CallRecord[];
  callsMade: number;
  usage: { fuel: number; memoryPeakBytes: number; capabilityCalls: number; wallMicros: number };
  /** True if the session has ended with this program. */
  sessionEnded: boolean;
}

/** A call that a program has made. */
export interface CallRecord {
  namespace: string;
  tool: string;
  arguments?: Json;
  outcome: "done" | "failed" | "refused" | "unfinished";
  value?: Json;
  reason?: string;
}
