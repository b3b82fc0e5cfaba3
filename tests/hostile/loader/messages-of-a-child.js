//@ outcome: ok,limit,exception
//@ args: --timeout 20s --loader LOADER
//@ cpu: 4
// Sixty children each send their parent arguments of 24 MiB at once, and the parent does not answer.
export default async (a, env) => {
  const all = [], never = () => new Promise((r) => setTimeout(r, 500));
  for (let i = 0; i < 60; i++) all.push(env.LOADER.load({ mainModule: "m.js", modules: { "m.js": "export default { f(cb) { return cb(new Uint8Array(24 << 20)) } }" } }).getEntrypoint().f(never).catch(() => 0));
  await Promise.all(all);
};
