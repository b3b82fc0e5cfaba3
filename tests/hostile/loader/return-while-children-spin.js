//@ outcome: ok
//@ args: --loader LOADER --timeout 10s
//@ value: 1
//@ cpu: 1
// The parent returns at once, and two hundred children that nobody waits for want to go on.
export default async (a, env) => { for (let i = 0; i < 200; i++) env.LOADER.load({ mainModule: "m.js", modules: { "m.js": "export default { f() { for (;;); } }" } }).getEntrypoint().f().catch(() => 0); return 1; };
