//@ outcome: ok
//@ args: --timeout 10s --loader LOADER --fuel 200000000
//@ value: "fine"
//@ cpu: 1
// A child of little fuel is handed a loader that has not come yet: what it loads is the child's, and within its limits.
import { WorkerEntrypoint } from "cloudflare:workers";
export class E extends WorkerEntrypoint { async getLoader() { await new Promise((r) => setTimeout(r, 2)); return this.env.LOADER; } }
const child = `const code = { mainModule: "m.js", modules: [{ name: "m.js", text: "export default { spin(n) { for (let i = 0; i < n; i++); return n } }" }], env: {} };
export default { async now(p) { const w = p.load(code); for (let i = 0; i < 20; i++) await w.default.spin(200_000); return "all" }, async later(p) { const l = await p, e = l.load({ ...code, modules: { "m.js": code.modules[0].text } }).getEntrypoint(); for (let i = 0; i < 20; i++) await e.spin(200_000); return "all" } }`;
export default async (a, env, ctx) => {
  for (const way of ["now", "later"]) {
    const e = env.LOADER.load({ mainModule: "m.js", modules: { "m.js": child }, limits: { fuel: 20_000_000 } }).getEntrypoint();
    try { await e[way](ctx.exports.E.getLoader()); return way; } catch (e) { if (!/fuel|limit|method|loader/i.test(e.message)) return e.message; }
  }
  return "fine";
};
