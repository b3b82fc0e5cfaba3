(native, internals) => {
  const { apply } = Reflect;
  const { keys } = Object;
  const { test } = RegExp.prototype;
  const { warn } = console;
  const KINDS = ["js", "cjs", "text", "data", "json", "wasm", "py"];
  const { floor, min } = Math;
  // The largest number that fits into 64 bits.
  const MAX_LIMIT = 2 ** 64 - 2 ** 11;
  // The flags for stubs that are passed in a call. They are duplicated by default.
  const [TRANSFER, DUPLICATE] = ["rpc_params_transfer_stubs", "rpc_params_dup_stubs"];
  // The flag for `map()` of promises, which is isolet's own.
  const MAP = "rpc_promise_map";
  // The flags for the URL of a request.
  const [LEGACY_URL, STANDARD_URL] = ["fetch_legacy_url", "fetch_standard_url"];
  // The flags for Node's globals.
  const [NODE, NO_NODE] = ["nodejs_compat", "no_nodejs_compat"];
  const isObject = (value) => typeof value === "object" && value !== null;
  const bad = (text) => {
    throw new TypeError(text);
  };

  const ENDINGS = [".js", ".mjs", ".cjs", ".jsx", ".ts", ".mts", ".tsx", ".json", ".txt"];

  const moduleOf = (name, module) => {
    if (typeof module === "string") {
      if (ENDINGS.some((ending) => name.endsWith(ending))) return { name, text: module };
      bad(`Module "${name}" is a plain string, so its name must end in one of: ${ENDINGS.join(", ")}.`);
    }
    if (!isObject(module)) {
      bad(`Module "${name}" must be a string or an object with one of: ${KINDS.join(", ")}.`);
    }
    const given = KINDS.filter((kind) => module[kind] !== undefined);
    if (given.length !== 1) {
      bad(`Module "${name}" must have exactly one of: ${KINDS.join(", ")}.`);
    }
    const [kind] = given;
    const body = module[kind];
    if (kind === "py" || kind === "wasm") bad(`Module "${name}": "${kind}" modules are not supported.`);
    if (kind === "json") return { name, kind, text: JSON.stringify(body) };
    if (kind !== "data") {
      return typeof body === "string" ? { name, kind, text: body } : bad(`Module "${name}": "${kind}" must be a string.`);
    }
    const isBytes = body instanceof ArrayBuffer || ArrayBuffer.isView(body);
    return isBytes ? { name, kind, data: body } : bad(`Module "${name}": "data" must be an ArrayBuffer or a view.`);
  };

  const sizeOf = (modules, sizeOfText) => {
    let bytes = 0;
    for (const { text = "", data } of modules) {
      bytes += data === undefined ? sizeOfText(text) : data.byteLength;
    }
    return bytes;
  };

  /** Checks the size early. The host enforces the limit. */
  const checkSize = (modules) => {
    const most = native.maxCodeBytes();
    // An upper bound. Exact counting is seldom needed.
    if (sizeOf(modules, (text) => 3 * text.length) <= most) return;
    const bytes = sizeOf(modules, native.utf8Length);
    if (bytes > most) {
      throw new Error(
        `Dynamic Worker code size (${bytes} bytes) exceeds the maximum allowed size of ${most} bytes.`,
      );
    }
  };

  const limitsOf = (limits, what) => {
    if (limits === undefined || limits === null) return undefined;
    if (!isObject(limits)) bad(`${what} must be an object.`);
    const known = {};
    for (const name of keys(limits)) {
      const value = limits[name];
      if (value === undefined) continue;
      if (typeof value !== "number" || !(value >= 0) || value === Infinity) {
        bad(`${what}.${name} must be a number that is not negative.`);
      }
      // With a concurrency of 0 no call could ever start.
      if (name === "concurrency" && value < 1) bad(`${what}.${name} must be at least 1.`);
      known[name] = min(floor(value), MAX_LIMIT);
    }
    return known;
  };

  const isDate = (value) =>
    typeof value === "string" && apply(test, /^\d{4}-\d{2}-\d{2}$/, [value]);

  const stubOrNull = (value, what) =>
    value === undefined || value === null || native.isStub(value)
      ? value
      : bad(`${what} must be a service stub.`);

  /** Returns what is sent to the host. Checked here, because `load` throws immediately. */
  const codeOf = (code) => {
    if (!isObject(code)) bad("The worker's code must be an object.");
    const { mainModule, modules, env, globalOutbound, tails, compatibilityDate } = code;
    const { compatibilityFlags, limits, streamingTails } = code;
    if (typeof mainModule !== "string") bad("\"mainModule\" must be a string.");
    if (!isObject(modules)) bad("\"modules\" must be an object.");
    const names = keys(modules);
    if (names.length === 0) bad("The worker's code must have at least one module.");
    if (compatibilityDate !== undefined && !isDate(compatibilityDate)) {
      bad("\"compatibilityDate\" must be a string such as \"2026-03-01\".");
    }
    if (compatibilityFlags !== undefined && !Array.isArray(compatibilityFlags)) {
      bad("\"compatibilityFlags\" must be a list of strings.");
    }
    let transfersStubs = false;
    let mapsPromises = false;
    let keepsUrls = false;
    let nodeGlobals = false;
    for (const flag of compatibilityFlags ?? []) {
      if (typeof flag !== "string") bad("\"compatibilityFlags\" must be a list of strings.");
      if (flag === TRANSFER || flag === DUPLICATE) {
        transfersStubs = flag === TRANSFER;
        continue;
      }
      if (flag === LEGACY_URL || flag === STANDARD_URL) {
        keepsUrls = flag === LEGACY_URL;
        continue;
      }
      if (flag === NODE || flag === NO_NODE) {
        nodeGlobals = flag === NODE;
        continue;
      }
      if (flag === MAP) {
        mapsPromises = true;
        continue;
      }
      warn(`The compatibility flag "${flag}" is not known and has no effect.`);
    }
    if (env !== undefined && !isObject(env)) bad("\"env\" must be an object.");
    if (tails !== undefined && tails !== null && !Array.isArray(tails)) bad("\"tails\" must be a list.");
    if (streamingTails !== undefined && streamingTails !== null) {
      bad("\"streamingTails\" are not supported by this runtime.");
    }
    const bodies = names.map((name) => moduleOf(name, modules[name]));
    checkSize(bodies);
    return {
      mainModule,
      modules: bodies,
      env: env ?? {},
      globalOutbound: stubOrNull(globalOutbound, "\"globalOutbound\"") ?? undefined,
      tails: (tails ?? []).map((tail) => stubOrNull(tail, "\"tails\"")),
      limits: limitsOf(limits, "\"limits\""),
      compatibilityDate,
      transfersStubs,
      mapsPromises,
      keepsUrls,
      nodeGlobals,
    };
  };

  const WorkerStub = class WorkerStub {
    #stub;

    constructor(stub) {
      this.#stub = stub;
    }

    getEntrypoint(name = undefined, options = undefined) {
      if (name !== undefined && name !== null && typeof name !== "string") {
        bad("The name of an entrypoint must be a string.");
      }
      if (options === undefined || options === null) return native.entrypoint(this.#stub, name ?? "default");
      if (!isObject(options)) bad("The options of an entrypoint must be an object.");
      const { props } = options;
      const limits = limitsOf(options.limits, "\"limits\"");
      return native.deferred(this.#stub, "getEntrypoint", [name ?? undefined, { props, limits }]);
    }

    getDurableObjectClass() {
      bad("getDurableObjectClass is not supported by this runtime.");
    }
  };
  internals.interface(WorkerStub, false);

  const WorkerLoader = class WorkerLoader {
    #stub;

    constructor(stub) {
      this.#stub = stub;
    }

    static stubOf(value) {
      return typeof value === "object" && value !== null && #stub in value ? value.#stub : undefined;
    }

    /** Creates a worker. Throws for malformed code. The first call fails if it cannot load. */
    load(code) {
      return new WorkerStub(native.deferred(this.#stub, "load", [codeOf(code)]));
    }

    /** Returns the worker of that id. If there is none, loads what `callback` returns. */
    get(id, callback) {
      if (typeof callback !== "function") bad("The second argument of get() must be a function.");
      const load = async () => codeOf(await callback());
      const name = typeof id === "string" || id === undefined ? id : id === null ? undefined : `${id}`;
      return new WorkerStub(native.get(this.#stub, name, load));
    }
  };
  internals.stubOf = WorkerLoader.stubOf;
  delete WorkerLoader.stubOf;
  internals.interface(WorkerLoader, false);
  // The host creates the loader in an `env`, and a worker cannot.
  delete WorkerLoader.prototype.constructor;
  internals.WorkerLoader = WorkerLoader;
}
