//@ outcome: ok,limit,exception
//@ args: --timeout 20s --loader LOADER
//@ cpu: 4
// One worker, a thousand entrypoints, and props of a mebibyte for each.
globalThis.kept = [];
export default async (a, env) => {
  const w = env.LOADER.load({ mainModule: "m.js", modules: { "m.js": "export default { f: () => 1 }" } }), big = new Uint8Array(1 << 20);
  for (let i = 0; i < 1000; i++) { kept.push(w.getEntrypoint(null, { props: { big } })); if (i % 10 === 0) await kept.at(-1).f(); }
};
