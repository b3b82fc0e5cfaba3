//@ outcome: ok,limit,exception
//@ args: --timeout 10s --loader LOADER
//@ cpu: 2
// A child calls its parent back as often as it can, and waits for nothing.
export default async (a, env) => {
  const e = env.LOADER.load({ mainModule: "m.js", modules: { "m.js": "export default { async f(cb) { for (let i = 0; i < 9000; i++) cb('x'.repeat(10000)).catch(() => 0); await new Promise(r => setTimeout(r, 100)) } }" } }).getEntrypoint();
  let n = 0; const cb = (x) => { n += x.length; };
  for (let i = 0; i < 10; i++) await e.f(cb);
};
