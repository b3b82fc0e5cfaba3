//@ outcome: ok,limit,exception
//@ args: --timeout 20s --loader LOADER
//@ cpu: 3
// Events with as many empty lines as the log may have, each of which is an object for every tail.
import { WorkerEntrypoint } from "cloudflare:workers";
export class T extends WorkerEntrypoint { tail() {} }
export default async (a, env, ctx) => { for (let i = 0; i < 20; i++) await env.LOADER.load({ mainModule: "m.js", modules: { "m.js": "export default { f() { for (let i = 0; i < 30_000; i++) console.log() } }" }, tails: Array(10).fill(ctx.exports.T) }).getEntrypoint().f().catch(() => 0); };
