//@ outcome: ok,limit,exception
//@ args: --timeout 20s --loader LOADER
//@ cpu: 3
// An event with a mebibyte of log is told to two thousand tails, in sandboxes of their own.
export default async (a, env) => {
  const t = env.LOADER.load({ mainModule: "m.js", modules: { "m.js": "export default { async tail() { await new Promise(r => setTimeout(r, 500)) } }" } }).getEntrypoint();
  const e = env.LOADER.load({ mainModule: "m.js", modules: { "m.js": "export default { f() { for (let i = 0; i < 15; i++) console.log('x'.repeat(30_000)); return 1 } }" }, tails: Array(2000).fill(t) }).getEntrypoint();
  await e.f().catch(() => 0);
  await new Promise((r) => setTimeout(r, 700));
};
