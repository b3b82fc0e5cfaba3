//@ outcome: ok
//@ args: --timeout 20s --loader LOADER
//@ value: "fine"
//@ rss: 300
//@ cpu: 3
// A child hands waitUntil a call of itself that waits for that call, for ever.
const child = `import { WorkerEntrypoint } from "cloudflare:workers";
export class E extends WorkerEntrypoint { wait(p) { this.ctx.waitUntil(p); return new Promise(() => {}) } }
export default { run(_, env, ctx) { const p = ctx.exports.E.wait(new Promise(() => {})); ctx.waitUntil(p); ctx.waitUntil(ctx.exports.E.wait(p)); return 1 } }`;
export default async (a, env) => {
  for (let i = 0; i < 1500; i++) {
    try { using e = env.LOADER.load({ mainModule: "m.js", modules: { "m.js": child }, limits: { wallMs: 200 } }).getEntrypoint(); await e.run(1); } catch (e) { return `${i}: ${e.message}`; }
    if (i % 50 === 0) await new Promise((r) => setTimeout(r, 30));
  }
  return "fine";
};
