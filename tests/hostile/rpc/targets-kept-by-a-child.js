//@ outcome: ok,limit,exception
//@ args: --timeout 20s --loader LOADER
//@ cpu: 3
// A child keeps every callback that it is given, a hundred in each of a few thousand calls.
export default async (a, env) => {
  const e = env.LOADER.load({ mainModule: "m.js", modules: { "m.js": "globalThis.kept = []; export default { take(all) { for (const x of all) kept.push(x.dup()) } }" } }).getEntrypoint();
  for (let i = 0; i < 3000; i++) await e.take(Array.from({ length: 100 }, () => () => i));
};
