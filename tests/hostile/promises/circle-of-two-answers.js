//@ outcome: ok,exception,hung
//@ args: --timeout 20s
//@ cpu: 2
// Two answers hold each other, kept on both sides, a thousand times.
import { WorkerEntrypoint } from "cloudflare:workers";
let give;
export class E extends WorkerEntrypoint {
  first() { return new Promise((r) => { give = r; }); }
  second(p) { give({ p: p.dup() }); return { p }; }
}
export default async (a, env, ctx) => {
  for (let i = 0; i < 1000; i++) { const p = ctx.exports.E.first(), q = ctx.exports.E.second(p); await Promise.race([Promise.allSettled([p, q]), new Promise((r) => setTimeout(r, 20))]); }
};
