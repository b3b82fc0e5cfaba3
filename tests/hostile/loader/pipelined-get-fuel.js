//@ outcome: exceededCpu,exception
//@ args: --timeout 10s --loader LOADER --fuel 100000000
//@ cpu: 1
// The same with `get`, whose callback is a stub of the caller's.
import { WorkerEntrypoint } from "cloudflare:workers";
export class E extends WorkerEntrypoint { getLoader() { return this.env.LOADER; } }
const child = "export default { spin(n) { for (let i = 0; i < n; i++); return n } }";
export default async (a, env, ctx) => {
  const w = ctx.exports.E.getLoader().get("id", () => ({ mainModule: "m.js", modules: [{ name: "m.js", text: child }], env: {} }));
  for (let i = 0; i < 3000; i++) await w.default.spin(200_000);
};
