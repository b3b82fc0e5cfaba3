//@ outcome: ok,exceededMemory
//@ args: --loader LOADER
//@ cpu: 3
// env and props of millions of values.
export default async (a, env) => {
  const values = Array(2_500_000).fill(null), code = { mainModule: "m.js", modules: { "m.js": "export default { f() {} }" } };
  const worker = env.LOADER.load(code);
  try { await env.LOADER.load({ ...code, env: { values } }).getEntrypoint().f(); } catch {}
  try { await worker.getEntrypoint(undefined, { props: { values } }).f(); } catch {}
};
