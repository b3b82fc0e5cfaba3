//@ outcome: ok
//@ args: --loader LOADER
//@ value: [1,1]
//@ cpu: 1
// Not an attack: a child returns the entrypoint of a worker that it has loaded, before that has come.
const code = "{ mainModule: 'm.js', modules: { 'm.js': 'export default { f: () => 1 }' } }";
const child = `export default { own(_, env) { return env.L.load(${code}).getEntrypoint() }, given(l) { return l.load(${code}).getEntrypoint() } }`;
export default async (a, env) => {
  const e = env.LOADER.load({ mainModule: "m.js", modules: { "m.js": child }, env: { L: env.LOADER } }).getEntrypoint();
  const own = await e.own(), given = await e.given(env.LOADER);
  return [await own.f(), await given.f()];
};
