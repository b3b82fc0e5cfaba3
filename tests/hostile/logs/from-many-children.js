//@ outcome: ok,limit,exception
//@ args: --loader LOADER --timeout 20s
//@ cpu: 2
// A hundred children each log nearly a mebibyte, which is what one may.
export default async (a, env) => { for (let i = 0; i < 100; i++) await env.LOADER.load({ mainModule: "m.js", modules: { "m.js": "export default { f() { for (let i = 0; i < 30; i++) console.log('x'.repeat(30_000)) } }" } }).getEntrypoint().f().catch(() => 0); };
