//@ outcome: exceededWallTime,hung,exception,ok
//@ args: --timeout 1s --loader LOADER
//@ cpu: 1
//@ late: 250
// Two sandboxes wait for each other's answers until the deadline.
export default async (a, env) => {
  const e = env.LOADER.load({ mainModule: "m.js", modules: { "m.js": "export default { f(cb) { return cb() } }" } }).getEntrypoint();
  let p; const cb = () => p; p = e.f(cb); return await p;
};
