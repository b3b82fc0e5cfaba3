//@ outcome: ok
//@ args:
//@ cpu: 3
//@ value: "TypeError"
// Every name of a path looks through all of the answer.
import { WorkerEntrypoint } from "cloudflare:workers";
export class E extends WorkerEntrypoint {
  get() { let o = { z: Array(2_000_000).fill(null), f: () => 1 }; for (let i = 0; i < 60; i++) o = { a: o }; return o; }
}
export default async (a, env, ctx) => {
  const answer = ctx.exports.E.get();
  let path = answer;
  for (let i = 0; i < 60; i++) path = path.a;
  return await path.f().then(() => "", (error) => error.name);
};
