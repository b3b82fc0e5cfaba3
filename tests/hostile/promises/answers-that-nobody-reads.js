//@ outcome: ok,limit,exception
//@ args: --timeout 20s
//@ cpu: 3
// Answers of 8 MiB each to calls that nobody waits for, and the promises are kept.
import { WorkerEntrypoint } from "cloudflare:workers";
export class E extends WorkerEntrypoint { big() { return { f: new Uint8Array(8 << 20) }; } }
globalThis.kept = [];
export default async (a, env, ctx) => {
  for (let i = 0; i < 400; i++) { kept.push(ctx.exports.E.big().f); if (i % 4 === 0) await new Promise((r) => setTimeout(r, 0)); }
  await new Promise((r) => setTimeout(r, 100));
};
