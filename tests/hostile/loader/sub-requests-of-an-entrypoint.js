//@ outcome: ok
//@ args: --timeout 20s --loader LOADER
//@ value: true
//@ cpu: 2
// The lower limit is on the entrypoint only, and the worker that it belongs to is asked in circles.
import { WorkerEntrypoint } from "cloudflare:workers";
let calls = 0;
export class Count extends WorkerEntrypoint { hit() { calls++; } }
const mid = `import { WorkerEntrypoint } from "cloudflare:workers"; export class Leaf extends WorkerEntrypoint { async f() { for (let i = 0; i < 20; i++) await this.env.C.hit() } } export default { async f(_, env, ctx) { for (let i = 0; i < 30; i++) await ctx.exports.Leaf.f() } }`;
export default async (a, env, ctx) => {
  try { await env.LOADER.load({ mainModule: "m.js", modules: { "m.js": mid }, env: { C: ctx.exports.Count } }).getEntrypoint(null, { limits: { subRequests: 50 } }).f(); } catch {}
  return calls <= 50;
};
