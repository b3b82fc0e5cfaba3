//@ outcome: ok,exceededCpu,exceededCalls
//@ args: --timeout 10s --fuel 300000000
//@ cpu: 1
// Each disposer makes two targets whose disposers do so too, and calls of its own.
import { WorkerEntrypoint, RpcTarget, exports as self } from "cloudflare:workers";
let n = 0;
class D extends RpcTarget { [Symbol.dispose]() { n++; for (let i = 0; i < 2; i++) self.E.get().then((s) => s[Symbol.dispose](), () => 0); } }
export class E extends WorkerEntrypoint { get() { return new D(); } }
export default async (a, env, ctx) => { const s = await ctx.exports.E.get(); s[Symbol.dispose](); await new Promise((r) => setTimeout(r, 100)); };
