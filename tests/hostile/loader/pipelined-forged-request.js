//@ outcome: ok,exception
//@ args: --timeout 10s --loader LOADER
//@ cpu: 1
// Requests to load that the worker has made up itself: no code of the guest's has looked at them.
import { WorkerEntrypoint } from "cloudflare:workers";
export class E extends WorkerEntrypoint { getLoader() { return this.env.LOADER; } }
const requests = [
  undefined, null, 1, "x", [], {}, { mainModule: 1 }, { mainModule: "m.js" }, { mainModule: "m.js", modules: [] }, { mainModule: "m.js", modules: [{}] },
  { mainModule: "m.js", modules: [{ name: "m.js", kind: "wasm", text: "" }], env: 7 }, { mainModule: "__proto__", modules: [{ name: "__proto__", text: "1" }], env: {} },
  { mainModule: "m.js", modules: [{ name: "m.js", text: "1" }, { name: "m.js", text: "2" }], env: {}, tails: [1] }, { mainModule: "m.js", modules: [{ name: "m.js", text: "1" }], env: {}, limits: { fuel: -1, memoryBytes: NaN } },
  { mainModule: "m.js", modules: [{ name: "m.js", text: "export default {}" }], env: {}, limits: { memoryBytes: 2 ** 53, concurrency: 0, wallMs: 0 } }, { mainModule: "\u0000\u001b[2J", modules: [{ name: "\u0000\u001b[2J", text: "throw 1" }], env: {} },
];
export default async (a, env, ctx) => {
  for (const r of requests) { try { await ctx.exports.E.getLoader().load(r).default.f(); } catch {} try { await ctx.exports.E.getLoader().get(r, r).default.f(); } catch {} try { await ctx.exports.E.getLoader().load(r).getEntrypoint(r, r).f(); } catch {} }
};
