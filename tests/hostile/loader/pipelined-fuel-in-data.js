//@ outcome: exceededCpu,exception
//@ args: --timeout 10s --loader LOADER --fuel 100000000
//@ cpu: 1
// The loader lies within the data of an answer that has not come: in an array, in an object.
import { WorkerEntrypoint } from "cloudflare:workers";
export class E extends WorkerEntrypoint { box() { return { deep: [{ loader: this.env.LOADER }] }; } }
const child = "export default { spin(n) { for (let i = 0; i < n; i++); return n } }";
export default async (a, env, ctx) => {
  const w = ctx.exports.E.box().deep[0].loader.load({ mainModule: "m.js", modules: [{ name: "m.js", text: child }], env: {} });
  for (let i = 0; i < 3000; i++) await w.default.spin(200_000);
};
