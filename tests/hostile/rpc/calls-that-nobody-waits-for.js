//@ outcome: ok,limit
//@ args: --timeout 10s
//@ cpu: 2
// Each call makes two more of itself and returns.
import { WorkerEntrypoint } from "cloudflare:workers";
export class E extends WorkerEntrypoint { f(n) { if (n) { this.ctx.exports.E.f(n - 1).catch(() => 0); this.ctx.exports.E.f(n - 1).catch(() => 0); } return 1; } }
export default async (a, env, ctx) => ctx.exports.E.f(60);
