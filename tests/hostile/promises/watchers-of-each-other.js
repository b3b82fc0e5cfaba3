//@ outcome: ok
//@ args: --timeout 20s --loader LOADER
//@ value: "fine"
//@ rss: 300
//@ cpu: 3
// Two children watch each other's functions without keeping them, and never look again.
const child = `export default { give() { return () => 1 }, watch(f) { f.dup().onRpcBroken(() => f); return 1 } }`;
export default async (a, env) => {
  const load = () => env.LOADER.load({ mainModule: "m.js", modules: { "m.js": child } }).getEntrypoint();
  for (let i = 0; i < 700; i++) {
    try { using x = load(); using y = load(); using f = await x.give(); using g = await y.give(); await x.watch(g); await y.watch(f); } catch (e) { return `${i}: ${e.message}`; }
    if (i % 50 === 0) await new Promise((r) => setTimeout(r, 2));
  }
  return "fine";
};
