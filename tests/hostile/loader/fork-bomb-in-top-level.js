//@ outcome: ok,limit,exception
//@ args: --timeout 10s --loader LOADER
//@ cpu: 3
// The children load others while they are evaluated, if they can.
const top = "import { env } from 'cloudflare:workers'; let e; try { for (let i = 0; i < 3; i++) env.L.load({ mainModule: 'm.js', modules: { 'm.js': env.CODE }, env: { L: env.L, CODE: env.CODE } }).getEntrypoint().f() } catch (x) { e = x } export default { f() { return e?.message } }";
export default async (a, env) => env.LOADER.load({ mainModule: "m.js", modules: { "m.js": top }, env: { L: env.LOADER, CODE: top } }).getEntrypoint().f();
