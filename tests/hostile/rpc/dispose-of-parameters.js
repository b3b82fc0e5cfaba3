//@ outcome: exceededCpu
//@ args: --timeout 10s --fuel 100000000
//@ cpu: 1
// Parameters end when the call returns: each has a disposer of 41 million operations.
import { WorkerEntrypoint, RpcTarget } from "cloudflare:workers";
class D extends RpcTarget { [Symbol.dispose]() { for (let i = 0; i < 100_000; i++); } }
export class E extends WorkerEntrypoint { take() { return 1; } }
export default async (a, env, ctx) => { for (let i = 0; i < 9000; i++) await ctx.exports.E.take(new D()); };
