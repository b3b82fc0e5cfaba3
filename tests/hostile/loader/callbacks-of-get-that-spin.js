//@ outcome: exceededCpu,exception
//@ args: --timeout 10s --loader LOADER --fuel 100000000
//@ cpu: 1
// The callback of each get spins, and gives code that does not load, so that it is asked again.
export default async (a, env) => { for (let i = 0; i < 3000; i++) await env.LOADER.get("one", () => { for (let i = 0; i < 100_000; i++); return { mainModule: "m.js", modules: { "m.js": "(" } }; }).getEntrypoint().f().catch((e) => { if (/limit/.test(e.message)) throw e; }); };
