//@ outcome: ok,limit,exception
//@ args: --timeout 20s
//@ cpu: 3
// The message of an error is 4 MiB, and two thousand calls wait for what fails with it.
import { WorkerEntrypoint } from "cloudflare:workers";
export class E extends WorkerEntrypoint { async boom() { throw new Error("x".repeat(4 << 20)); } }
export default async (a, env, ctx) => {
  const p = ctx.exports.E.boom(), all = [];
  for (let i = 0; i < 2000; i++) all.push(p.x.y.z(i).catch(() => 1));
  await Promise.all(all);
};
