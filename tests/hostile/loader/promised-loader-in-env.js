//@ outcome: ok
//@ args: --timeout 10s --loader LOADER --fuel 200000000
//@ value: "fine"
//@ cpu: 1
// The same in the env of a child, in its props and within data.
import { WorkerEntrypoint } from "cloudflare:workers";
export class E extends WorkerEntrypoint { async getLoader() { await new Promise((r) => setTimeout(r, 2)); return { l: this.env.LOADER }; } }
const child = `import { WorkerEntrypoint } from "cloudflare:workers"; const code = { mainModule: "m.js", modules: [{ name: "m.js", text: "export default { spin(n) { for (let i = 0; i < n; i++); return n } }" }], env: {} };
export default class extends WorkerEntrypoint { async now() { const w = (this.env.L ?? this.ctx.props.L).load(code); for (let i = 0; i < 20; i++) await w.default.spin(200_000); return "all" } }`;
export default async (a, env, ctx) => {
  const L = () => ctx.exports.E.getLoader().l, code = { mainModule: "m.js", modules: { "m.js": child }, limits: { fuel: 20_000_000 } };
  for (const make of [() => env.LOADER.load({ ...code, env: { L: L() } }).getEntrypoint(), () => env.LOADER.load(code).getEntrypoint(null, { props: { L: L() } })]) {
    try { await make().now(); return "spun"; } catch (e) { if (!/fuel|limit|method|loader|undefined|not a function|serialize/i.test(e.message)) return e.message; }
  }
  return "fine";
};
