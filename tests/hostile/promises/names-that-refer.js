//@ outcome: ok,exceededCpu
//@ args:
//@ cpu: 4
// Each name of a path is a reference, which takes looking through the whole answer.
import { WorkerEntrypoint } from "cloudflare:workers";
const path = (answer, names) => { for (let i = 0; i < names; i++) answer = answer.a; return answer; };
export class E extends WorkerEntrypoint {
  get(count) { const x = { f: () => 1 }; x.a = x; return { z: Array.from({ length: count }, () => []), a: x }; }
}
export default async (a, env, ctx) => {
  for (const [count, calls] of [[400, 900], [20_000, 50], [200_000, 10], [500_000, 10]]) {
    const answer = ctx.exports.E.get(count), all = [];
    for (let i = 0; i < calls; i++) all.push(path(answer, 60).f().catch(() => 0));
    await Promise.all(all);
    for (let i = 0; i < 10; i++) await Promise.resolve(path(answer, 30).z).catch(() => 0);
  }
};
