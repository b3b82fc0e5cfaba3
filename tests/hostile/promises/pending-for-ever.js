//@ outcome: exception,hung,exceededWallTime,exceededCalls,exceededMemory,exceededCpu
//@ args: --timeout 1s
//@ cpu: 2
//@ late: 250
// A million promises that nothing settles, with calls that wait for them.
import { WorkerEntrypoint } from "cloudflare:workers";
export class E extends WorkerEntrypoint { never(p) { return Promise.all([p, new Promise(() => {})]); } }
export default async (a, env, ctx) => {
  const all = [];
  for (let i = 0; i < 100_000; i++) all.push(new Promise(() => {}));
  for (let i = 0; i < 5000; i++) all.push(ctx.exports.E.never(all[i]));
  await Promise.all(all);
};
