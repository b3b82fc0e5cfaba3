//@ outcome: ok,limit,exception
//@ args: --timeout 20s
//@ cpu: 2
// Each answer holds the one before twice: as a tree it has two to the power of sixty leaves.
import { WorkerEntrypoint } from "cloudflare:workers";
export class E extends WorkerEntrypoint { pair(a, b) { return [a, b]; } }
export default async (a, env, ctx) => {
  let p = ctx.exports.E.pair(1, 2);
  for (let i = 0; i < 60; i++) p = ctx.exports.E.pair(p, p);
  await p;
};
