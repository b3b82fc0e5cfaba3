//@ outcome: exceededCpu,exception,ok
//@ args: --timeout 10s --loader LOADER --fuel 200000000
//@ cpu: 1
// The tail of each of a thousand calls spins in a child of its own.
export default async (a, env) => {
  const t = env.LOADER.load({ mainModule: "m.js", modules: { "m.js": "export default { tail() { for (let i = 0; i < 200_000; i++); } }" } }).getEntrypoint();
  const e = env.LOADER.load({ mainModule: "m.js", modules: { "m.js": "export default { f() { return 1 } }" }, tails: [t] }).getEntrypoint();
  for (let i = 0; i < 2000; i++) await e.f();
};
