//@ outcome: ok,exceededCpu
//@ args: --timeout 10s --fuel 100000000
//@ cpu: 1
// A hundred disposers that do not end by themselves.
import { WorkerEntrypoint, RpcTarget } from "cloudflare:workers";
class D extends RpcTarget { [Symbol.dispose]() { for (;;); } }
export class E extends WorkerEntrypoint { get() { return new D(); } }
export default async (a, env, ctx) => { for (let i = 0; i < 100; i++) { const s = await ctx.exports.E.get(); s[Symbol.dispose](); await new Promise((r) => setTimeout(r, 1)); } };
