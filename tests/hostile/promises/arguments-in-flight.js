//@ outcome: ok,limit,exception
//@ args: --timeout 10s
//@ cpu: 3
// Nine thousand calls of a callee that never answers, each with a quarter of a mebibyte of arguments.
import { WorkerEntrypoint } from "cloudflare:workers";
export class E extends WorkerEntrypoint { never() { return new Promise((r) => setTimeout(r, 1000)); } }
export default async (a, env, ctx) => {
  const big = new Uint8Array(256 << 10), all = [];
  for (let i = 0; i < 9000; i++) { all.push(ctx.exports.E.never(big).catch(() => 0)); if (i % 100 === 0) await new Promise((r) => setTimeout(r, 0)); }
  await Promise.all(all);
};
