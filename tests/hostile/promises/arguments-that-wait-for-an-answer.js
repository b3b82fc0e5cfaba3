//@ outcome: ok,limit,exception
//@ args: --timeout 10s
//@ cpu: 3
// Calls of an answer that never comes, each with a mebibyte of arguments, a few per turn.
import { WorkerEntrypoint } from "cloudflare:workers";
export class E extends WorkerEntrypoint { later() { return new Promise((r) => setTimeout(r, 2000)); } }
export default async (a, env, ctx) => {
  const big = new Uint8Array(1 << 20), p = ctx.exports.E.later(), all = [];
  for (let i = 0; i < 3000; i++) { all.push(p.f(big).catch(() => 0)); if (i % 30 === 0) await new Promise((r) => setTimeout(r, 0)); }
  await Promise.all(all);
};
