//@ outcome: ok,limit,exception
//@ args: --timeout 20s --loader LOADER
//@ cpu: 4
// One worker with 20 MiB of text whose entrypoints are each in use, and children that import it into their heaps.
export default async (a, env) => {
  const text = "y".repeat(20 << 20), all = [];
  for (let i = 0; i < 40; i++) all.push(env.LOADER.load({ mainModule: "m.js", modules: { "m.js": "import t from './t.txt'; export default { async f() { await new Promise(r => setTimeout(r, 300)); return t.length } }", "t.txt": text } }).getEntrypoint().f().catch(() => 0));
  await Promise.all(all);
};
