//@ outcome: ok
//@ args: --timeout 20s --loader LOADER
//@ value: "fine"
//@ rss: 300
//@ cpu: 3
// A child hands its loader to its own child and keeps what comes back, with stubs of what that loaded.
const child = `const kept = []; export default { async f(_, env) { const e = env.L.load({ mainModule: "m.js", modules: { "m.js": "let k; export default { async keep(l) { k = l; const e = l.load({ mainModule: 'm.js', modules: { 'm.js': 'export default { f: () => 1 }' } }).getEntrypoint(); await e.f(); return { l, e } } }" } }).getEntrypoint(); const back = await e.keep(env.L); kept.push(e, back, back.l.load({ mainModule: "m.js", modules: { "m.js": "" } })); return 1 } }`;
export default async (a, env) => {
  for (let i = 0; i < 450; i++) {
    try { using e = env.LOADER.load({ mainModule: "m.js", modules: { "m.js": child }, env: { L: env.LOADER } }).getEntrypoint(); await e.f(); } catch (e) { return `${i}: ${e.message}`; }
    if (i % 50 === 0) await new Promise((r) => setTimeout(r, 3));
  }
  return "fine";
};
