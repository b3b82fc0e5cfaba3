// ---- Workers -----------------------------------------------------------------------------------

/** The types of one project. `isolet types` extends them. */
declare namespace Cloudflare {
  /** The type of `env`. */
  interface Env {}
  /** May have `mainModule`, the type of the main module, from which `ctx.exports` is made. */
  interface GlobalProps {}
  type GlobalProp<K extends string, Default> = K extends keyof GlobalProps ? GlobalProps[K] : Default;
  type MainModule = GlobalProp<"mainModule", {}>;
  /** Stubs of the exports of the main module that are entrypoints: classes, and objects. */
  type Exports = { readonly [K in keyof MainModule]: LoopbackForExport<MainModule[K]> };
}

/** A stub of one of the worker's own entrypoints. Called, it returns one with `props`. */
type LoopbackServiceStub<T extends object | undefined = undefined> = Fetcher<T> &
  (T extends import("cloudflare:workers").WorkerEntrypoint<any, infer Props>
    ? (options: { props?: Props }) => Fetcher<T>
    : (options: { props?: any }) => Fetcher<T>);

type LoopbackForExport<T> =
  T extends new (...args: any[]) => Rpc.WorkerEntrypointBranded ? LoopbackServiceStub<InstanceType<T>>
  : T extends (...args: any) => any ? undefined
  : T extends object ? LoopbackServiceStub<undefined>
  : undefined;

interface ExecutionContext<Props = unknown> {
  readonly exports: Cloudflare.Exports;
  readonly props: Props;
  /** Ends the call that the running code belongs to, which fails with the reason. */
  abort(reason?: any): void;
  /** Does nothing: the error reaches the caller. */
  passThroughOnException(): void;
  /** Keeps the call open until the promise is settled, within its limits. */
  waitUntil(promise: Promise<any>): void;
}

type ExportedHandlerFetchHandler<Env = unknown, CfHostMetadata = unknown, Props = unknown> = (
  request: Request<CfHostMetadata, IncomingRequestCfProperties<CfHostMetadata>>,
  env: Env,
  ctx: ExecutionContext<Props>,
) => Response | Promise<Response>;
type ExportedHandlerScheduledHandler<Env = unknown, Props = unknown> = (
  controller: ScheduledController,
  env: Env,
  ctx: ExecutionContext<Props>,
) => void | Promise<void>;
type ExportedHandlerTailHandler<Env = unknown, Props = unknown> = (
  events: TraceItem[],
  env: Env,
  ctx: ExecutionContext<Props>,
) => void | Promise<void>;

/** The handlers that the default export of a worker may have. */
interface ExportedHandler<
  Env = unknown,
  QueueHandlerMessage = unknown,
  CfHostMetadata = unknown,
  Props = unknown,
> {
  fetch?: ExportedHandlerFetchHandler<Env, CfHostMetadata, Props>;
  scheduled?: ExportedHandlerScheduledHandler<Env, Props>;
  tail?: ExportedHandlerTailHandler<Env, Props>;
}

interface ScheduledController {
  /** The expression that was due. */
  readonly cron: string;
  /** When it was due, in milliseconds since 1970. */
  readonly scheduledTime: number;
  readonly type: "scheduled";
}

// ---- What tails receive ------------------------------------------------------------------------

/** One call that is over. */
interface TraceItem {
  /** The number of calls of capabilities, stubs and entrypoints. */
  readonly capabilityCalls: number;
  /** In milliseconds, by the fuel that was used. */
  readonly cpuTime: number;
  /** `null` for the default export. */
  readonly entrypoint: string | null;
  readonly eventTimestamp: number;
  readonly exceptions: TraceException[];
  /** The number of Wasm operations. */
  readonly fuel: number;
  readonly logs: TraceLog[];
  readonly method: string;
  readonly outcome:
    | "aborted"
    | "canceled"
    | "exceededCalls"
    | "exceededCpu"
    | "exceededMemory"
    | "exceededOutput"
    | "exceededWallTime"
    | "exception"
    | "hung"
    | "internalError"
    | "loadFailed"
    | "ok";
  readonly props: any;
  readonly turns: number;
  /** In milliseconds. */
  readonly wallTime: number;
  /** The name of the main module. */
  readonly worker: string;
}

interface TraceLog {
  readonly level: "debug" | "error" | "info" | "log" | "warn";
  /** The arguments of the call of the console. */
  readonly message: any;
  readonly timestamp: number;
}

interface TraceException {
  readonly message: string;
  readonly name: string;
  readonly stack: string | null;
  readonly timestamp: number;
}

// ---- The loader --------------------------------------------------------------------------------

interface WorkerLoader {
  /** Returns the worker of that id. Loads what `getCode` returns if there is none. */
  get(
    id: string | null | undefined,
    getCode: () => WorkerLoaderWorkerCode | Promise<WorkerLoaderWorkerCode>,
  ): WorkerStub;
  /** Returns a new worker. Throws if the code is malformed. */
  load(code: WorkerLoaderWorkerCode): WorkerStub;
}

interface WorkerLoaderWorkerCode {
  /** Is ignored. */
  allowExperimental?: boolean;
  /** Is recorded, and sets nothing. */
  compatibilityDate?: string;
  compatibilityFlags?: string[];
  /** Becomes the worker's `env`: values that can be cloned, functions and stubs. */
  env?: any;
  /** Gets every request of the worker. By default, and if `null`, the worker has no network. */
  globalOutbound?: Rpc.StubBase<any> | null;
  limits?: WorkerLimits;
  mainModule: string;
  modules: Record<string, string | WorkerLoaderModule>;
  /** Each gets the worker's calls when they are over, by its handler `tail`. */
  tails?: Rpc.StubBase<any>[] | null;
}

/** Exactly one of the kinds. */
interface WorkerLoaderModule {
  cjs?: string;
  data?: ArrayBuffer | ArrayBufferView;
  js?: string;
  json?: any;
  text?: string;
}

/** Limits of each call, and of the worker. A worker never has more than the one that loads it. */
interface WorkerLimits {
  concurrency?: number;
  cpuMs?: number;
  fuel?: number;
  logBytes?: number;
  memoryBytes?: number;
  outputBytes?: number;
  sandboxes?: number;
  subRequests?: number;
  treeMemoryBytes?: number;
  wallMs?: number;
}

interface WorkerStubEntrypointOptions {
  limits?: WorkerLimits | null;
  props?: any;
}

interface WorkerStub {
  /** Returns a stub of an entrypoint: by default, of the default export. */
  getEntrypoint<T extends object | undefined = undefined>(
    name?: string | null,
    options?: WorkerStubEntrypointOptions | null,
  ): Fetcher<T>;
  /** Throws: there are no Durable Objects. */
  getDurableObjectClass(name?: string | null): never;
}

// ---- Modules -----------------------------------------------------------------------------------

declare module "cloudflare:workers" {
  export abstract class RpcTarget implements Rpc.RpcTargetBranded {
    readonly __RPC_TARGET_BRAND: never;
  }

  export abstract class WorkerEntrypoint<Env = Cloudflare.Env, Props = {}>
    implements Rpc.WorkerEntrypointBranded
  {
    readonly __WORKER_ENTRYPOINT_BRAND: never;
    // Protected, because they cannot be reached through a stub.
    protected ctx: ExecutionContext<Props>;
    protected env: Env;
    constructor(ctx: ExecutionContext, env: Env);
    fetch?(request: Request): Response | Promise<Response>;
    scheduled?(controller: ScheduledController): void | Promise<void>;
    tail?(events: TraceItem[]): void | Promise<void>;
  }

  export type RpcStub<T extends object> = Rpc.Stub<T>;
  /** Makes a stub of an `RpcTarget`, a plain object or a function. */
  export const RpcStub: {
    readonly prototype: Rpc.StubBase<unknown>;
    new <T extends object>(target: T): Rpc.Stub<T>;
  };

  /** The class of results of calls. For `instanceof`: it cannot be constructed. */
  export abstract class RpcPromise<T = unknown> extends Promise<T> {
    private constructor();
    [Symbol.dispose](): void;
  }

  /** The class of properties of stubs. For `instanceof`: it cannot be constructed. */
  export abstract class RpcProperty {
    private constructor();
  }

  /** The class of stubs of entrypoints. For `instanceof`: it cannot be constructed. */
  export abstract class ServiceStub {
    private constructor();
    [Symbol.dispose](): void;
    dup(): this;
    onRpcBroken(callback: (error: any) => void): void;
  }

  /** Can be extended, and cannot be constructed: there are no Durable Objects. */
  export abstract class DurableObject<Env = Cloudflare.Env, Props = {}> {
    constructor(ctx: never, env: Env);
  }

  export const env: Cloudflare.Env;
  export const exports: Cloudflare.Exports;
  /** Keeps the call open that the running code belongs to. Throws at module level. */
  export function waitUntil(promise: Promise<unknown>): void;
  /** Ends the sandbox. All of its calls fail with the reason. */
  export function abortIsolate(reason?: string): void;
  /** Connects through the outbound of the worker. Throws if the worker has none. */
  export function connect(address: string | SocketAddress, options?: SocketOptions): Socket;
  /** Throws: there are no Durable Objects. */
  export function getDurableObjectClass(): never;
}

/** Another name of `cloudflare:workers`. */
declare module "isolet:workers" {
  export * from "cloudflare:workers";
}

declare module "cloudflare:sockets" {
  /** Connects through the outbound of the worker. Throws if the worker has none. */
  export function connect(address: string | SocketAddress, options?: SocketOptions): Socket;
}
