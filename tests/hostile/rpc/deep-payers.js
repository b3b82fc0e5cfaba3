//@ outcome: ok,limit,exception
//@ args: --timeout 20s
//@ cpu: 2
// Nine hundred calls that wait for one another pay for eight thousand small ones: the host must not look at all of them each time for nothing.
import { WorkerEntrypoint } from "cloudflare:workers";
export class E extends WorkerEntrypoint { async down(n) { if (n) return this.ctx.exports.E.down(n - 1); for (let i = 0; i < 8000; i++) await this.ctx.exports.E.leaf(); } leaf() { return 1; } }
export default async (a, env, ctx) => ctx.exports.E.down(900);
