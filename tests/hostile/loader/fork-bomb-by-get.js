//@ outcome: ok,limit,exception,exceededWallTime
//@ args: --timeout 2s --loader LOADER
//@ cpu: 3
//@ late: 250
// The callback of a get waits for another get, whose callback does so too.
export default async (a, env) => {
  let n = 0;
  const next = () => env.LOADER.get(`${n++}`, async () => { await next().getEntrypoint().f(); return { mainModule: "m.js", modules: { "m.js": "export default { f() {} }" } }; });
  await next().getEntrypoint().f();
};
