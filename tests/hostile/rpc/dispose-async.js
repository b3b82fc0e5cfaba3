//@ outcome: exceededCpu
//@ args: --timeout 10s --fuel 100000000
//@ cpu: 1
// Disposers that only return a promise at once, and do their work later.
import { WorkerEntrypoint, RpcTarget } from "cloudflare:workers";
class D extends RpcTarget { async [Symbol.dispose]() { await null; for (let i = 0; i < 100_000; i++); await new Promise((r) => setTimeout(r, 0)); for (let i = 0; i < 100_000; i++); } }
export class E extends WorkerEntrypoint { get() { return new D(); } }
export default async (a, env, ctx) => { for (let i = 0; i < 5000; i++) { const s = await ctx.exports.E.get(); s[Symbol.dispose](); } };
