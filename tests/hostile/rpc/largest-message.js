//@ outcome: ok,limit,exception
//@ args: --timeout 20s
//@ cpu: 2
// Messages around the bound of 32 MiB, as bytes, as text of two bytes a letter, and as many small values.
import { WorkerEntrypoint } from "cloudflare:workers";
export class E extends WorkerEntrypoint { f(x) { return x.length; } }
export default async (a, env, ctx) => {
  for (const x of [new Uint8Array(31 << 20), new Uint8Array(33 << 20), "é".repeat(17 << 20), "é".repeat(15 << 20), Array(2_000_000).fill(1.5)]) { try { await ctx.exports.E.f(x); } catch (e) { if (!/32MiB/.test(e.message)) throw e; } }
};
