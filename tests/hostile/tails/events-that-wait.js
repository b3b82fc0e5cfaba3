//@ outcome: ok,limit,exception
//@ args: --timeout 20s --loader LOADER
//@ cpu: 3
// A tail never returns, and the events of thousands of calls with 60 KiB of log each wait behind it.
export default async (a, env) => {
  const t = env.LOADER.load({ mainModule: "m.js", modules: { "m.js": "export default { tail() { return new Promise(r => setTimeout(r, 1e6)) } }" } }).getEntrypoint();
  const e = env.LOADER.load({ mainModule: "m.js", modules: { "m.js": "const x = 'x'.repeat(60_000); export default { f() { console.log(x) } }" }, tails: [t] }).getEntrypoint();
  for (let i = 0; i < 8000; i++) await e.f();
};
