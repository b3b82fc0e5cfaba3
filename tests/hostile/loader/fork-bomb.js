//@ outcome: ok,limit,exception,exceededWallTime
//@ args: --timeout 2s --loader LOADER
//@ cpu: 3
//@ late: 250
// Every child loads four children like itself, and nobody waits for anybody.
const bomb = "export default { async f(code, env) { for (let i = 0; i < 4; i++) env.L.load({ mainModule: 'm.js', modules: { 'm.js': code }, env: { L: env.L } }).getEntrypoint().f(code).catch(() => 0); await new Promise(r => setTimeout(r, 1e6)) } }";
export default async (a, env) => { await env.LOADER.load({ mainModule: "m.js", modules: { "m.js": bomb }, env: { L: env.LOADER } }).getEntrypoint().f(bomb); };
