//@ outcome: ok
//@ args: --timeout 3s --loader LOADER
//@ cpu: 1
//@ late: 250
// Children of calls that are over go on in waitUntil, past the deadline and with everything that they have.
const code = "export default { f(_, env, ctx) { ctx.waitUntil((async () => { for (;;) { await new Promise(r => setTimeout(r, 5)); console.log('still here') } })()); return 1 } }";
export default async (a, env) => { let n = 0; for (let i = 0; i < 50; i++) n += await env.LOADER.load({ mainModule: "m.js", modules: { "m.js": code } }).getEntrypoint().f(); return n; };
