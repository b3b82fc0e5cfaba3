//@ outcome: exceededCpu,exception
//@ args: --timeout 10s --loader LOADER --fuel 100000000
//@ cpu: 1
// Each child spins while it is loaded, and fails.
export default async (a, env) => { for (let i = 0; i < 3000; i++) await env.LOADER.load({ mainModule: "m.js", modules: { "m.js": "for (let i = 0; i < 100_000; i++); throw 1" } }).getEntrypoint().f().catch((e) => { if (/limit/.test(e.message)) throw e; }); };
