//@ outcome: exception
//@ args:
//@ cpu: 1
// A property of a property of a property, ten thousand times, before the answer has come.
import { WorkerEntrypoint } from "cloudflare:workers";
export class E extends WorkerEntrypoint { async f() { return {}; } }
export default async (a, env, ctx) => { let p = ctx.exports.E.f(); for (let i = 0; i < 10_000; i++) p = p.x; return await p; };
