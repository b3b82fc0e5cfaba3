//@ outcome: exceededCpu,exceededCalls,exceededMemory,exception
//@ args: --timeout 20s --compatibility-flag rpc_promise_map
//@ cpu: 5
// An error of megabytes that each of nine hundred calls hands to the next, for many elements.
import { WorkerEntrypoint } from "cloudflare:workers";
export class Api extends WorkerEntrypoint { list(n) { return Array.from({ length: n }, (_, i) => i) } fail() { throw new Error("x".repeat(4 << 20)) } echo(x) { return x } }
export default async (a, env, ctx) => {
  const api = ctx.exports.Api;
  await api.list(500).map((n) => {
    let e = api.fail(n);
    for (let i = 0; i < 900; i++) e = api.echo(e);
    return 1;
  });
  throw new Error("it was for free");
};
