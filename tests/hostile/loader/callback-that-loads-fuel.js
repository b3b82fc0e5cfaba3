//@ outcome: exceededCpu,exception
//@ args: --timeout 10s --loader LOADER --fuel 100000000
//@ cpu: 1
// A child that calls back its parent has that load and call others, from another invocation each time.
export default async (a, env) => {
  const spin = "export default { spin(n) { for (let i = 0; i < n; i++); return n } }";
  const e = env.LOADER.load({ mainModule: "m.js", modules: { "m.js": "export default { async f(cb) { for (let i = 0; i < 2000; i++) await cb() } }" } }).getEntrypoint();
  await e.f(() => env.LOADER.load({ mainModule: "m.js", modules: { "m.js": spin } }).getEntrypoint().spin(200_000));
};
