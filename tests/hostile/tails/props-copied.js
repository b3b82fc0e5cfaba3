//@ outcome: ok,limit,exception
//@ args: --timeout 20s --loader LOADER
//@ cpu: 4
// The props of the entrypoint are 8 MiB and are part of each event, for each call and each tail.
import { WorkerEntrypoint } from "cloudflare:workers";
export class T extends WorkerEntrypoint { async tail() { await new Promise((r) => setTimeout(r, 300)); } }
export default async (a, env, ctx) => {
  const w = env.LOADER.load({ mainModule: "m.js", modules: { "m.js": "export default { f() { return 1 } }" }, tails: Array(20).fill(ctx.exports.T) });
  const e = w.getEntrypoint(null, { props: { big: new Uint8Array(8 << 20) } });
  for (let i = 0; i < 100; i++) await e.f().catch(() => 0);
  await new Promise((r) => setTimeout(r, 500));
};
