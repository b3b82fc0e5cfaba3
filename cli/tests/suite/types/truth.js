// Compares what is declared with what this sandbox has. Returns what differs.

import * as workers from "cloudflare:workers";
import * as sockets from "cloudflare:sockets";
import * as bundler from "isolet:bundler";
import * as peerBundler from "@cloudflare/worker-bundler";
import * as isoletWorkers from "isolet:workers";
import declared from "./declared.json" with { type: "json" };

const { interfaces, classes, variables, functions, modules } = declared;
const wrong = [];
let compared = 0;
const check = (isRight, text) => {
  compared++;
  if (!isRight) wrong.push(text);
};

// Names of the language, which TypeScript's own libraries declare.
const LANGUAGE = new Set(
  ("Object Function Error EvalError RangeError ReferenceError SyntaxError TypeError URIError " +
    "AggregateError SuppressedError Iterator Array parseInt parseFloat isNaN isFinite decodeURI " +
    "decodeURIComponent encodeURI encodeURIComponent escape unescape Infinity NaN undefined eval " +
    "Number Boolean String Math Reflect Symbol DisposableStack globalThis BigInt Date RegExp JSON " +
    "Proxy Map Set WeakMap WeakSet ArrayBuffer SharedArrayBuffer Uint8ClampedArray Int8Array " +
    "Uint8Array Int16Array Uint16Array Int32Array Uint32Array BigInt64Array BigUint64Array " +
    "Float16Array Float32Array Float64Array DataView Atomics Promise AsyncDisposableStack WeakRef " +
    "FinalizationRegistry Intl").split(" "),
);
// Declared, and not there: it makes `@types/node` give way.
const ABSENT = new Set(["onmessage"]);

const SYMBOLS = ["iterator", "asyncIterator", "dispose", "asyncDispose"];
const keyOf = (name) => (name.startsWith("@@") ? Symbol[name.slice(2)] : name);
const nameOf = (key) => {
  if (typeof key === "string") return key;
  const known = SYMBOLS.find((name) => Symbol[name] === key);
  return known === undefined ? undefined : `@@${known}`;
};
const propertyOf = (object, key) => {
  for (let at = object; at !== null && at !== undefined; at = Object.getPrototypeOf(at)) {
    const property = Object.getOwnPropertyDescriptor(at, key);
    if (property !== undefined) return property;
  }
  return undefined;
};

/** Returns the members of an interface, with those of its bases. */
const membersOf = (name) => {
  const found = new Map();
  const { extends: bases = [], members = [] } = interfaces[name] ?? {};
  for (const base of bases) for (const [key, member] of membersOf(base)) found.set(key, member);
  for (const member of members) found.set(member.name, member);
  return found;
};

/** Compares a declared member with a property. */
const compare = (what, object, member) => {
  const property = propertyOf(object, keyOf(member.name));
  check(property !== undefined, `${what}.${member.name} is declared and missing`);
  if (property === undefined) return;
  if ("get" in property) {
    check(!member.isMethod, `${what}.${member.name} is no method`);
    check(member.isReadonly === (property.set === undefined), `${what}.${member.name}: readonly`);
  } else if (member.isMethod) {
    check(typeof property.value === "function", `${what}.${member.name} is a method`);
  }
};

/** Checks that the own properties of an object are declared. */
const known = (what, object, names, ignored = []) => {
  for (const key of Reflect.ownKeys(object)) {
    const name = nameOf(key);
    if (name === undefined || ignored.includes(name)) continue;
    check(names.has(name), `${what}.${name} is not declared`);
  }
};

const classesAreTrue = (samples) => {
  for (const [name, { statics, isConstructor }] of Object.entries(classes)) {
    const Class = globalThis[name];
    check(typeof Class === "function", `${name} is declared and missing`);
    if (typeof Class !== "function") continue;
    for (const member of statics) compare(name, Class, member);
    known(name, Class, new Set(statics.map((member) => member.name)), ["length", "name", "prototype"]);
    const members = membersOf(name);
    for (const member of members.values()) compare(`${name}.prototype`, samples[name] ?? Class.prototype, member);
    known(`${name}.prototype`, Class.prototype, members, ["constructor"]);
    let isIllegal = false;
    try {
      new Class();
    } catch (error) {
      isIllegal = error.message === "Illegal constructor";
    }
    check(isConstructor === !isIllegal, `${name}: whether it can be constructed`);
    const parent = Object.getPrototypeOf(Class.prototype)?.constructor.name;
    if (parent in classes) check(interfaces[name].extends.includes(parent), `${name} extends ${parent}`);
  }
};

const globalsAreTrue = () => {
  const names = new Set([...Object.keys(classes), ...Object.keys(variables), ...functions]);
  for (const name of names) {
    if (ABSENT.has(name)) check(!(name in globalThis), `${name} exists`);
    else check(name in globalThis, `${name} is declared and missing`);
  }
  for (const name of functions) check(typeof globalThis[name] === "function", `${name} is a function`);
  for (let at = globalThis; at !== Object.prototype; at = Object.getPrototypeOf(at)) {
    for (const key of Reflect.ownKeys(at)) {
      if (typeof key === "string" && key !== "constructor" && !LANGUAGE.has(key)) {
        check(names.has(key), `${key} is not declared`);
      }
    }
  }
  for (const member of interfaces.ErrorConstructor.members) compare("Error", Error, member);
};

/** Compares objects that have no global class. */
const objectsAreTrue = (samples) => {
  for (const [name, object] of Object.entries(samples)) {
    const members = membersOf(name);
    check(members.size > 0, `${name} is not declared`);
    for (const member of members.values()) compare(name, object, { ...member, isReadonly: isReadonly(object, member) });
    const prototype = Object.getPrototypeOf(object);
    // The members of iterators are declared by TypeScript's own libraries.
    if (interfaces[name].extends.includes("IteratorObject")) continue;
    known(name, object, members);
    const isPlain = prototype === null || prototype === Object.prototype || prototype === Promise.prototype;
    if (!isPlain) known(name, prototype, members, ["constructor"]);
  }
};
// Properties that are read-only in a copy, and may be in an interface, are not compared.
const isReadonly = (object, { name, isReadonly }) =>
  "get" in (propertyOf(object, keyOf(name)) ?? {}) ? isReadonly : undefined;

/** Compares the members that are declared of a dictionary with those that are read of it. */
const dictionariesAreTrue = async (uses, except) => {
  for (const [name, use] of Object.entries(uses)) {
    const ignored = except[name] ?? [];
    const read = new Set();
    const members = membersOf(name);
    const given = new Proxy({}, {
      get: (_, key) => {
        if (typeof key !== "symbol" && key !== "then") read.add(key);
        return undefined;
      },
    });
    try {
      await use(given, (values) =>
        new Proxy(values, {
          get: (target, key) => {
            if (typeof key !== "symbol" && key !== "then") read.add(key);
            return target[key];
          },
        }));
    } catch { /* What is required is missing. */ }
    for (const key of members.keys()) {
      check(read.has(key) || ignored.includes(key), `${name}.${key} is declared and not read`);
    }
    for (const key of read) {
      check(members.has(key) || ignored.includes(key), `${name}.${key} is read and not declared`);
    }
  }
};

const modulesAreTrue = () => {
  const found = { "cloudflare:workers": workers, "cloudflare:sockets": sockets, "isolet:bundler": bundler };
  for (const [name, module] of Object.entries(found)) {
    const names = Object.keys(modules[name]).sort().join();
    // Built-in CommonJS modules are also their own `default`.
    check(names === Object.keys(module).filter((key) => key !== "default").sort().join(), `${name} exports ${Object.keys(module)}`);
    for (const [key, members] of Object.entries(modules[name])) {
      const prototype = module[key]?.prototype;
      if (members.length > 0 && prototype !== undefined) compareAll(key, prototype, new Map(members.map((member) => [member.name, member])));
    }
  }
  compareAll("RpcStub", workers.RpcStub.prototype, membersOf("Rpc.StubBase"));
  check(Object.keys(isoletWorkers).join() === Object.keys(workers).join(), "isolet:workers");
  check(Object.keys(peerBundler).join() === Object.keys(bundler).join(), "@cloudflare/worker-bundler");
};
const compareAll = (what, object, members) => {
  for (const member of members.values()) {
    if (!member.name.startsWith("__")) compare(what, object, member);
  }
  // `map` works by the flag `rpc_promise_map` alone.
  known(what, object, members, ["constructor", "map"]);
};

export class Tail extends workers.WorkerEntrypoint {
  tail([item]) {
    seen.push(item);
  }
}
const seen = [];

const CHILD = `export default {
  async fail() {
    console.log("text");
    throw new RangeError("no");
  },
};`;
const codeOf = (more) => ({ mainModule: "a.js", modules: { "a.js": CHILD }, ...more });

// A value of each limit that the program below exceeds, or that is refused.
const TOO_LOW = {
  concurrency: 0, cpuMs: 0, fuel: 1, logBytes: 1, memoryBytes: 1 << 25, outputBytes: 10, sandboxes: 2,
  subRequests: 0, treeMemoryBytes: 1 << 25, wallMs: 0,
};
const WORK = `export default {
  leaf: () => 1,
  async work(call, { code, LOADER }) {
    console.log("text");
    await call();
    new Uint8Array(40 << 20);
    await Promise.all([1, 2].map(() => LOADER.load(code).getEntrypoint().leaf()));
    return "a result";
  },
};`;

const limitsAreTrue = async ({ LOADER }) => {
  const modules = { "a.js": WORK };
  const code = { mainModule: "a.js", modules };
  const work = async (limits) =>
    LOADER.load({ ...code, env: { code, LOADER }, limits }).getEntrypoint().work(() => 1);
  for (const name of membersOf("WorkerLimits").keys()) {
    const result = await work({ [name]: TOO_LOW[name] }).catch(() => "exceeded");
    check(result === "exceeded", `limits.${name}`);
  }
  // The control: without these limits, and with one that does not exist.
  check((await work({ nonsense: 0 })) === "a result", "the program without a limit");
};

export const handlers = {
  async run(_, env, ctx) {
    const load = (more) => env.LOADER.load(codeOf(more));
    await load({ tails: [ctx.exports.Tail] }).getEntrypoint().fail().catch(() => {});
    while (seen.length === 0) await scheduler.wait(1);
    const [item] = seen;
    const match = new URLPattern({ pathname: "/:name" }).exec("https://example.com/a");
    const empty = new Response("").body;

    classesAreTrue({ Event: new Event("x"), CustomEvent: new CustomEvent("x"), ErrorEvent: new ErrorEvent("x"),
      MessageEvent: new MessageEvent("x"), CloseEvent: new CloseEvent("x"),
      PromiseRejectionEvent: new PromiseRejectionEvent("x", { promise: Promise.resolve() }) });
    globalsAreTrue();
    objectsAreTrue({
      Console: console,
      CryptoKeyPair: await crypto.subtle.generateKey("Ed25519", true, ["sign", "verify"]),
      EcKeyAlgorithm: (await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, true, ["sign"])).privateKey.algorithm,
      ExecutionContext: ctx,
      FormDataIterator: new FormData().keys(),
      HeadersIterator: new Headers().keys(),
      HmacKeyAlgorithm: (await crypto.subtle.generateKey({ name: "HMAC", hash: "SHA-1" }, true, ["sign"])).algorithm,
      ReadableStreamReadDoneResult: await empty.getReader().read(),
      TextEncoderEncodeIntoResult: new TextEncoder().encodeInto("a", new Uint8Array(1)),
      TraceException: item.exceptions[0],
      TraceItem: item,
      TraceLog: item.logs[0],
      URLPatternComponentResult: match.pathname,
      URLPatternResult: match,
      URLSearchParamsIterator: new URLSearchParams().keys(),
      WorkerLoader: env.LOADER,
      WorkerStub: load({}),
    });
    const target = new EventTarget();
    const key = await crypto.subtle.importKey("raw", new Uint8Array(16), "AES-GCM", false, ["encrypt"]);
    const { subtle } = crypto;
    const bytes = new Uint8Array(16);
    await dictionariesAreTrue({
      AddEventListenerOptions: (init) => target.addEventListener("x", () => {}, init),
      AesCbcParams: (_, of) => subtle.encrypt(of({ name: "AES-CBC", iv: bytes }), key, bytes),
      AesCtrParams: (_, of) => subtle.encrypt(of({ name: "AES-CTR", counter: bytes, length: 64 }), key, bytes),
      AesDerivedKeyParams: (_, of) =>
        subtle.deriveKey({ name: "HKDF", hash: "SHA-1", info: bytes, salt: bytes }, key, of({ name: "AES-CBC", length: 128 }), true, []),
      AesGcmParams: (_, of) => subtle.encrypt(of({ name: "AES-GCM", iv: bytes }), key, bytes),
      AesKeyGenParams: (_, of) => subtle.generateKey(of({ name: "AES-CBC", length: 128 }), true, ["encrypt"]),
      BlobPropertyBag: (init) => new Blob([], init),
      CustomEventInit: (init) => new CustomEvent("x", init),
      EcKeyGenParams: (_, of) => crypto.subtle.generateKey(of({ name: "ECDSA", namedCurve: "P-256" }), true, ["sign"]),
      EcKeyImportParams: (_, of) => subtle.importKey("raw", bytes, of({ name: "ECDSA", namedCurve: "P-256" }), true, ["verify"]),
      EcdhKeyDeriveParams: (_, of) => subtle.deriveBits(of({ name: "ECDH", public: key }), key, 128),
      EcdsaParams: (_, of) => subtle.sign(of({ name: "ECDSA", hash: "SHA-1" }), key, bytes),
      ErrorEventInit: (init) => new ErrorEvent("x", init),
      EventInit: (init) => new Event("x", init),
      EventListenerOptions: (init) => target.removeEventListener("x", () => {}, init),
      FilePropertyBag: (init) => new File([], "x", init),
      HkdfParams: (_, of) => subtle.deriveBits(of({ name: "HKDF", hash: "SHA-1", info: bytes, salt: bytes }), key, 128),
      HmacImportParams: (_, of) => subtle.importKey("raw", bytes, of({ name: "HMAC", hash: "SHA-1" }), true, ["sign"]),
      HmacKeyGenParams: (_, of) => subtle.generateKey(of({ name: "HMAC", hash: "SHA-1" }), true, ["sign"]),
      JsonWebKey: (init) => crypto.subtle.importKey("jwk", init, "AES-GCM", true, ["encrypt"]),
      MessageEventInit: (init) => new MessageEvent("x", init),
      Pbkdf2Params: (_, of) =>
        subtle.deriveBits(of({ name: "PBKDF2", hash: "SHA-1", iterations: 1, salt: bytes }), key, 128),
      PerformanceMarkOptions: (init) => performance.mark("x", init),
      PerformanceMeasureOptions: (init) => performance.measure("x", init),
      PromiseRejectionEventInit: (_, of) => new PromiseRejectionEvent("x", of({ promise: Promise.resolve() })),
      QueuingStrategy: (init) => new WritableStream({}, init),
      QueuingStrategyInit: (_, of) => new CountQueuingStrategy(of({ highWaterMark: 1 })),
      ReadableStreamBYOBReaderReadOptions: (init) =>
        new Blob(["a"]).stream().getReader({ mode: "byob" }).read(new Uint8Array(1), init),
      ReadableStreamGetReaderOptions: (init) => new ReadableStream().getReader(init),
      ReadableStreamIteratorOptions: (init) => new ReadableStream().values(init),
      RequestInit: (init) => new Request("https://example.com", init),
      ResponseInit: (init) => new Response("", init),
      RsaHashedImportParams: (_, of) =>
        subtle.importKey("jwk", {}, of({ name: "RSA-PSS", hash: "SHA-1" }), true, ["verify"]),
      RsaHashedKeyGenParams: (_, of) =>
        subtle.generateKey(of({ name: "RSA-PSS", hash: "SHA-1", modulusLength: 0, publicExponent: bytes }), true, ["sign"]),
      RsaOaepParams: (_, of) => subtle.encrypt(of({ name: "RSA-OAEP" }), key, bytes),
      RsaPssParams: (_, of) => subtle.sign(of({ name: "RSA-PSS", saltLength: 1 }), key, bytes),
      SchedulerPostTaskOptions: (init) => scheduler.postTask(() => {}, init),
      SchedulerWaitOptions: (init) => scheduler.wait(0, init),
      StreamPipeOptions: (init) => new ReadableStream().pipeTo(new WritableStream(), init) && undefined,
      StructuredSerializeOptions: (init) => structuredClone(1, init),
      TextDecodeOptions: (init) => new TextDecoder().decode(undefined, init),
      TextDecoderOptions: (init) => new TextDecoder("utf-8", init),
      Transformer: (init) => new TransformStream(init),
      URLPatternInit: (init) => new URLPattern(init),
      URLPatternOptions: (init) => new URLPattern({}, init),
      UnderlyingByteSource: (_, of) => new ReadableStream(of({ type: "bytes" })),
      UnderlyingDefaultSource: (init) => new ReadableStream(init),
      UnderlyingSink: (init) => new WritableStream(init),
      WorkerLoaderModule: (_, of) => env.LOADER.load({ mainModule: "a.js", modules: { "a.js": of({ js: "" }) } }),
      WorkerLoaderWorkerCode: (_, of) => env.LOADER.load(of(codeOf({}))),
      WorkerStubEntrypointOptions: (init) => load({}).getEntrypoint("default", init),
    }, {
      // Options that are refused, and options that are ignored.
      WorkerLoaderModule: ["py", "wasm"],
      WorkerLoaderWorkerCode: ["allowExperimental", "streamingTails"],
    });
    modulesAreTrue();
    await limitsAreTrue(env);
    return { wrong, compared };
  },
};

export default (...args) => handlers.run(...args);
