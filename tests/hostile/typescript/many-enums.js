//@ outcome: ok,limit,exception
//@ args: --loader LOADER --timeout 20s
//@ cpu: 4
// One enum with three hundred thousand members, each computed from the one before, and hundreds of thousands of small ones.
export default async (a, env) => {
  const texts = [`enum A { a0 = 1, ${Array.from({ length: 300_000 }, (_, i) => `a${i + 1} = a${i} + 1`).join()} }`, Array.from({ length: 200_000 }, (_, i) => `enum A${i} { B }`).join("\n"), Array.from({ length: 100_000 }, (_, i) => `enum A { B${i} = "b" }`).join("\n")];
  for (const text of texts) await env.LOADER.load({ mainModule: "m.ts", modules: { "m.ts": text } }).getEntrypoint().f().catch(() => 0);
};
