//@ outcome: exceededWallTime
//@ args: --timeout 1s --compatibility-flag rpc_promise_map --loader LOADER
//@ cpu: 2
//@ late: 250
// A list of promises of calls that hang, in children and here, each handed to the next.
import { WorkerEntrypoint } from "cloudflare:workers";
export class Api extends WorkerEntrypoint { list() { return Array.from({ length: 1000 }, (_, i) => i) } never(n) { return new Promise(() => {}) } keep(x) { (globalThis.kept ??= []).push(x) } }
export default async (a, env, ctx) => {
  const api = ctx.exports.Api;
  const child = env.LOADER.load({ mainModule: "m.js", modules: { "m.js": "export default { never() { return new Promise(() => {}) }, keep(x) { globalThis.kept = x } }" } }).getEntrypoint();
  const first = api.list().map((n) => ({ here: api.never(n), there: child.never(n) }));
  api.keep(first); child.keep(first);
  await api.list().map((n) => api.keep(api.never(n)));
  await first.map((it) => it.here);
};
