//@ outcome: ok,limit,exception
//@ args: --loader LOADER --timeout 20s
//@ cpu: 2
// One child is called a thousand times, and logs nearly a mebibyte each time.
export default async (a, env) => { const e = env.LOADER.load({ mainModule: "m.js", modules: { "m.js": "const x = 'x'.repeat(900_000); export default { f() { console.log(x) } }" } }).getEntrypoint(); for (let i = 0; i < 1000; i++) await e.f(); };
