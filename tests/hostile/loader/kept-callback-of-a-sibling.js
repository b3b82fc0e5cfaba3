//@ outcome: ok
//@ args: --timeout 20s --loader LOADER
//@ value: 42
//@ cpu: 1
// Not an attack: one child keeps another's callback with dup(); the parent lets go of that one, and the callback still works.
const make = "let n = 40; export default { give() { return (x) => n += x } }";
const room = "let kept; export default { keep(cb) { kept = cb.dup(); return 1 }, call(x) { return kept(x) } }";
export default async (a, env) => {
  const r = env.LOADER.load({ mainModule: "m.js", modules: { "m.js": room } }).getEntrypoint();
  { using m = env.LOADER.load({ mainModule: "m.js", modules: { "m.js": make } }).getEntrypoint(); using f = await m.give(); await r.keep(f); }
  for (let i = 0; i < 20; i++) await new Promise((r) => setTimeout(r, 1));
  await r.call(1);
  return r.call(1);
};
