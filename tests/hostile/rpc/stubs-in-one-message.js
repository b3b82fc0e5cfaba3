//@ outcome: ok,limit,exception
//@ args: --timeout 20s
//@ cpu: 2
// A message with a million functions, each of which becomes a stub.
import { WorkerEntrypoint } from "cloudflare:workers";
export class E extends WorkerEntrypoint { take(x) { return x.length; } }
export default async (a, env, ctx) => ctx.exports.E.take(Array.from({ length: 1_000_000 }, () => () => 1));
