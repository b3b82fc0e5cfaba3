//@ outcome: ok
//@ args: --timeout 20s --loader LOADER
//@ value: 19900
//@ cpu: 3
// Not an attack: two hundred ordinary children at once, with default limits.
const code = "export default { async f(n) { await new Promise(r => setTimeout(r, 20)); return { n, text: 'x'.repeat(1000) } } }";
export default async (a, env) => { const all = []; for (let i = 0; i < 200; i++) all.push(env.LOADER.load({ mainModule: "m.js", modules: { "m.js": code } }).getEntrypoint().f(i)); return (await Promise.all(all)).reduce((s, x) => s + x.n, 0); };
