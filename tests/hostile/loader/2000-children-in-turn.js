//@ outcome: ok
//@ args: --timeout 20s --loader LOADER
//@ value: 2000
//@ cpu: 3
//@ rss: 200
// Not an attack: two thousand children one after another.
export default async (a, env) => { let n = 0; for (let i = 0; i < 2000; i++) n += await env.LOADER.load({ mainModule: "m.js", modules: { "m.js": `export default { f: () => 1 + 0 * ${i} }` } }).getEntrypoint().f(); return n; };
