//@ outcome: ok,limit,exception
//@ args: --timeout 20s --loader LOADER
//@ cpu: 2
// Entrypoints whose names have a mebibyte and do not exist, asked for a thousand times and kept.
globalThis.kept = [];
export default async (a, env) => {
  const w = env.LOADER.load({ mainModule: "m.js", modules: { "m.js": "export default { f: () => 1 }" } });
  for (let i = 0; i < 1000; i++) { const e = w.getEntrypoint("n".repeat(1 << 20) + i, { props: {} }); kept.push(e); await e.f().catch(() => 0); }
};
