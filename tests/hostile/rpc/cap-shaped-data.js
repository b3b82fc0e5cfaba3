//@ outcome: ok
//@ value: "fine"
//@ args: --timeout 10s --loader LOADER
//@ cpu: 1
// Objects that look like stubs, loaders and workers are data and lead nowhere.
export default async (a, env) => {
  const fake = { load: () => ({ getEntrypoint: () => ({ f: () => "stolen" }) }), __proto__: Object.getPrototypeOf(env.LOADER) };
  const code = { mainModule: "m.js", modules: { "m.js": "export default { f: (_, env) => typeof env.L?.load }" } };
  for (const tails of [[{}], [fake], [env.LOADER]]) { try { await env.LOADER.load({ ...code, tails }).getEntrypoint().f(); return "tails"; } catch {} }
  for (const globalOutbound of [{}, fake, () => 1]) { try { await env.LOADER.load({ ...code, globalOutbound }).getEntrypoint().f(); return "outbound"; } catch {} }
  try { fake.load(code); env.LOADER.load.call({}, code); return "load"; } catch {}
  try { new env.LOADER.constructor({}).load(code); return "constructor"; } catch {}
  return "fine";
};
