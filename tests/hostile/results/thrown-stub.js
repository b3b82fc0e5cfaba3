//@ outcome: exception
//@ args: --loader LOADER
//@ cpu: 1
// What is thrown is a stub, a loader, a pending answer and an error that holds them.
import { WorkerEntrypoint } from "cloudflare:workers";
export class E extends WorkerEntrypoint { f() { return new Promise(() => {}); } }
export default (a, env, ctx) => { throw Object.assign(new Error("x", { cause: env.LOADER }), { s: ctx.exports.E, p: ctx.exports.E.f(), message: ctx.exports.E }); };
