//@ outcome: ok,limit,exception
//@ args: --timeout 20s --loader LOADER
//@ cpu: 4
// Children throw 24 MiB each, and the parent catches nothing but the last.
export default async (a, env) => {
  const all = [];
  for (let i = 0; i < 60; i++) all.push(env.LOADER.load({ mainModule: "m.js", modules: { "m.js": "export default { f() { const e = new Error('x'); e.b = new Uint8Array(24 << 20); throw e } }" } }).getEntrypoint().f().then(() => 0, () => 1));
  await Promise.all(all);
};
