//@ outcome: ok
//@ args: --timeout 20s --loader LOADER
//@ value: "fine"
//@ rss: 300
//@ cpu: 3
// A child makes a stub of itself whose props hold its own pending answer, and keeps that.
const child = `import { WorkerEntrypoint } from "cloudflare:workers"; let kept;
export class E extends WorkerEntrypoint { async fn() { await new Promise(r => setTimeout(r, 1)); return () => 1 } keep(x) { kept = x.dup() } touch() { return 1 } }
export default { async run(_, env, ctx) { const p = ctx.exports.E.fn(); const e = ctx.exports.E({ props: { p } }); const k = ctx.exports.E.keep(e); await p; await k; return 1 } }`;
export default async (a, env) => {
  for (let i = 0; i < 1500; i++) {
    try { using e = env.LOADER.load({ mainModule: "m.js", modules: { "m.js": child } }).getEntrypoint(); await e.run(1); } catch (e) { return `${i}: ${e.message}`; }
    if (i % 50 === 0) await new Promise((r) => setTimeout(r, 2));
  }
  return "fine";
};
