//@ outcome: ok
//@ args:
//@ cpu: 3
//@ value: 100000
// One message names a hundred thousand capabilities.
import { WorkerEntrypoint } from "cloudflare:workers";
export class E extends WorkerEntrypoint { take(functions) { return functions.length; } }
export default (a, env, ctx) => ctx.exports.E.take(Array.from({ length: 100_000 }, () => () => 1));
