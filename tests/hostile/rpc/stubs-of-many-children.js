//@ outcome: ok,limit,exception
//@ args: --timeout 20s --loader LOADER
//@ cpu: 4
// A parent keeps ten thousand functions of each of a hundred children.
globalThis.kept = [];
export default async (a, env) => { for (let i = 0; i < 100; i++) kept.push(await env.LOADER.load({ mainModule: "m.js", modules: { "m.js": "export default { f() { return Array.from({ length: 10_000 }, () => () => 1) } }" } }).getEntrypoint().f().catch(() => 0)); };
