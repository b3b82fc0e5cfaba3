//@ outcome: limit,ok,exception
//@ args: --timeout 10s --loader LOADER
//@ cpu: 2
// One half of a divided stream is read, so that the other has to keep everything.
export default async (a, env) => {
  const e = env.LOADER.load({ mainModule: "m.js", modules: { "m.js": "export default { s() { let n = 0; return new ReadableStream({ pull(c) { c.enqueue(new Uint8Array(1 << 18)); if (++n > 4000) c.close() } }) } }" } }).getEntrypoint();
  const [x, y] = (await e.s()).tee(); globalThis.kept = y; for await (const _ of x);
};
