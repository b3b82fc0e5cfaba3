//@ outcome: ok,limit,exception
//@ args: --timeout 10s --loader LOADER
//@ cpu: 3
// Each child begins the next in waitUntil and returns, so that nobody is left who waits.
const hop = "export default { f(code, env, ctx) { ctx.waitUntil(env.L.load({ mainModule: 'm.js', modules: { 'm.js': code }, env: { L: env.L } }).getEntrypoint().f(code)); ctx.waitUntil(env.L.load({ mainModule: 'm.js', modules: { 'm.js': code }, env: { L: env.L } }).getEntrypoint().f(code)); return 1 } }";
export default async (a, env) => env.LOADER.load({ mainModule: "m.js", modules: { "m.js": hop }, env: { L: env.LOADER } }).getEntrypoint().f(hop);
