//@ outcome: ok
//@ args: --timeout 20s --loader LOADER
//@ value: "fine"
//@ cpu: 1
//@ rss: 450
// A child that rests holds a hundred thousand stubs, and is let go of every few milliseconds: each time the host might look through all of them.
const child = `let kept = []; export default { keep(all) { kept.push(all.map((x) => x.dup())); return 1 }, give: () => () => 1 }`;
export default async (a, env, ctx) => {
  const e = env.LOADER.load({ mainModule: "m.js", modules: { "m.js": child } }).getEntrypoint();
  for (let i = 0; i < 10; i++) await e.keep(Array.from({ length: 10_000 }, (_, n) => () => n));
  for (let i = 0; i < 200; i++) {
    { using given = await e.give(); }
    await new Promise((r) => setTimeout(r, 6));
  }
  return "fine";
};
