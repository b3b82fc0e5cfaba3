//@ outcome: ok,limit
//@ args: --loader LOADER
//@ cpu: 2
// A result of stubs only: functions, loaders, targets, entrypoints, streams and pending answers.
import { RpcTarget, WorkerEntrypoint } from "cloudflare:workers";
export class E extends WorkerEntrypoint { f() { return new Promise(() => {}); } }
export default (a, env, ctx) => Array.from({ length: 300 }, () => [() => 1, env.LOADER, new RpcTarget(), ctx.exports.E, new ReadableStream(), new WritableStream(), ctx.exports.E.f(), new Response("x"), new Request("http://a/")]);
