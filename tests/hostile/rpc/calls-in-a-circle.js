//@ outcome: exception,limit
//@ args: --timeout 10s --loader LOADER
//@ cpu: 2
// A parent and a child call each other without end, each waiting for the other.
export default async (a, env) => {
  const e = env.LOADER.load({ mainModule: "m.js", modules: { "m.js": "export default { f(cb) { return cb(cb) } }" } }).getEntrypoint();
  const cb = (x) => e.f(x);
  await e.f(cb);
};
