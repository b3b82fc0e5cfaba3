//@ outcome: ok
//@ args: --timeout 20s --loader LOADER
//@ value: true
//@ cpu: 3
// A child that may make 100 calls loads others that make 100 each.
import { WorkerEntrypoint } from "cloudflare:workers";
let calls = 0;
export class Count extends WorkerEntrypoint { hit() { calls++; } }
const leaf = "export default { async f(_, env) { for (let i = 0; i < 99; i++) await env.C.hit() } }";
const mid = "export default { async f(leaf, env) { for (let i = 0; i < 45; i++) try { await env.L.load({ mainModule: 'm.js', modules: { 'm.js': leaf }, env: { C: env.C } }).getEntrypoint().f() } catch {} } }";
export default async (a, env, ctx) => {
  try { await env.LOADER.load({ mainModule: "m.js", modules: { "m.js": mid }, env: { L: env.LOADER, C: ctx.exports.Count }, limits: { subRequests: 100 } }).getEntrypoint().f(leaf); } catch {}
  return calls <= 100;
};
