//@ outcome: exceededWallTime,limit,hung
//@ args: --timeout 1s --loader LOADER
//@ cpu: 1
//@ late: 250
// The other side never takes a chunk, and the writer does not wait before the next.
export default async (a, env) => {
  const e = env.LOADER.load({ mainModule: "m.js", modules: { "m.js": "export default { w() { return new WritableStream({ write() { return new Promise(() => {}) } }) } }" } }).getEntrypoint();
  const w = (await e.w()).getWriter(), chunk = new Uint8Array(1 << 20);
  for (let i = 0; i < 100; i++) w.write(chunk).catch(() => 0);
  await w.closed;
};
