//@ outcome: ok,limit,exception
//@ args: --timeout 20s --loader LOADER
//@ cpu: 2
// A worker with fifty thousand entrypoints, each looked up, with props, and kept.
globalThis.kept = [];
export default async (a, env) => {
  const w = env.LOADER.load({ mainModule: "m.js", modules: { "m.js": Array.from({ length: 50_000 }, (_, i) => `export const e${i} = { f: () => ${i} };`).join("\n") } });
  for (let i = 0; i < 9000; i++) { const e = w.getEntrypoint(`e${i}`, { props: { i } }); kept.push(e); if (i % 100 === 0) await e.f(); }
};
