//@ outcome: exceededWallTime,exception
//@ args: --loader LOADER --timeout 1s --fuel 9000000000000000
//@ cpu: 4
//@ late: 250
// When the deadline comes twenty children and their parent hand 16 MiB to and fro.
export default async (a, env) => {
  const all = [];
  for (let i = 0; i < 6; i++) all.push(env.LOADER.load({ mainModule: "m.js", modules: { "m.js": "const b = new Uint8Array(16 << 20); export default { async f(cb) { for (;;) await cb(b).catch(() => 0) } }" } }).getEntrypoint().f((x) => x.length));
  await Promise.all(all);
};
