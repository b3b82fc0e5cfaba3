//@ outcome: ok,limit,exception
//@ args: --timeout 20s --loader LOADER
//@ cpu: 3
// Workers of 8 MiB each, loaded by a loader that is nobody's yet, and all of them kept.
import { WorkerEntrypoint } from "cloudflare:workers";
export class E extends WorkerEntrypoint { getLoader() { return this.env.LOADER; } }
globalThis.kept = [];
export default async (a, env, ctx) => {
  const text = "export default { f: () => 1 }";
  for (let i = 0; i < 200; i++) {
    const w = ctx.exports.E.getLoader().load({ mainModule: "m.js", modules: [{ name: "m.js", text }, { name: "d", kind: "data", data: new Uint8Array(8 << 20) }], env: {} });
    kept.push(w); await w.default.f();
  }
};
