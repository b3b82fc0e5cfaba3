//@ outcome: ok,limit,exception
//@ args: --timeout 20s --loader LOADER
//@ cpu: 4
// Answers of children that the parent has only called something of, so that they never enter it.
export default async (a, env) => {
  const all = [];
  for (let i = 0; i < 100; i++) { const p = env.LOADER.load({ mainModule: "m.js", modules: { "m.js": "export default { f() { return { b: new Uint8Array(24 << 20), g() { return 1 } } } }" } }).getEntrypoint().f(); all.push(p, p.g().catch(() => 0)); p.catch(() => 0); }
  await Promise.allSettled(all);
};
