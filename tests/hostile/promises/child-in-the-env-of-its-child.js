//@ outcome: ok
//@ args: --timeout 20s --loader LOADER
//@ value: "fine"
//@ rss: 300
//@ cpu: 4
// A child's pending answer and callback are in the env and the props of a grandchild that it keeps.
const child = `import { WorkerEntrypoint } from "cloudflare:workers"; let kept = [];
export class E extends WorkerEntrypoint { async fn() { await new Promise(r => setTimeout(r, 1)); return () => kept } }
export default { async run(_, env, ctx) { const p = ctx.exports.E.fn(); const w = env.LOADER.get("x", () => ({ mainModule: "m.js", modules: { "m.js": "export default { f() { return 1 } }" }, env: { p, E: ctx.exports.E } })); const e = w.getEntrypoint(null, { props: { p, E: ctx.exports.E } }); kept.push(w, e, await e.f(1)); return 1 } }`;
export default async (a, env) => {
  for (let i = 0; i < 700; i++) {
    try { using e = env.LOADER.load({ mainModule: "m.js", modules: { "m.js": child }, env: { LOADER: env.LOADER } }).getEntrypoint(); await e.run(1); } catch (e) { return `${i}: ${e.message}`; }
    if (i % 50 === 0) await new Promise((r) => setTimeout(r, 2));
  }
  return "fine";
};
