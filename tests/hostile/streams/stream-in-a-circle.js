//@ outcome: ok,limit,exception,hung,exceededWallTime
//@ args: --timeout 1s --loader LOADER
//@ cpu: 2
//@ late: 250
// A stream is piped into its own source by way of another sandbox.
export default async (a, env) => {
  const e = env.LOADER.load({ mainModule: "m.js", modules: { "m.js": "export default { pipe([r, w]) { return r.pipeTo(w) } }" } }).getEntrypoint();
  const t = new TransformStream({ transform(c, k) { k.enqueue(c); k.enqueue(c); } }), w = t.writable.getWriter();
  w.write(new Uint8Array(1000)).catch(() => 0); w.releaseLock();
  await e.pipe([t.readable, t.writable]);
};
