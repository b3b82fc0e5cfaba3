//@ outcome: ok,limit,exception
//@ args: --timeout 20s --loader LOADER
//@ cpu: 3
// One entrypoint with props of 8 MiB is called nine hundred times by its parent at once: a copy of the props for each call.
export default async (a, env) => {
  const w = env.LOADER.load({ mainModule: "m.js", modules: { "m.js": "export default { async f() { await new Promise(r => setTimeout(r, 300)) } }" } }), all = [];
  const e = w.getEntrypoint(null, { props: { big: new Uint8Array(8 << 20) } });
  for (let i = 0; i < 900; i++) all.push(e.f().catch(() => 0));
  await Promise.all(all);
};
