//@ outcome: exceededCpu,exception,ok
//@ args: --timeout 10s --fuel 100000000
//@ cpu: 1
// Targets are in answers that nobody waits for, and in errors, and in calls of what is not there.
import { WorkerEntrypoint, RpcTarget } from "cloudflare:workers";
class D extends RpcTarget { [Symbol.dispose]() { for (let i = 0; i < 100_000; i++); } }
export class E extends WorkerEntrypoint { get() { return new D(); } boom() { const e = new Error("x"); e.d = new D(); throw e; } }
export default async (a, env, ctx) => {
  for (let i = 0; i < 3000; i++) { { using p = ctx.exports.E.get(); } await ctx.exports.E.boom().catch(() => 0); await ctx.exports.E.missing(new D()).catch(() => 0); }
};
