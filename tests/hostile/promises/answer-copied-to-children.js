//@ outcome: ok,limit,exception
//@ args: --timeout 20s --loader LOADER
//@ cpu: 3
// One answer of 16 MiB, before it has come, is an argument of calls of 60 children.
import { WorkerEntrypoint } from "cloudflare:workers";
export class E extends WorkerEntrypoint { async big() { await new Promise((r) => setTimeout(r, 5)); return new Uint8Array(16 << 20); } }
export default async (a, env, ctx) => {
  const p = ctx.exports.E.big(), all = [];
  for (let i = 0; i < 60; i++) all.push(env.LOADER.load({ mainModule: "m.js", modules: { "m.js": "export default { async f(p) { await p; await new Promise(r => setTimeout(r, 50)); return 1 } }" } }).getEntrypoint().f(p).catch(() => 0));
  await Promise.all(all);
};
