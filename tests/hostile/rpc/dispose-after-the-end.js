//@ outcome: ok,exceededCpu
//@ args: --timeout 10s --fuel 100000000
//@ cpu: 1
// A thousand targets with disposers are let go of together, at the end of the call.
import { WorkerEntrypoint, RpcTarget } from "cloudflare:workers";
class D extends RpcTarget { [Symbol.dispose]() { for (let i = 0; i < 100_000; i++); } }
export class E extends WorkerEntrypoint { get() { return new D(); } }
export default async (a, env, ctx) => { const all = []; for (let i = 0; i < 2000; i++) all.push(ctx.exports.E.get()); await Promise.all(all); };
