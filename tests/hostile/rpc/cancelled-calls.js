//@ outcome: ok,limit,exception
//@ args: --timeout 20s
//@ cpu: 2
// Nine thousand calls with 100 KiB each are let go of as soon as they are made.
import { WorkerEntrypoint } from "cloudflare:workers";
export class E extends WorkerEntrypoint { f() { return new Promise(() => {}); } }
export default async (a, env, ctx) => { const big = new Uint8Array(100 << 10); for (let i = 0; i < 9000; i++) { { using p = ctx.exports.E.f(big); } if (i % 100 === 0) await new Promise((r) => setTimeout(r, 0)); } };
