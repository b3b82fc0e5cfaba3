//@ outcome: ok
//@ args: --timeout 20s --loader LOADER
//@ value: "fine"
//@ rss: 300
//@ cpu: 3
// A child sends itself a request whose body is the answer's body, and keeps both.
const child = `import { WorkerEntrypoint } from "cloudflare:workers"; const kept = []; export class E extends WorkerEntrypoint { fetch(r) { kept.push(r); return new Response(r.body) } } export default { async f(_, env, ctx) { const t = new TransformStream(); kept.push(await ctx.exports.E.fetch("http://a/", { method: "POST", body: t.readable }), t); return 1 } }`;
export default async (a, env) => {
  for (let i = 0; i < 1200; i++) {
    try { using e = env.LOADER.load({ mainModule: "m.js", modules: { "m.js": child } }).getEntrypoint(); await e.f(); } catch (e) { return `${i}: ${e.message}`; }
    if (i % 50 === 0) await new Promise((r) => setTimeout(r, 2));
  }
  return "fine";
};
