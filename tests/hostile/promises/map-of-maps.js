//@ outcome: exceededCpu,exceededCalls,exceededMemory,exception,ok
//@ args: --timeout 20s --compatibility-flag rpc_promise_map
//@ cpu: 4
// Callbacks whose calls map in turn, and whose results are mapped again, a thousand at once.
import { WorkerEntrypoint } from "cloudflare:workers";
export class Api extends WorkerEntrypoint {
  list(n) { return Array.from({ length: 100 }, () => n) }
  again(n) { return n > 0 ? this.ctx.exports.Api.list(n - 1).map((m) => this.ctx.exports.Api.again(m)) : 1 }
}
export default async (a, env, ctx) => {
  const api = ctx.exports.Api, all = [];
  for (let i = 0; i < 1000; i++) {
    let p = api.list(3);
    for (let j = 0; j < 20; j++) p = p.map((n) => n);
    all.push(p.map((n) => api.again(n)));
  }
  await Promise.all(all);
};
