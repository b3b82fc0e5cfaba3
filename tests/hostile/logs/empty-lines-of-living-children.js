//@ outcome: ok,limit,exception
//@ args: --timeout 20s --loader LOADER
//@ cpu: 5
// The same with lines that have nothing in them, as many as one may write.
export default async (a, env) => { const all = []; for (let i = 0; i < 60; i++) all.push(env.LOADER.load({ mainModule: "m.js", modules: { "m.js": "export default { async f() { for (let i = 0; i < 65_000; i++) console.log(); await new Promise(r => setTimeout(r, 2500)) } }" } }).getEntrypoint().f().catch(() => 0)); await Promise.all(all); };
