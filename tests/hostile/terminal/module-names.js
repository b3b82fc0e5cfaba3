//@ outcome: exception
//@ args: --loader LOADER
//@ cpu: 1
// Children whose modules, entrypoints and ids are named with sequences, and fail in each way.
export default async (a, env) => {
  const name = "\x1b[2J\u202e\u200b\u{e0041}\nerror: x.js", fail = async (f) => { try { await f(); } catch (e) { console.error(e, e.stack, e.message); return e; } };
  const load = (text, more) => env.LOADER.load({ mainModule: name, modules: { [name]: text }, ...more });
  await fail(() => load("throw new Error('top')").getEntrypoint().f());
  await fail(() => load("a b").getEntrypoint().f());
  await fail(() => load("import './\\x1b[2J.js'").getEntrypoint().f());
  await fail(() => load("export default {}").getEntrypoint(name).f());
  await fail(() => load("export default {}").getEntrypoint()[name]());
  await fail(() => load("export default {}", { compatibilityDate: name }).getEntrypoint().f());
  await fail(() => load("export default {}", { compatibilityFlags: [name] }).getEntrypoint().f());
  await fail(() => env.LOADER.get(name, () => { throw new Error(name); }).getEntrypoint().f());
  throw await fail(() => load("export default { f() { throw new Error('from ' + import.meta.url) } }").getEntrypoint().f());
};
