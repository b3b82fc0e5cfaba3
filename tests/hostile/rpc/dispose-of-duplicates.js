//@ outcome: exceededCpu
//@ args: --timeout 10s --fuel 100000000
//@ cpu: 1
// The disposer belongs to the last of many duplicates, which a child has kept.
import { WorkerEntrypoint, RpcTarget } from "cloudflare:workers";
class D extends RpcTarget { [Symbol.dispose]() { for (let i = 0; i < 100_000; i++); } }
export class E extends WorkerEntrypoint { take(s) { const d = s.dup(), e = d.dup(); d[Symbol.dispose](); setTimeout(() => e[Symbol.dispose](), 0); } }
export default async (a, env, ctx) => { for (let i = 0; i < 9000; i++) await ctx.exports.E.take(new D()); await new Promise((r) => setTimeout(r, 50)); };
