//@ outcome: ok,limit,exception
//@ args: --timeout 20s --loader LOADER
//@ cpu: 3
// A child that does not load fails with a text of megabytes, told to each of a thousand calls.
export default async (a, env) => {
  const w = env.LOADER.load({ mainModule: "m.js", modules: { "m.js": `throw new Error("x".repeat(4 << 20))` } });
  const e = w.getEntrypoint(), all = [];
  for (let i = 0; i < 1000; i++) all.push(e.f(i).catch(() => 1));
  await Promise.all(all);
};
