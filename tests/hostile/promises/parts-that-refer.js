//@ outcome: ok,exceededCpu
//@ args:
//@ cpu: 4
// Parts of one answer, each of which refers to all the others.
import { WorkerEntrypoint } from "cloudflare:workers";
export class E extends WorkerEntrypoint {
  get() { const all = []; for (let i = 0; i < 700; i++) all.push([]); for (const x of all) x.push(...all); return all; }
}
export default async (a, env, ctx) => {
  const answer = ctx.exports.E.get(), parts = [];
  for (let i = 0; i < 200; i++) parts.push(Promise.resolve(answer[i]).then((part) => part.length, () => 0));
  return (await Promise.all(parts)).length;
};
