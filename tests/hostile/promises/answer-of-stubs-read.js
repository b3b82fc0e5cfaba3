//@ outcome: ok,limit,exception
//@ args: --timeout 20s
//@ cpu: 3
// An answer holds fifty thousand stubs and a number, and the number is read nine hundred times before it has come.
import { WorkerEntrypoint } from "cloudflare:workers";
export class E extends WorkerEntrypoint { async big() { await null; const s = this.ctx.exports.E; return { n: 1, all: Array.from({ length: 50_000 }, () => s) }; } }
export default async (a, env, ctx) => { const p = ctx.exports.E.big(), all = []; for (let i = 0; i < 900; i++) all.push(p.n.catch(() => 0)); await Promise.all(all); };
