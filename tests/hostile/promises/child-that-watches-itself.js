//@ outcome: ok
//@ args: --timeout 20s --loader LOADER
//@ value: "fine"
//@ rss: 300
//@ cpu: 3
// A child asks to be told when its own stubs break, in its own pending answer too.
const child = `import { WorkerEntrypoint } from "cloudflare:workers"; let kept = [];
export class E extends WorkerEntrypoint { async fn() { await new Promise(r => setTimeout(r, 1)); return () => 1 } keep(x) { const y = x.dup(); y.onRpcBroken(() => y); kept.push(y) } }
export default { async run(_, env, ctx) { const p = ctx.exports.E.fn(); const k = ctx.exports.E.keep(p); ctx.exports.E.onRpcBroken(() => p); await p; await k; return 1 } }`;
export default async (a, env) => {
  for (let i = 0; i < 1300; i++) {
    try { using e = env.LOADER.load({ mainModule: "m.js", modules: { "m.js": child } }).getEntrypoint(); await e.run(1); } catch (e) { return `${i}: ${e.message}`; }
    if (i % 50 === 0) await new Promise((r) => setTimeout(r, 2));
  }
  return "fine";
};
