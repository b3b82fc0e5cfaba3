//@ outcome: exceededCpu,exceededCalls,exceededMemory,exception
//@ args: --timeout 20s --compatibility-flag rpc_promise_map
//@ cpu: 5
// Callbacks in one another that multiply their lists, their calls, and values of half a mebibyte.
import { WorkerEntrypoint } from "cloudflare:workers";
export class Api extends WorkerEntrypoint { many(n) { return Array.from({ length: n }, (_, i) => i) } big() { return "x".repeat(1 << 19) } echo(x) { return x } }
export default async (a, env, ctx) => {
  const api = ctx.exports.Api, refused = [];
  const deep = (depth) => api.many(10).map((n) => (depth > 0 ? deep(depth - 1) : n));
  const deny = (f) => f().then(() => {}, (e) => refused.push(e.message));
  await deny(() => api.many(1e5).map((n) => api.many(1e5).map((m) => m)));
  await deny(() => deep(14));
  await deny(() => api.many(100).map(() => { const x = api.big(); return api.many(1000).map(() => [x, x]) }));
  if (refused.length !== 3) throw new Error(`only ${refused}`);
  await api.many(100).map((n) => api.many(900).map((m) => { for (let i = 0; i < 900; i++) m = api.echo([m]); return m }));
};
