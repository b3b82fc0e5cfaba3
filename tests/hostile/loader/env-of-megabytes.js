//@ outcome: ok,limit,exception
//@ args: --timeout 20s --loader LOADER
//@ cpu: 4
// A mebibyte of env for each of a thousand workers that are kept and never called, and once more for their children.
globalThis.kept = [];
export default async (a, env) => {
  const big = "e".repeat((1 << 20) - 1000);
  for (let i = 0; i < 1000; i++) { kept.push(env.LOADER.load({ mainModule: "m.js", modules: { "m.js": "export default { f: () => 1 }" }, env: { big } })); if (i % 20 === 0) await kept.at(-1).getEntrypoint().f(); }
};
