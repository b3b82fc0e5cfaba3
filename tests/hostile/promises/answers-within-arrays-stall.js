//@ outcome: ok
//@ alone: true
//@ args: --timeout 20s --loader LOADER
//@ cpu: 2.5
//@ value: true
// Answers that hold eight earlier answers each, which is slow to search for circles; a neighbour's timer must not wait.
const bad = `import { WorkerEntrypoint } from "cloudflare:workers";
export class E extends WorkerEntrypoint { echo(...x) { return { x } } }
export default { async run(n, env, ctx) { const all = [ctx.exports.E.echo(1)]; for (let i = 0; i < n; i++) all.push(ctx.exports.E.echo(...all.slice(-8))); await all.at(-1); return 1 } }`;
export default async (a, env) => {
  let done = false, worst = 0, last = Date.now();
  env.LOADER.load({ mainModule: "m.js", modules: { "m.js": bad } }).getEntrypoint().run(4000).catch(() => 0).then(() => { done = true; });
  for (const end = last + 12000; !done && last < end;) { await new Promise((r) => setTimeout(r, 1)); const now = Date.now(); worst = Math.max(worst, now - last); last = now; }
  return worst < 500;
};
