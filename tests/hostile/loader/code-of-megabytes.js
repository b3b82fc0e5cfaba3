//@ outcome: ok,limit,exception
//@ args: --timeout 20s --loader LOADER
//@ cpu: 4
// Workers with 30 MiB of text each that is never run, all of them kept.
globalThis.kept = [];
export default async (a, env) => {
  const text = "x".repeat(30 << 20);
  for (let i = 0; i < 60; i++) { const w = env.LOADER.load({ mainModule: "m.js", modules: { "m.js": "export default { f: () => 1 }", "t.txt": text } }); kept.push(w); await w.getEntrypoint().f(); }
};
