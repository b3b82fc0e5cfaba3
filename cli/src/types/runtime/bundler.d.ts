// ---- The bundler -------------------------------------------------------------------------------

declare module "isolet:bundler" {
  /** Paths relative to the root of the project, and their texts. */
  export type Files = Record<string, string>;

  /** A synchronous file system. The bundler reads it, and writes packages that it installs. */
  export interface FileSystem {
    read(path: string): string | null;
    write(path: string, content: string): void;
    delete(path: string): void;
    /** Returns all paths that begin with the prefix. */
    list(prefix?: string): string[];
    flush(): Promise<void>;
  }

  export type BundlerLoader =
    | "js" | "jsx" | "ts" | "tsx" | "json" | "css" | "text" | "binary" | "base64" | "dataurl";
  export type JsxMode = "transform" | "preserve" | "automatic";
  export type Module = WorkerLoaderModule;
  export type Modules = Record<string, string | Module>;

  interface BuildOptions {
    files: Files | FileSystem;
    /** Default: true. Without it, the options from `jsx` to `virtualModules` have no effect on the worker. */
    bundle?: boolean;
    /** Specifiers that stay as they are, and beginnings of such. `cloudflare:` and `isolet:` are among them. */
    externals?: string[];
    /** Is checked, and has no effect: the syntax stays as it is. */
    target?: string;
    minify?: boolean;
    /** Adds source maps to the modules. */
    sourcemap?: boolean;
    /** The address of the registry for packages that are not in `files`. */
    registry?: string;
    /** Default: that of `tsconfig.json`, and otherwise `"transform"`. */
    jsx?: JsxMode;
    jsxImportSource?: string;
    /** Expressions for names such as `__DEV__` or `process.env.NODE_ENV`. */
    define?: Record<string, string>;
    /** Kinds of files by the endings of their names. */
    loader?: Record<string, BundlerLoader>;
    /** Conditions of `exports` in `package.json`. */
    conditions?: string[];
    /** The sources of modules by their specifiers. */
    virtualModules?: Record<string, string>;
    /** Is refused unless it is empty. */
    __dangerouslyUseEsBuildPluginsDoNotUseOrYouWillBeFired?: unknown[];
  }

  export interface CreateWorkerOptions extends BuildOptions {
    /** Default: `main` of the configuration, then that of `package.json`, then `src/index.ts` and others. */
    entryPoint?: string;
  }

  export interface WranglerConfig {
    main?: string;
    compatibilityDate?: string;
    compatibilityFlags?: string[];
  }

  /** What `env.LOADER.load()` and `get()` take, and more. */
  export interface CreateWorkerResult {
    mainModule: string;
    modules: Modules;
    /** What `wrangler.toml`, `wrangler.json` or `wrangler.jsonc` says, if there is one. */
    wranglerConfig?: WranglerConfig;
    warnings?: string[];
  }

  /** Links the modules of a program. Errors name the file, the line and the column. */
  export function createWorker(options: CreateWorkerOptions): Promise<CreateWorkerResult>;

  export interface CreateAppOptions extends BuildOptions {
    /** The entry point of the worker. The default is that of `createWorker()`. */
    server?: string;
    /** Entry points for browsers. */
    client?: string | string[];
    /** Contents by their paths on the site. */
    assets?: Record<string, string | ArrayBuffer>;
    assetConfig?: AssetConfig;
  }

  export interface CreateAppResult extends CreateWorkerResult {
    /** The given assets and the modules of the client. */
    assets: Record<string, string | ArrayBuffer>;
    assetManifest: AssetManifest;
    assetConfig?: AssetConfig | undefined;
    /** The paths of the client's entry points. */
    clientBundles?: string[] | undefined;
  }

  /** Links a worker and its part for browsers. */
  export function createApp(options: CreateAppOptions): Promise<CreateAppResult>;

  /** The contents of assets. */
  export interface AssetStorage {
    get(pathname: string): Promise<ReadableStream | ArrayBuffer | string | null>;
  }
  export interface AssetMetadata {
    contentType: string | undefined;
    etag: string;
  }
  export type AssetManifest = Map<string, AssetMetadata>;

  export interface AssetConfig {
    /** Default: `"auto-trailing-slash"`. */
    html_handling?: "auto-trailing-slash" | "force-trailing-slash" | "drop-trailing-slash" | "none";
    /** Default: `"none"`. */
    not_found_handling?: "single-page-application" | "404-page" | "none";
    /** Status 200 serves another path. Dynamic rules may have `:name` and one `*`. */
    redirects?: {
      static?: Record<string, { status: number; to: string }>;
      dynamic?: Record<string, { status: number; to: string }>;
    };
    /** Headers of responses, by patterns of paths with `*`. */
    headers?: Record<string, { set?: Record<string, string>; unset?: string[] }>;
  }

  /** Returns the response to a request, or `null` if no asset has its path. */
  export function handleAssetRequest(
    request: Request,
    manifest: AssetManifest,
    storage: AssetStorage,
    config?: AssetConfig,
  ): Promise<Response | null>;
  export function buildAssetManifest(assets: Record<string, string | ArrayBuffer>): Promise<AssetManifest>;
  export function buildAssets(
    assets: Record<string, string | ArrayBuffer>,
  ): Promise<{ manifest: AssetManifest; storage: AssetStorage }>;
  export function createMemoryStorage(assets: Record<string, string | ArrayBuffer>): AssetStorage;

  /** Returns the type for the ending of a name. */
  export function inferContentType(path: string): string | undefined;
  export function isTextContentType(contentType: string): boolean;

  export class InMemoryFileSystem implements FileSystem {
    /** Uses a map as it is, and copies an object. */
    constructor(files?: Files | Map<string, string>);
    read(path: string): string | null;
    write(path: string, content: string): void;
    delete(path: string): void;
    list(prefix?: string): string[];
    flush(): Promise<void>;
  }
  /** Cannot be constructed: there are no Durable Objects. */
  export class DurableObjectKVFileSystem {
    private constructor();
  }
  /** Cannot be constructed: there are no Durable Objects. */
  export class DurableObjectRawFileSystem {
    private constructor();
  }
  export function createFileSystemSnapshot(
    entries: AsyncIterable<readonly [string, string]> | Iterable<readonly [string, string]>,
  ): Promise<InMemoryFileSystem>;

  export interface InstallResult {
    /** Names with versions, such as `zod@3.1.0`. */
    installed: string[];
    warnings: string[];
  }
  /** Installs the packages that `package.json` asks for and `node_modules` lacks. */
  export function installDependencies(
    fileSystem: FileSystem,
    options?: { dev?: boolean; registry?: string },
  ): Promise<InstallResult>;
  /** Returns true if `package.json` has dependencies. */
  export function hasDependencies(files: FileSystem): boolean;
}

/** Another name of `isolet:bundler`. */
declare module "@cloudflare/worker-bundler" {
  export * from "isolet:bundler";
}
