//@ outcome: ok
//@ args: --timeout 20s --loader LOADER
//@ value: "called 3"
//@ cpu: 1
// Not an attack: a child keeps a callback with dup() and calls it when the call that brought it is over.
const room = "const kept = []; export default { subscribe(cb) { kept.push(cb.dup()); return kept.length }, async publish(x) { let n = 0; for (const cb of kept) n += await cb(x); return n } }";
export default async (a, env) => {
  const w = env.LOADER.load({ mainModule: "m.js", modules: { "m.js": room } });
  for (let i = 0; i < 3; i++) { using e = w.getEntrypoint(); await e.subscribe((x) => x); }
  await new Promise((r) => setTimeout(r, 20));
  return `called ${await w.getEntrypoint().publish(1)}`;
};
