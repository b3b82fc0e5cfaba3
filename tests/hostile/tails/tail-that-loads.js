//@ outcome: ok,limit,exception
//@ args: --timeout 3s --loader LOADER
//@ cpu: 2
// Each event has the tail load two workers with the same tail.
import { WorkerEntrypoint } from "cloudflare:workers";
const begin = (env, ctx) => env.LOADER.load({ mainModule: "m.js", modules: { "m.js": "export default { f() { return 1 } }" }, tails: [ctx.exports.T] }).getEntrypoint().f().catch(() => 0);
export class T extends WorkerEntrypoint { tail() { begin(this.env, this.ctx); begin(this.env, this.ctx); } }
export default async (a, env, ctx) => { await begin(env, ctx); await new Promise((r) => setTimeout(r, 500)); };
