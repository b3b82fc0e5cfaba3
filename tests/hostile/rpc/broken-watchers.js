//@ outcome: ok,limit,exception
//@ args: --timeout 20s --loader LOADER
//@ cpu: 2
// Two hundred thousand callbacks wait to be told that a child broke, and each watches again.
export default async (a, env) => {
  const e = env.LOADER.load({ mainModule: "m.js", modules: { "m.js": "import { abortIsolate } from 'cloudflare:workers'; export default { die() { abortIsolate('x'.repeat(4000)) }, fn() { return () => 1 } }" } }).getEntrypoint();
  const f = await e.fn();
  let n = 0;
  for (let i = 0; i < 20_000; i++) { f.onRpcBroken(() => { n++; try { f.onRpcBroken(() => {}); } catch {} }); if (i % 1000 === 0) await new Promise((r) => setTimeout(r, 0)); }
  await e.die().catch(() => 0);
  await new Promise((r) => setTimeout(r, 50));
};
