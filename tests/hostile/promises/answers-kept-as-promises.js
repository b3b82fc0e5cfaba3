//@ outcome: ok,limit,exception
//@ args: --timeout 20s --loader LOADER
//@ cpu: 3
// A child keeps with dup() the pending answers that it is handed, 8 MiB each, a thousand times.
import { WorkerEntrypoint } from "cloudflare:workers";
export class E extends WorkerEntrypoint { async big() { return { b: new Uint8Array(8 << 20), f: () => 1 }; } }
const child = "const kept = []; export default { keep(p) { kept.push(p.dup?.() ?? p); return kept.length } }";
export default async (a, env, ctx) => {
  const e = env.LOADER.load({ mainModule: "m.js", modules: { "m.js": child } }).getEntrypoint();
  for (let i = 0; i < 1000; i++) await e.keep(ctx.exports.E.big()).catch(() => 0);
};
