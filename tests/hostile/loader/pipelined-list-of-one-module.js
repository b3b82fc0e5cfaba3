//@ outcome: ok,limit,exception
//@ args: --timeout 10s --loader LOADER
//@ cpu: 2
// A made-up request names one module a million times, and one tail as often: small to write, long to read.
import { WorkerEntrypoint } from "cloudflare:workers";
export class E extends WorkerEntrypoint { getLoader() { return this.env.LOADER; } tail() {} }
export default async (a, env, ctx) => {
  const one = { name: "m.js", text: "export default { f: () => 1 }" };
  for (let i = 0; i < 10; i++) { try { await ctx.exports.E.getLoader().load({ mainModule: "m.js", modules: Array(300_000).fill(one), env: {} }).default.f(); } catch {} try { await ctx.exports.E.getLoader().load({ mainModule: "m.js", modules: [one], env: {}, tails: Array(100_000).fill(ctx.exports.E) }).default.f(); } catch {} }
};
