//@ outcome: ok
//@ args: --timeout 20s --compatibility-flag rpc_promise_map
//@ value: 5
//@ cpu: 3
// Elements of a mebibyte that are repeated in arguments and results, a list without end, and a callback without end.
import { WorkerEntrypoint } from "cloudflare:workers";
export class Api extends WorkerEntrypoint {
  big(n) { return Array.from({ length: n }, () => "x".repeat(1 << 19)) } many(n) { return new Array(n).fill(7) } size(x) { return x.length } echo(x) { return x }
}
export default async (a, env, ctx) => {
  const api = ctx.exports.Api, refused = [];
  const deny = (f) => f().then(() => {}, (e) => refused.push(e.message));
  await deny(() => api.big(6).map((x) => Array(1000).fill(x)));
  await deny(() => api.big(6).map((x) => api.size(Array.from({ length: 1000 }, () => ({ x })))));
  await deny(() => api.many(4e6).map((x) => x));
  await deny(async () => api.many(1).map((x) => { for (;;) x = api.echo(x); }));
  await deny(() => api.many(1e5).map((x) => Array.from({ length: 900 }, () => ({ x }))));
  return refused.length;
};
