//@ outcome: ok
//@ args: --timeout 20s --loader LOADER
//@ value: "fine"
//@ rss: 300
//@ cpu: 4
// A child is a tail of its own child and keeps, in its tail, a stub of that.
const child = `import { WorkerEntrypoint } from "cloudflare:workers"; let kept = [];
export class T extends WorkerEntrypoint { tail(items) { kept.push(items, this.env.LOADER) } }
export default { async run(_, env, ctx) { const e = env.LOADER.load({ mainModule: "m.js", modules: { "m.js": "export default { f(x) { globalThis.x = x.dup(); return () => x } }" }, tails: [ctx.exports.T, ctx.exports.T({ props: { me: ctx.exports.T } })] }).getEntrypoint(); kept.push(e, await e.f(() => kept)); return 1 } }`;
export default async (a, env) => {
  for (let i = 0; i < 700; i++) {
    try { using e = env.LOADER.load({ mainModule: "m.js", modules: { "m.js": child }, env: { LOADER: env.LOADER } }).getEntrypoint(); await e.run(1); } catch (e) { return `${i}: ${e.message}`; }
    if (i % 50 === 0) await new Promise((r) => setTimeout(r, 2));
  }
  return "fine";
};
