//@ outcome: ok,limit,exception
//@ args: --timeout 20s --loader LOADER
//@ cpu: 4
// The same by ids, one after another: each child has returned, and its heap stays as long as it is kept.
const hog = "export default { f() { globalThis.a = []; for (let i = 0; i < 100; i++) a.push(new Uint8Array(1 << 20).fill(i + 1)); return 1 } }";
export default async (a, env) => { for (let i = 0; i < 40; i++) { try { await env.LOADER.get(`${i}`, () => ({ mainModule: "m.js", modules: { "m.js": hog } })).getEntrypoint().f(); } catch {} } };
