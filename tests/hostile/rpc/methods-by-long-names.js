//@ outcome: ok,limit,exception
//@ args: --timeout 20s --loader LOADER
//@ cpu: 2
// Methods whose names have eight mebibytes are called, and each error says which.
export default async (a, env) => {
  const e = env.LOADER.load({ mainModule: "m.js", modules: { "m.js": "export default { f: () => 1 }" } }).getEntrypoint(), all = [];
  for (let i = 0; i < 100; i++) all.push(e["m".repeat(8 << 20) + i](1).catch((x) => x));
  return (await Promise.all(all)).every((x) => x.message.length < 10_000);
};
