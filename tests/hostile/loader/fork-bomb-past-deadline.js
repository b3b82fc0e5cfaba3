//@ outcome: exceededWallTime
//@ args: --timeout 1s --loader LOADER --fuel 9000000000000000
//@ cpu: 3
//@ late: 250
// As many children as there is room for spin, each with more fuel than time, when the deadline comes.
const spin = "export default { f() { for (;;); } }";
const bomb = "export default { async f([spin, code], env) { for (let i = 0; i < 3; i++) { env.L.load({ mainModule: 'm.js', modules: { 'm.js': code }, env: { L: env.L } }).getEntrypoint().f([spin, code]).catch(() => 0); env.L.load({ mainModule: 'm.js', modules: { 'm.js': spin } }).getEntrypoint().f().catch(() => 0) } await new Promise(r => setTimeout(r, 1e6)) } }";
export default async (a, env) => { await env.LOADER.load({ mainModule: "m.js", modules: { "m.js": bomb }, env: { L: env.LOADER } }).getEntrypoint().f([spin, bomb]); };
