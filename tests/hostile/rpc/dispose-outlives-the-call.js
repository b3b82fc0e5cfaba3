//@ outcome: ok,exceededCpu
//@ args: --timeout 10s --fuel 100000000 --loader LOADER
//@ cpu: 1
// The call has returned when its disposers begin timers that begin disposers.
import { WorkerEntrypoint, RpcTarget } from "cloudflare:workers";
class D extends RpcTarget { [Symbol.dispose]() { setInterval(() => { for (let i = 0; i < 1e6; i++); }, 0); } }
export class E extends WorkerEntrypoint { get() { return new D(); } }
export default async (a, env, ctx) => { for (let i = 0; i < 200; i++) (await ctx.exports.E.get())[Symbol.dispose](); };
