// The part of test/common that Node's tests use, for a place without processes and files. The test
// follows it in the same module: `check` runs it and waits until nothing is left to happen.
const nodeProcess = globalThis.process;
const require_ = (name) => {
  const found = nodeProcess.getBuiltinModule(name);
  if (found === undefined) throw new Error(`Cannot find module '${name}'`);
  return found;
};
const assert = require_("assert");
const { inspect } = require_("util");

class Skipped extends Error {}
const failures = [];
const fail = (error) => failures.push(error);
const calls = [];
const noop = () => {};

const counted = (fn, criteria, exact) => {
  if (typeof fn === "number") [fn, criteria] = [noop, fn];
  else if (fn === undefined) fn = noop;
  criteria ??= 1;
  const context = { criteria, exact, actual: 0, stack: inspect(new Error()), name: fn.name || "<anonymous>" };
  calls.push(context);
  const wrapped = function (...args) {
    context.actual++;
    return Reflect.apply(fn, this, args);
  };
  Object.defineProperties(wrapped, {
    name: { value: fn.name, writable: false, enumerable: false, configurable: true },
    length: { value: fn.length, writable: false, enumerable: false, configurable: true },
  });
  return wrapped;
};
const isShort = ({ exact, criteria, actual }) => actual < criteria;

const viewsOf = (buffer) => {
  const { buffer: data, byteOffset, byteLength } = buffer;
  const views = [];
  for (const View of [Int8Array, Uint8Array, Uint8ClampedArray, Int16Array, Uint16Array, Int32Array, Uint32Array,
    ...(typeof Float16Array === "function" ? [Float16Array] : []), Float32Array, Float64Array, BigInt64Array, BigUint64Array, DataView]) {
    const { BYTES_PER_ELEMENT = 1 } = View;
    if (byteLength % BYTES_PER_ELEMENT === 0) views.push(new View(data, byteOffset, byteLength / BYTES_PER_ELEMENT));
  }
  return views;
};

const warnings = { catcher: undefined };
const expectWarning = (nameOrMap, expected, code) => {
  warnings.catcher ??= {};
  if (warnings.catcher.on === undefined) {
    Object.defineProperty(warnings.catcher, "on", { value: true });
    nodeProcess.on("warning", (warning) => {
      if (!warnings.catcher[warning.name]) throw new TypeError(`"${warning.name}" was triggered without being expected.\n${inspect(warning)}`);
      warnings.catcher[warning.name](warning);
    });
  }
  const one = (name, list, given) => {
    if (typeof list === "string") list = [[list, given]];
    else if (!Array.isArray(list)) list = Object.entries(list).map(([a, b]) => [b, a]);
    else if (list.length !== 0 && !Array.isArray(list[0])) list = [[list[0], list[1]]];
    if (name === "DeprecationWarning") list.forEach(([, it]) => assert(it, `Missing deprecation code: ${list}`));
    return counted((warning) => {
      const [message, itsCode] = list.shift();
      assert.strictEqual(warning.name, name);
      if (typeof message === "string") assert.strictEqual(warning.message, message);
      else assert.match(warning.message, message);
      assert.strictEqual(warning.code, itsCode);
    }, list.length, true);
  };
  if (typeof nameOrMap === "string") warnings.catcher[nameOrMap] = one(nameOrMap, expected, code);
  else for (const name of Object.keys(nameOrMap)) warnings.catcher[name] = one(name, nameOrMap[name]);
};

const common = {
  allowGlobals: noop,
  buildType: "Release",
  canCreateSymLink: () => false,
  enoughTestMem: false,
  expectWarning,
  expectsError: (validator, exact) => counted((...args) => {
    if (args.length !== 1) assert.fail(`Expected one argument, got ${inspect(args)}`);
    const error = args.pop();
    assert.throws(() => { throw error; }, validator);
    return true;
  }, exact, true),
  getArrayBufferViews: viewsOf,
  getBufferSources: (buffer) => [...viewsOf(buffer), new Uint8Array(buffer).buffer],
  getCallSite: () => "",
  hasCrypto: true,
  hasFipsCrypto: false,
  hasIntl: typeof Intl === "object",
  hasIPv6: false,
  hasOpenSSL: () => false,
  hasOpenSSL3: true,
  hasQuic: false,
  hasSQLite: false,
  invalidArgTypeHelper(input) {
    if (input == null) return ` Received ${input}`;
    if (typeof input === "function") return ` Received function ${input.name}`;
    if (typeof input === "object") {
      if (input.constructor?.name) return ` Received an instance of ${input.constructor.name}`;
      return ` Received ${inspect(input, { depth: -1 })}`;
    }
    let text = inspect(input, { colors: false });
    if (text.length > 28) text = `${text.slice(0, 25)}...`;
    return ` Received type ${typeof input} (${text})`;
  },
  isAIX: false, isAlive: () => false, isASan: false, isDebug: false, isDumbTerminal: true, isFreeBSD: false, isIBMi: false, isInsideDirWithUnusualChars: false,
  isLinux: true, isLinuxPPCBE: false, isMacOS: false, isMainThread: true, isOpenBSD: false, isOSX: false, isPi: () => false, isSunOS: false,
  isWindows: false, isCPPSymbolsNotMapped: true, isRiscv64: false,
  localhostIPv4: "127.0.0.1",
  mustCall: (fn, exact) => counted(fn, exact, true),
  mustCallAtLeast: (fn, minimum) => counted(fn, minimum, false),
  mustNotCall: (message) => function mustNotCall(...args) {
    const error = new Error(`${message || "function should not have been called"}: ${inspect(args)}`);
    fail(error);
    throw error;
  },
  mustNotMutateObjectDeep: (value) => value,
  mustSucceed: (fn, exact) => counted(function (error, ...args) {
    assert.ifError(error);
    if (typeof fn === "function") return Reflect.apply(fn, this, args);
    return undefined;
  }, exact, true),
  nodeProcessAborted: () => false,
  PIPE: "/pipe",
  PORT: 12346,
  platformTimeout: (ms) => ms,
  printSkipMessage: noop,
  requireNoPackageJSONAbove: noop,
  runWithInvalidFD: () => { throw new Skipped("needs a file"); },
  skip: (text) => { throw new Skipped(text); },
  skipIf32Bits: () => { throw new Skipped("32 bits"); },
  skipIfDumbTerminal: () => { throw new Skipped("a terminal"); },
  skipIfEslintMissing: () => { throw new Skipped("eslint"); },
  skipIfInspectorDisabled: () => { throw new Skipped("an inspector"); },
  skipIfWorker: noop,
  skipIfSQLiteMissing: () => { throw new Skipped("sqlite"); },
  spawnPromisified: () => { throw new Skipped("needs a process"); },
  get crashOnUnhandledRejection() { return noop; },
};

class ArrayStream extends require_("stream").Stream {
  readable = true;
  writable = true;
  pause() {}
  resume() {}
  write() {}
}
const COMMON = {
  "../common": common,
  "../common/index": common,
  "../common/index.js": common,
  "../common/arraystream": ArrayStream,
  "../common/countdown": class Countdown {
    constructor(limit, callback) {
      this.remaining = limit;
      this.callback = counted(callback, 1, true);
    }
    dec() {
      if (--this.remaining === 0) this.callback();
      return this.remaining;
    }
  },
  "../common/tick": function tick(count, callback) {
    const next = () => (--count > 0 ? setImmediate(next) : callback());
    setImmediate(next);
  },
  "../common/gc": { onGC: () => { throw new Skipped("needs gc"); }, gcUntil: () => { throw new Skipped("needs gc"); } },
};

/** Runs a test and returns what became of it. */
const check = async (test, file) => {
  addEventListener("error", (event) => {
    if (event.defaultPrevented || nodeProcess.listenerCount("uncaughtException") > 0) return;
    if (!(event.error instanceof Skipped)) fail(event.error);
    event.preventDefault();
  });
  addEventListener("unhandledrejection", (event) => {
    if (nodeProcess.listenerCount("unhandledRejection") > 0 || nodeProcess.listenerCount("uncaughtException") > 0) return;
    fail(event.reason);
    event.preventDefault();
  });
  const require = (name) => {
    if (name in COMMON) return COMMON[name];
    if (/^(\.|\/|internal\/)/.test(name)) throw new Skipped(`needs ${name}`);
    return require_(name);
  };
  require.main = {};
  require.resolve = (name) => name;
  require.cache = {};
  const module = { exports: {}, filename: "/test.js", id: ".", paths: [], children: [] };
  const { setTimeout } = require_("timers");
  try {
    await Reflect.apply(test, module.exports, [module.exports, require, module, `/test/parallel/${file}`, "/test/parallel"]);
    // Until every call that must come has come, and a while for those that must not.
    for (let round = 0; round < 200 && failures.length === 0; round++) {
      if (round >= 5 && !calls.some(isShort)) break;
      await new Promise((resolve) => setTimeout(resolve, round < 20 ? 5 : 50));
    }
    nodeProcess.emit("beforeExit", 0);
    await new Promise((resolve) => setTimeout(resolve, 1));
    nodeProcess.emit("exit", nodeProcess.exitCode ?? 0);
  } catch (error) {
    if (error instanceof Skipped) return { skipped: error.message };
    fail(error);
  }
  for (const { criteria, exact, actual, name, stack } of calls) {
    if (exact ? actual !== criteria : actual < criteria) {
      fail(new Error(`Mismatched ${name}: expected ${exact ? "exactly" : "at least"} ${criteria}, actual ${actual}. ${stack}`));
    }
  }
  if (failures.length === 0) return { passed: true };
  return { failed: inspect(failures[0]).slice(0, 1500) };
};
