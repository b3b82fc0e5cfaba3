//@ outcome: ok,limit,exception
//@ args: --timeout 20s --loader LOADER
//@ cpu: 3
//@ log: 512
// Three hundred children each log nearly a mebibyte for a tail that is slow to hear of it.
export default async (a, env) => {
  const t = env.LOADER.load({ mainModule: "m.js", modules: { "m.js": "export default { tail() { return new Promise(r => setTimeout(r, 2000)) } }" } }).getEntrypoint(), all = [];
  for (let i = 0; i < 300; i++) all.push(env.LOADER.load({ mainModule: "m.js", modules: { "m.js": "const x = 'x'.repeat(15_000); export default { f() { for (let i = 0; i < 30; i++) console.log(x) } }" }, tails: [t] }).getEntrypoint().f().catch(() => 0));
  await Promise.all(all);
  await new Promise((r) => setTimeout(r, 500));
};
