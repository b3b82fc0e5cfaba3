//@ outcome: exceededCpu,exception
//@ args: --timeout 10s --loader LOADER --fuel 100000000
//@ cpu: 1
// The loader is a getter of a target of an answer that has not come.
import { WorkerEntrypoint, RpcTarget } from "cloudflare:workers";
let loader;
class Box extends RpcTarget { get loader() { return loader; } }
export class E extends WorkerEntrypoint { box() { loader = this.env.LOADER; return new Box(); } }
const child = "export default { spin(n) { for (let i = 0; i < n; i++); return n } }";
export default async (a, env, ctx) => {
  const w = ctx.exports.E.box().loader.load({ mainModule: "m.js", modules: [{ name: "m.js", text: child }], env: {} });
  for (let i = 0; i < 3000; i++) await w.default.spin(200_000);
};
