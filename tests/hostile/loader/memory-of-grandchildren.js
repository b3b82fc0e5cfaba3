//@ outcome: ok,limit,exception
//@ args: --timeout 20s --loader LOADER
//@ cpu: 4
//@ rss: 470
// Seven children with seven children each, 64 MiB a piece.
const hog = "export default { async f() { globalThis.a = []; for (let i = 0; i < 64; i++) a.push(new Uint8Array(1 << 20).fill(i + 1)); await new Promise(r => setTimeout(r, 2000)); } }";
const mid = `export default { async f(hog, env) { const all = []; for (let i = 0; i < 7; i++) all.push(env.L.load({ mainModule: "m.js", modules: { "m.js": hog } }).getEntrypoint().f().catch(() => 0)); await Promise.all(all) } }`;
export default async (a, env) => { const all = []; for (let i = 0; i < 7; i++) all.push(env.LOADER.load({ mainModule: "m.js", modules: { "m.js": mid }, env: { L: env.LOADER } }).getEntrypoint().f(hog).catch(() => 0)); await Promise.all(all); };
