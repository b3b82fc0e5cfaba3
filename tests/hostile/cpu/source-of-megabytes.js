//@ outcome: exceededCpu,exceededMemory,exception
//@ args: --loader LOADER --fuel 1000000000
//@ cpu: 2
// A child of 30 MiB of source, which takes longer to parse than to run.
export default async (a, env) => { for (let i = 0; ; i++) await env.LOADER.load({ mainModule: "m.js", modules: { "m.js": "a=1;".repeat(4 << 20) + `export default { f() { return ${i} } }` } }).getEntrypoint().f(); };
