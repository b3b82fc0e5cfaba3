//@ outcome: ok,limit,exception
//@ args: --timeout 20s
//@ cpu: 3
// Each call waits for the one before, and the first fails with 8 MiB: every link has a copy of its own.
import { WorkerEntrypoint } from "cloudflare:workers";
export class E extends WorkerEntrypoint { async boom() { const e = new Error("x"); e.big = new Uint8Array(8 << 20); throw e; } echo(x) { return x; } }
export default async (a, env, ctx) => {
  let p = ctx.exports.E.boom();
  const all = [];
  for (let i = 0; i < 500; i++) { p = p.next(i); all.push(p.catch(() => 1)); }
  await Promise.all(all);
};
