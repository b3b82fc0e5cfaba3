//@ outcome: ok,limit,exception
//@ args: --timeout 20s --loader LOADER
//@ cpu: 2
// Sixty workers are the tails of one another, twice each: one call makes two to the power of sixty events.
export default async (a, env) => {
  const code = { "m.js": "export default { tail() {}, f() {} }" };
  let t = env.LOADER.load({ mainModule: "m.js", modules: code }).getEntrypoint();
  for (let i = 0; i < 60; i++) t = env.LOADER.load({ mainModule: "m.js", modules: code, tails: [t, t] }).getEntrypoint();
  await t.f();
  await new Promise((r) => setTimeout(r, 300));
};
