//@ outcome: ok,limit,exception
//@ args: --timeout 20s --loader LOADER
//@ rss: 300
//@ cpu: 2.5
// Nine thousand different stubs are the tails of each of a hundred workers.
import { WorkerEntrypoint } from "cloudflare:workers";
export class T extends WorkerEntrypoint { tail() {} }
export default async (a, env, ctx) => {
  const tails = Array.from({ length: 3000 }, (_, i) => ctx.exports.T({ props: { i } }));
  for (let i = 0; i < 100; i++) await env.LOADER.load({ mainModule: "m.js", modules: { "m.js": "export default { f() { return 1 } }" }, tails }).getEntrypoint().f().catch(() => 0);
};
