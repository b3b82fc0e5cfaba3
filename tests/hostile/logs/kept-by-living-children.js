//@ outcome: ok,limit,exception
//@ args: --timeout 20s --loader LOADER
//@ cpu: 3
//@ log: 512
// Four hundred children have each logged nearly a mebibyte, and wait: the host has all of that.
export default async (a, env) => { const all = []; for (let i = 0; i < 400; i++) all.push(env.LOADER.load({ mainModule: "m.js", modules: { "m.js": "export default { async f() { const x = 'x'.repeat(30_000); for (let i = 0; i < 33; i++) console.log(x); await new Promise(r => setTimeout(r, 2000)) } }" } }).getEntrypoint().f().catch(() => 0)); await Promise.all(all); };
