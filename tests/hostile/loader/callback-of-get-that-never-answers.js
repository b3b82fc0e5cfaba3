//@ outcome: ok
//@ args: --timeout 20s --loader LOADER
//@ value: "fine"
//@ rss: 300
//@ cpu: 3
// Children that get a worker whose callback never answers, keep the stub of that, and are let go.
const child = `const kept = []; export default { f(_, env, ctx) { const w = env.L.get("x", () => new Promise(() => {})); const e = w.getEntrypoint(); kept.push(w, e, e.f().catch(() => 0)); return 1 } }`;
export default async (a, env) => {
  for (let i = 0; i < 1200; i++) {
    try { using e = env.LOADER.load({ mainModule: "m.js", modules: { "m.js": child }, env: { L: env.LOADER } }).getEntrypoint(); await e.f(); } catch (e) { return `${i}: ${e.message}`; }
    if (i % 50 === 0) await new Promise((r) => setTimeout(r, 3));
  }
  return "fine";
};
