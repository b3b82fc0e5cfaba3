//@ outcome: exceededCpu,exception,exceededCalls
//@ args: --timeout 20s --compatibility-flag rpc_promise_map
//@ cpu: 5
// Nine hundred calls for each element whose arguments are too large to be sent, and whose failure nobody sees.
import { WorkerEntrypoint } from "cloudflare:workers";
export class Api extends WorkerEntrypoint { big(n) { return Array.from({ length: n }, () => "x".repeat(1 << 20)) } size(x) { return x.length } }
export default async (a, env, ctx) => {
  const api = ctx.exports.Api;
  await api.big(4).map((x) => {
    for (let i = 0; i < 900; i++) api.size(Array.from({ length: 40 }, () => ({ x })));
    return 1;
  });
  throw new Error("it was for free");
};
