//@ outcome: ok,exception,limit
//@ args: --timeout 20s
//@ cpu: 2
// Each answer is the one before, a hundred thousand times, and the last is called.
import { WorkerEntrypoint } from "cloudflare:workers";
export class E extends WorkerEntrypoint { id(x) { return x; } f() { return { g: () => 1 }; } }
export default async (a, env, ctx) => { let p = ctx.exports.E.f(); for (let i = 0; i < 9000; i++) p = ctx.exports.E.id(p); return await p.g(); };
