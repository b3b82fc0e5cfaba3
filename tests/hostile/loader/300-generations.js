//@ outcome: exception
//@ args: --timeout 20s --loader LOADER
//@ cpu: 3
// The same three hundred deep ends with an error that says so.
const code = "export default { async f([n, code], env) { return n === 0 ? 0 : 1 + await env.L.load({ mainModule: 'm.js', modules: { 'm.js': code }, env: { L: env.L } }).getEntrypoint().f([n - 1, code]) } }";
export default async (a, env) => env.LOADER.load({ mainModule: "m.js", modules: { "m.js": code }, env: { L: env.LOADER } }).getEntrypoint().f([300, code]);
