//@ outcome: ok
//@ args: --timeout 20s --loader LOADER
//@ value: "fine"
//@ rss: 300
//@ cpu: 4
// The env of one worker holds an answer that comes to the other, whose env holds the one.
import { WorkerEntrypoint } from "cloudflare:workers";
const waiting = new Map();
export class E extends WorkerEntrypoint { later(i) { return new Promise((r) => waiting.set(i, r)); } }
const code = { mainModule: "m.js", modules: { "m.js": "export default { f: () => 1, async g(_, env) { globalThis.o = env.other; return (await env.other.f()) + 1 } }" } };
export default async (a, env, ctx) => {
  for (let i = 0; i < 600; i++) {
    try {
      using p = ctx.exports.E.later(i);
      using x = env.LOADER.load({ ...code, env: { other: p } }).getEntrypoint();
      using y = env.LOADER.load({ ...code, env: { other: x } }).getEntrypoint();
      await new Promise((r) => setTimeout(r, 0));
      waiting.get(i)?.(y); waiting.delete(i);
      await y.g(); await x.g();
    } catch (e) { return `${i}: ${e.message}`; }
  }
  return "fine";
};
