//@ outcome: ok
//@ args: --timeout 20s --loader LOADER
//@ value: "fine"
//@ rss: 300
//@ cpu: 3
// A child keeps its own pending answer within a Map within an array within an error.
const child = `import { WorkerEntrypoint } from "cloudflare:workers"; let kept;
export class E extends WorkerEntrypoint { async fn() { await new Promise(r => setTimeout(r, 1)); return { f: () => 1 } } keep(x) { kept = x.cause[0].get("p"); kept = kept.dup ? kept.dup() : kept; return x } }
export default { async run(_, env, ctx) { const p = ctx.exports.E.fn(); const k = ctx.exports.E.keep(new Error("x", { cause: [new Map([["p", p.f]])] })); await p; await k.catch(() => 0); return 1 } }`;
export default async (a, env) => {
  for (let i = 0; i < 1500; i++) {
    try { using e = env.LOADER.load({ mainModule: "m.js", modules: { "m.js": child } }).getEntrypoint(); await e.run(1); } catch (e) { return `${i}: ${e.message}`; }
    if (i % 50 === 0) await new Promise((r) => setTimeout(r, 2));
  }
  return "fine";
};
