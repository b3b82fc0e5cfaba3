//@ outcome: exceededCpu
//@ args:
//@ cpu: 2
// Each call looks through two million values of one answer that has come.
import { WorkerEntrypoint } from "cloudflare:workers";
export class E extends WorkerEntrypoint { get() { return { a: Array(2_000_000).fill(null), f: () => 1 }; } }
export default async (a, env, ctx) => {
  const answer = ctx.exports.E.get(), calls = [];
  for (let i = 0; i < 900; i++) calls.push(answer.f().catch(() => 0));
  await Promise.all(calls);
  for (let i = 0; i < 900; i++) await answer.f().catch(() => 0);
};
