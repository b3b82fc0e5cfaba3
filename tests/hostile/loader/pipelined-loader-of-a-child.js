//@ outcome: exceededCpu,exception
//@ args: --timeout 10s --loader LOADER --fuel 100000000
//@ cpu: 1
// A child is given the parent's loader, returns it, and the parent asks that before it has come.
export default async (a, env) => {
  const e = env.LOADER.load({ mainModule: "m.js", modules: { "m.js": "export default { give(_, env) { return { l: env.L } } }" }, env: { L: env.LOADER } }).getEntrypoint();
  const child = "export default { spin(n) { for (let i = 0; i < n; i++); return n } }";
  const w = e.give().l.load({ mainModule: "m.js", modules: [{ name: "m.js", text: child }], env: {} });
  for (let i = 0; i < 3000; i++) await w.default.spin(200_000);
};
