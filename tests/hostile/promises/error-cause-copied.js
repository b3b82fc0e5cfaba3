//@ outcome: ok,limit,exception
//@ args: --timeout 20s
//@ cpu: 3
// As with the message, in a chain of causes and with a long stack.
import { WorkerEntrypoint } from "cloudflare:workers";
export class E extends WorkerEntrypoint { async boom() { let e; for (let i = 0; i < 4; i++) { e = new RangeError("c", { cause: e }); e.stack = "s".repeat(1 << 20); } throw e; } }
export default async (a, env, ctx) => {
  const p = ctx.exports.E.boom(), all = [];
  for (let i = 0; i < 1000; i++) all.push(p[`m${i}`]().catch(() => 1), p[`v${i}`].catch(() => 1));
  await Promise.all(all);
};
