//@ outcome: ok
//@ args: --timeout 20s --loader LOADER
//@ value: "fine"
//@ rss: 300
//@ cpu: 3
// Two children keep each other's callbacks, and the parent lets go of both; 1,200 of such pairs.
const child = `let kept; export default { take(x) { kept = x.dup(); return 1 }, give() { return () => kept } }`;
export default async (a, env) => {
  const load = () => env.LOADER.load({ mainModule: "m.js", modules: { "m.js": child } }).getEntrypoint();
  for (let i = 0; i < 1200; i++) {
    try {
      using one = load(); using two = load();
      using f = await one.give(); using g = await two.give();
      await one.take(g); await two.take(f);
    } catch (e) { return `${i}: ${e.message}`; }
    if (i % 50 === 0) await new Promise((r) => setTimeout(r, 2));
  }
  return "fine";
};
