//@ outcome: ok,limit
//@ args: --timeout 10s --loader LOADER
//@ cpu: 1
// The logged object has getters that log themselves, which tails want as values.
import { WorkerEntrypoint } from "cloudflare:workers";
export class T extends WorkerEntrypoint { tail() {} }
export default async (a, env, ctx) => { await env.LOADER.load({ mainModule: "m.js", modules: { "m.js": "const o = { get x() { console.log(o); return 1 } }; export default { f() { console.log(o); console.log(new Proxy({}, { ownKeys() { console.log(o); throw 1 } })); return 1 } }" }, tails: [ctx.exports.T] }).getEntrypoint().f().catch(() => 0); };
