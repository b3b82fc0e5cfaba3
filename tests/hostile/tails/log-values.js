//@ outcome: ok,limit,exception
//@ args: --timeout 20s --loader LOADER
//@ cpu: 3
// A hundred children log values that are small to write and large to keep: shared references and long holes.
import { WorkerEntrypoint } from "cloudflare:workers";
export class T extends WorkerEntrypoint { tail(x) { return JSON.stringify(x).length; } }
export default async (a, env, ctx) => {
  const code = "export default { f() { let x = ['leaf']; for (let i = 0; i < 40; i++) x = [x, x]; const h = []; h.length = 2 ** 32 - 1; for (let i = 0; i < 300; i++) console.log(x, h) } }";
  for (let i = 0; i < 30; i++) await env.LOADER.load({ mainModule: "m.js", modules: { "m.js": code }, tails: [ctx.exports.T] }).getEntrypoint().f().catch(() => 0);
};
