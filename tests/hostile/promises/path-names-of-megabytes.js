//@ outcome: ok,limit,exception
//@ args: --timeout 20s
//@ cpu: 3
// Properties whose names have a mebibyte, on an answer that has not come, a thousand of them.
import { WorkerEntrypoint } from "cloudflare:workers";
export class E extends WorkerEntrypoint { async later() { await new Promise((r) => setTimeout(r, 200)); return {}; } }
export default async (a, env, ctx) => {
  const p = ctx.exports.E.later(), all = [];
  for (let i = 0; i < 1000; i++) { all.push(p["n".repeat(1 << 20) + i].then(() => 1, () => 2)); if (i % 16 === 0) await new Promise((r) => setTimeout(r, 0)); }
  await Promise.all(all);
};
