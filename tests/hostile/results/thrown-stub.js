//@ outcome: exception
//@ args: --loader LOADER
//@ cpu: 1
// The thrown value is an error that holds a stub, a loader and a pending answer.
import { WorkerEntrypoint } from "cloudflare:workers";
export class E extends WorkerEntrypoint { f() { return new Promise(() => {}); } }
export default (a, env, ctx) => { throw Object.assign(new Error("x", { cause: env.LOADER }), { s: ctx.exports.E, p: ctx.exports.E.f(), message: ctx.exports.E }); };
