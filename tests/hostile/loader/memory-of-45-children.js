//@ outcome: ok,limit,exception
//@ args: --timeout 20s --loader LOADER
//@ cpu: 4
// Forty-five children under one parent with default limits each want 100 MiB and stay.
const hog = "export default { async f() { globalThis.a = []; for (let i = 0; i < 100; i++) a.push(new Uint8Array(1 << 20).fill(i + 1)); await new Promise(r => setTimeout(r, 3000)); return a.length } }";
export default async (a, env) => {
  const all = [];
  for (let i = 0; i < 45; i++) all.push(env.LOADER.load({ mainModule: "m.js", modules: { "m.js": hog } }).getEntrypoint().f().catch(() => 0));
  await Promise.all(all);
};
