//@ outcome: ok,limit,exception
//@ args: --timeout 20s --loader LOADER
//@ cpu: 3
// A child throws 8 MiB of message, and five hundred tails hear of it.
import { WorkerEntrypoint } from "cloudflare:workers";
export class T extends WorkerEntrypoint { async tail() { await new Promise((r) => setTimeout(r, 300)); } }
export default async (a, env, ctx) => {
  const e = env.LOADER.load({ mainModule: "m.js", modules: { "m.js": "export default { f() { throw new Error('x'.repeat(8 << 20)) } }" }, tails: Array(500).fill(ctx.exports.T) }).getEntrypoint();
  await e.f().catch(() => 0);
  await new Promise((r) => setTimeout(r, 500));
};
