//@ outcome: ok
//@ args: --timeout 20s --loader LOADER
//@ value: "fine"
//@ cpu: 4
// When children that took all they could have ended, an ordinary one finds room.
const hog = "export default { f() { const a = []; for (;;) a.push(new Uint8Array(1 << 20).fill(1)) } }";
export default async (a, env) => {
  const all = [];
  for (let i = 0; i < 30; i++) all.push(env.LOADER.load({ mainModule: "m.js", modules: { "m.js": hog } }).getEntrypoint().f().catch(() => 0));
  await Promise.all(all);
  return env.LOADER.load({ mainModule: "m.js", modules: { "m.js": "export default { f: () => 'fine' }" } }).getEntrypoint().f();
};
