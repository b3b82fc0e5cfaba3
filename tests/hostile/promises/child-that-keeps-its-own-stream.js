//@ outcome: ok
//@ args: --timeout 20s --loader LOADER
//@ value: "fine"
//@ rss: 300
//@ cpu: 3
// A child sends itself streams of its own, readable and writable, and keeps what comes out.
const child = `import { WorkerEntrypoint } from "cloudflare:workers"; const kept = [];
export class E extends WorkerEntrypoint { take(r, w) { kept.push(r, w, r.getReader(), w.getWriter()) } echo(r) { return r } }
export default { async run(_, env, ctx) { const t = new TransformStream(), u = new TransformStream(); kept.push(t, u); await ctx.exports.E.take(t.readable, u.writable); kept.push(await ctx.exports.E.echo(new ReadableStream({ pull() { return new Promise(() => {}) } }))); return 1 } }`;
export default async (a, env) => {
  for (let i = 0; i < 1500; i++) {
    try { using e = env.LOADER.load({ mainModule: "m.js", modules: { "m.js": child } }).getEntrypoint(); await e.run(1); } catch (e) { return `${i}: ${e.message}`; }
    if (i % 50 === 0) await new Promise((r) => setTimeout(r, 2));
  }
  return "fine";
};
