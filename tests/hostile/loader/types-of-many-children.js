//@ outcome: ok,limit,exception
//@ args: --timeout 15s --loader LOADER
//@ cpu: 4
// Sixteen children of TypeScript that needs the most memory to compile, all at once.
export default async (a, env) => {
  const src = Array.from({ length: 30_000 }, (_, i) => `enum E${i} { A = ${i}, B = "b${i}" }`).join("\n") + "\nexport default { f: () => 1 }", all = [];
  for (let i = 0; i < 16; i++) all.push(env.LOADER.load({ mainModule: "m.ts", modules: { "m.ts": `${src} // ${i}` } }).getEntrypoint().f().catch(() => 0));
  await Promise.all(all);
};
