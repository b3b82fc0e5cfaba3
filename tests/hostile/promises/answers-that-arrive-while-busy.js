//@ outcome: ok,limit,exception
//@ args: --timeout 20s --loader LOADER
//@ cpu: 3
//@ rss: 400
// Sixty children answer with 16 MiB each while the parent is busy and does not look.
export default async (a, env) => {
  const code = "export default { f() { return new Uint8Array(16 << 20) } }", all = [];
  for (let i = 0; i < 60; i++) all.push(env.LOADER.load({ mainModule: "m.js", modules: { "m.js": code } }).getEntrypoint().f().catch(() => 0));
  await new Promise((r) => setTimeout(r, 1));
  for (let i = 0; i < 5e6; i++);
  for (const p of all) await p;
};
