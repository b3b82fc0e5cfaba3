/** The module that makes the objects of providers and connectors in the sandbox. */

/** The module's name. */
export const SETUP_MODULE = "isolet-executor";

/** The namespace and the tool that all calls go through. */
export const HOST_NAMESPACE = "__isolet_host";
export const HOST_TOOL = "call";

/** A namespace of the sandbox. */
export interface SandboxNamespace {
  kind: "provider" | "connector";
  name: string;
  /** JavaScript that is run after the object has been made. */
  prelude?: string | undefined;
}

/** What the sandbox sends for a call. */
export interface SandboxCall {
  kind: SandboxNamespace["kind"];
  namespace: string;
  name: string;
  /** The arguments, a list as JSON. */
  args: string;
}

/** The results of connectors that are none, as the peer has them. */
const CONTROL = "__codemode_control__";
const PAUSE = "__CODEMODE_PAUSE__";

const RUNTIME = String.raw`
import { env } from "cloudflare:workers";

const host = env.${HOST_NAMESPACE};
delete globalThis.${HOST_NAMESPACE};
const { stringify, parse } = JSON;
const BYTES = "__codemode_binary_v1__";

function encode(value) {
  const tagged = (kind, bytes) => ({ [BYTES]: kind, data: bytes.toBase64() });
  if (value instanceof Uint8Array) return tagged("Uint8Array", new Uint8Array(value));
  if (value instanceof ArrayBuffer) return tagged("ArrayBuffer", new Uint8Array(value));
  if (ArrayBuffer.isView(value)) {
    return tagged("ArrayBufferView", new Uint8Array(value.buffer, value.byteOffset, value.byteLength));
  }
  return value;
}

function decode(value) {
  if (!value || typeof value !== "object" || !(BYTES in value) || typeof value.data !== "string") return value;
  const bytes = Uint8Array.fromBase64(value.data);
  return value[BYTES] === "ArrayBuffer" ? bytes.buffer : bytes;
}

function replacer(key, nested) {
  const own = this[key];
  return own instanceof ArrayBuffer || ArrayBuffer.isView(own) ? encode(own) : nested;
}

async function call(kind, namespace, name, args) {
  const answer = parse(await host.${HOST_TOOL}({ kind, namespace, name, args: stringify(args, replacer) }), (_, it) => decode(it));
  if (answer.error !== undefined) throw new Error(answer.error);
  return answer.result;
}

function define(name, value) {
  Object.defineProperty(globalThis, name, { value, writable: true, configurable: true });
}

function provider(name) {
  define(name, new Proxy({}, {
    get: (target, tool) => {
      if (Object.hasOwn(target, tool)) return target[tool];
      // An object with a method "then" could not be returned by an async function.
      if (typeof tool !== "string" || tool === "then") return undefined;
      return (...args) => call("provider", name, tool, args);
    },
  }));
}

function connector(name) {
  define(name, new Proxy({}, {
    get: (_, tool) => {
      if (typeof tool !== "string" || tool === "then") return undefined;
      return async (...args) => {
        const result = await call("connector", name, tool, args.slice(0, 1));
        if (result && typeof result === "object") {
          if (result.${CONTROL} === "pause") throw new Error("${PAUSE}");
          if (result.${CONTROL} === "error") throw new Error(String(result.message));
        }
        return result;
      };
    },
  }));
}
`;

/** Returns the module that makes these namespaces. */
export function setupModule(namespaces: readonly SandboxNamespace[]): string {
  const objects = namespaces.map(({ kind, name }) => `${kind}(${JSON.stringify(name)});`);
  // Each in a function of its own, as the names that they declare are their own.
  const preludes = namespaces.flatMap(({ prelude }) => (prelude ? [`await (async () => {\n${prelude}\n})();`] : []));
  return [RUNTIME, ...objects, ...preludes].join("\n");
}
