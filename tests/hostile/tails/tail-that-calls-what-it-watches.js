//@ outcome: ok,limit,exception
//@ args: --timeout 3s --loader LOADER
//@ cpu: 2
// A tail calls the worker whose tail it is, twice for each event.
import { WorkerEntrypoint } from "cloudflare:workers";
let e;
export class T extends WorkerEntrypoint { async tail() { e.f().catch(() => 0); e.f().catch(() => 0); } }
export default async (a, env, ctx) => {
  e = env.LOADER.load({ mainModule: "m.js", modules: { "m.js": "export default { f() { console.log('x'.repeat(1000)) } }" }, tails: [ctx.exports.T] }).getEntrypoint();
  await e.f();
  await new Promise((r) => setTimeout(r, 500));
};
