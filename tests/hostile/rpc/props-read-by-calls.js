//@ outcome: ok,limit,exception
//@ args: --timeout 20s
//@ cpu: 3
// Props of 8 MiB are handed to each of nine hundred calls that are under way at once.
import { WorkerEntrypoint } from "cloudflare:workers";
export class E extends WorkerEntrypoint { async f() { await new Promise((r) => setTimeout(r, 300)); return 1; } }
export default async (a, env, ctx) => { const e = ctx.exports.E({ props: { big: new Uint8Array(8 << 20) } }), all = []; for (let i = 0; i < 900; i++) all.push(e.f().catch(() => 0)); await Promise.all(all); };
