//@ outcome: ok,limit,exception
//@ args: --timeout 20s
//@ cpu: 2
// One stub a million times in one message, and back in the answer.
import { WorkerEntrypoint } from "cloudflare:workers";
export class E extends WorkerEntrypoint { take(x) { return x; } }
export default async (a, env, ctx) => { const s = ctx.exports.E; return (await ctx.exports.E.take(Array(1_000_000).fill(s))).length; };
