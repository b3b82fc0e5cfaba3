//@ outcome: exceededCpu,exception
//@ args: --timeout 10s --loader LOADER --fuel 100000000
//@ cpu: 1
// A function, a method, a getter or another sandbox's entrypoint, called on an answer that has not come, spins for the caller.
import { WorkerEntrypoint } from "cloudflare:workers";
const code = `import { WorkerEntrypoint, RpcTarget } from "cloudflare:workers"; const spin = () => { for (let i = 0; i < 50_000; i++); return 1 }; class T extends RpcTarget { spin() { return spin() } get x() { return spin() } }
export default class extends WorkerEntrypoint { f() { return { spin } } t() { return { t: new T() } } self() { return this.ctx.exports.default } spin() { return spin() } }`;
export class E extends WorkerEntrypoint { child() { return globalThis.child; } }
export default async (a, env, ctx) => {
  const e = globalThis.child = env.LOADER.load({ mainModule: "m.js", modules: { "m.js": code } }).getEntrypoint();
  for (let i = 0; i < 1000; i++) { await e.f().spin(); await e.t().t.spin(); await e.t().t.x; await e.self().spin(); await ctx.exports.E.child().spin(); }
};
