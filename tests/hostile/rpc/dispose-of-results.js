//@ outcome: exceededCpu
//@ args: --timeout 10s --fuel 100000000
//@ cpu: 1
// A result is a whole list of targets with disposers, and is let go of as one.
import { WorkerEntrypoint, RpcTarget } from "cloudflare:workers";
class D extends RpcTarget { [Symbol.dispose]() { for (let i = 0; i < 100_000; i++); } }
export class E extends WorkerEntrypoint { get() { return Array.from({ length: 100 }, () => new D()); } }
export default async (a, env, ctx) => { for (let i = 0; i < 90; i++) { const s = await ctx.exports.E.get(); (s[Symbol.dispose] ?? (() => s.forEach((x) => x[Symbol.dispose]()))).call(s); } };
