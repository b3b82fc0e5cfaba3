//@ outcome: ok,limit,exception
//@ args: --timeout 20s
//@ cpu: 3
// Stubs are duplicated until something says no, and all of them are kept.
import { WorkerEntrypoint } from "cloudflare:workers";
export class E extends WorkerEntrypoint { get() { return () => 1; } }
globalThis.kept = [];
export default async (a, env, ctx) => { const s = await ctx.exports.E.get(); for (let i = 0; i < 2_000_000; i++) { kept.push(s.dup()); if (i % 10_000 === 0) await new Promise((r) => setTimeout(r, 0)); } };
