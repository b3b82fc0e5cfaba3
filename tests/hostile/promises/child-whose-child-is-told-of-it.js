//@ outcome: ok
//@ args: --timeout 20s --loader LOADER
//@ value: "fine"
//@ rss: 300
//@ cpu: 4
// A child's pending answer is a tail and the outbound of its own child, which it keeps.
const child = `import { WorkerEntrypoint } from "cloudflare:workers"; const kept = [];
export class E extends WorkerEntrypoint { async fn() { await new Promise(r => setTimeout(r, 1)); return this.ctx.exports.E } tail() {} fetch() { return new Response("x") } }
export default { async run(_, env, ctx) { const p = ctx.exports.E.fn(); let e; try { e = env.L.load({ mainModule: "m.js", modules: { "m.js": "export default { f(p) { globalThis.p = p.dup(); return fetch('http://a/').then(r => r.text(), () => 1) } }" }, tails: [p], globalOutbound: p }).getEntrypoint() } catch { e = env.L.load({ mainModule: "m.js", modules: { "m.js": "export default { f(p) { globalThis.p = p.dup?.() } }" }, tails: [ctx.exports.E], globalOutbound: ctx.exports.E }).getEntrypoint() } kept.push(e, p); await e.f(p); return 1 } }`;
export default async (a, env) => {
  for (let i = 0; i < 700; i++) {
    try { using e = env.LOADER.load({ mainModule: "m.js", modules: { "m.js": child }, env: { L: env.LOADER } }).getEntrypoint(); await e.run(1); } catch (e) { return `${i}: ${e.message}`; }
    if (i % 50 === 0) await new Promise((r) => setTimeout(r, 3));
  }
  return "fine";
};
