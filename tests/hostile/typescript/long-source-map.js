//@ outcome: ok,limit,exception
//@ args: --loader LOADER --timeout 20s
//@ cpu: 2
// Code that has to be rewritten makes a map of millions of points, which the host keeps for each of many workers.
globalThis.kept = [];
export default async (a, env) => {
  const text = "enum A { B }\n" + "a;b;c;d;e;f;g;".repeat(100_000) + "\nexport default { f: () => 1 }";
  for (let i = 0; i < 40; i++) { const w = env.LOADER.load({ mainModule: "m.ts", modules: { "m.ts": text + i } }); kept.push(w); await w.getEntrypoint().f().catch(() => 0); }
};
