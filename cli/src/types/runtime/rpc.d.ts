// ---- Remote procedure calls --------------------------------------------------------------------

declare namespace Rpc {
  // TypeScript compares types by their members. These, which no object has, tell the classes of
  // `cloudflare:workers` from others.
  interface RpcTargetBranded {
    readonly __RPC_TARGET_BRAND: never;
  }
  interface WorkerEntrypointBranded {
    readonly __WORKER_ENTRYPOINT_BRAND: never;
  }
  type EntrypointBranded = WorkerEntrypointBranded;
  type Brand = "__RPC_STUB_BRAND" | "__RPC_TARGET_BRAND" | "__WORKER_ENTRYPOINT_BRAND";

  /** A value that crosses as a stub. */
  type Stubable = RpcTargetBranded | ((...args: any[]) => any);

  /** A value that crosses as a copy. */
  type BaseType =
    | void
    | undefined
    | null
    | boolean
    | number
    | bigint
    | string
    | ArrayBufferView
    | ArrayBuffer
    | Date
    | Error
    | RegExp
    | ReadableStream
    | WritableStream
    | AbortSignal
    | Blob
    | Headers
    | Request
    | Response;

  /** `T` if it can cross. Being generic, it admits interfaces, which have no index signature. */
  type Serializable<T> =
    | BaseType
    | Map<
        T extends Map<infer K, unknown> ? Serializable<K> : never,
        T extends Map<unknown, infer V> ? Serializable<V> : never
      >
    | Set<T extends Set<infer V> ? Serializable<V> : never>
    | ReadonlyMap<
        T extends ReadonlyMap<infer K, unknown> ? Serializable<K> : never,
        T extends ReadonlyMap<unknown, infer V> ? Serializable<V> : never
      >
    | ReadonlySet<T extends ReadonlySet<infer V> ? Serializable<V> : never>
    | ReadonlyArray<T extends ReadonlyArray<infer V> ? Serializable<V> : never>
    | { [K in keyof T]: K extends number | string ? Serializable<T[K]> : never }
    | StubBase<any>
    | Stubable;

  interface StubBase<T> extends Disposable {
    readonly __RPC_STUB_BRAND: T;
    /** Returns another stub of the same object, which is disposed of separately. */
    dup(): this;
    /** Calls back when the sandbox that the object is in was stopped. */
    onRpcBroken(callback: (error: any) => void): void;
    /** Lets go of the object. */
    [Symbol.dispose](): void;
  }

  /** A stub of an object of the type `T`. */
  type Stub<T extends object> = Provider<T> & StubBase<T>;

  /** `T` as it arrives. */
  type Stubify<T> =
    T extends StubBase<any> ? T
    : T extends Stubable ? Stub<T>
    : T extends Map<infer K, infer V> ? Map<Stubify<K>, Stubify<V>>
    : T extends Set<infer V> ? Set<Stubify<V>>
    : T extends ReadonlyMap<infer K, infer V> ? ReadonlyMap<Stubify<K>, Stubify<V>>
    : T extends ReadonlySet<infer V> ? ReadonlySet<Stubify<V>>
    : T extends BaseType ? T
    : T extends readonly unknown[] ? { [K in keyof T]: Stubify<T[K]> }
    : T extends { [key: string | number]: any } ? { [K in keyof T]: Stubify<T[K]> }
    : T;

  /** A value that a caller may pass for a parameter of the type `T`. */
  type Unstubify<T> =
    T extends StubBase<infer V> ? T | (V extends object ? V : never)
    : T extends Map<infer K, infer V> ? Map<Unstubify<K>, Unstubify<V>>
    : T extends Set<infer V> ? Set<Unstubify<V>>
    : T extends ReadonlyMap<infer K, infer V> ? ReadonlyMap<Unstubify<K>, Unstubify<V>>
    : T extends ReadonlySet<infer V> ? ReadonlySet<Unstubify<V>>
    : T extends BaseType ? T
    : T extends readonly unknown[] ? { [K in keyof T]: Unstubify<T[K]> }
    : T extends { [key: string | number]: unknown } ? { [K in keyof T]: Unstubify<T[K]> }
    : T;

  /** Promises cross as what they resolve to. */
  type Parameters<A extends any[]> = { [I in keyof A]: Unstubify<A[I]> | PromiseLike<Unstubify<A[I]>> };

  type MaybeProvider<T> = T extends object ? Provider<T> : unknown;
  type MaybeDisposable<T> = T extends object ? Disposable : unknown;

  /** The result of a call: a promise whose members can be called before it has resolved. */
  type Result<R> =
    unknown extends R ? Promise<R> & { [name: string]: any }
    : R extends StubBase<infer T extends object> ? Promise<R> & Provider<T> & Disposable
    : R extends Stubable ? Promise<Stub<R>> & Provider<R> & Disposable
    : R extends Serializable<R> ? Promise<Stubify<R> & MaybeDisposable<R>> & MaybeProvider<R> & Disposable
    : never;

  type MethodOrProperty<V> =
    unknown extends V ? any
    : V extends (...args: infer P) => infer R ? (...args: Parameters<P>) => Result<Awaited<R>>
    : Result<Awaited<V>>;
  type MaybeCallableProvider<T> = T extends (...args: any[]) => any ? MethodOrProperty<T> : unknown;

  /** The members of `T` as a stub has them. Stubs have their own under the `Reserved` names. */
  type Provider<T extends object, Reserved extends string = never> = MaybeCallableProvider<T> & {
    [K in Exclude<keyof T, Brand | Reserved | symbol | "dup" | "onRpcBroken">]: MethodOrProperty<T[K]>;
  };
}

/** A stub of an entrypoint of the type `T`. */
type Fetcher<T extends object | undefined = undefined, Reserved extends string = never> =
  (T extends object ? Rpc.Provider<T, Reserved | "fetch" | "connect"> : unknown) &
  Rpc.StubBase<T extends object ? T : unknown> & {
    /** Sends a request to the handler `fetch` of the entrypoint. */
    fetch(input: RequestInfo | URL, init?: RequestInit): Promise<Response>;
  };

/** A stub of an entrypoint, by its class, an instance or a module's object of handlers. */
type Service<T extends object | undefined = undefined> =
  T extends abstract new (...args: any[]) => Rpc.WorkerEntrypointBranded ? Fetcher<InstanceType<T>>
  : T extends Rpc.WorkerEntrypointBranded ? Fetcher<T>
  : Fetcher<undefined>;
