//@ outcome: ok,limit,exception
//@ args: --timeout 20s --loader LOADER
//@ cpu: 4
// Forty children fill 96 MiB, let go of it and end: their slots must give the pages back.
const hog = "export default { f() { let a = []; for (let i = 0; i < 96; i++) a.push(new Uint8Array(1 << 20).fill(1)); a = null; return 1 } }";
export default async (a, env) => { for (let i = 0; i < 40; i++) { try { using e = env.LOADER.load({ mainModule: "m.js", modules: { "m.js": hog } }).getEntrypoint(); await e.f(); } catch {} } };
