//@ outcome: exceededCpu,exception
//@ args: --timeout 10s --loader LOADER --fuel 100000000
//@ cpu: 1
// Each chunk that is asked for makes the source spin, and each that is written the sink.
export default async (a, env) => {
  const e = env.LOADER.load({ mainModule: "m.js", modules: { "m.js": "const spin = () => { for (let i = 0; i < 50_000; i++); }; export default { s() { return new ReadableStream({ pull(c) { spin(); c.enqueue(new Uint8Array(1)) } }, { highWaterMark: 0 }) }, w() { return new WritableStream({ write() { spin() } }) } }" } }).getEntrypoint();
  const r = (await e.s()).getReader(), w = (await e.w()).getWriter();
  for (let i = 0; i < 4000; i++) { await r.read(); await w.write(new Uint8Array(1)); }
};
