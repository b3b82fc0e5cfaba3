//@ outcome: ok,limit,exception
//@ args: --timeout 20s --loader LOADER
//@ cpu: 4
//@ rss: 580
// Eight hundred children recurse as deep as they may, and stay: the native stack under each has been touched.
// Pages of the base image that are shared count once for each child that has read them.
const deep = "const f = (n) => [n].map(() => { try { return f(n + 1) } catch { return n } })[0]; export default { async f() { f(0); /(((((((((a)*)*)*)*)*)*)*)*)*b/.test('a'.repeat(10)); await new Promise(r => setTimeout(r, 1500)); } }";
export default async (a, env) => { const all = []; for (let i = 0; i < 800; i++) all.push(env.LOADER.load({ mainModule: "m.js", modules: { "m.js": deep } }).getEntrypoint().f().catch(() => 0)); await Promise.all(all); };
