//@ outcome: limit,exception
//@ args: --timeout 10s --loader LOADER
//@ cpu: 2
// The source gives nothing but empty chunks.
export default async (a, env) => {
  const e = env.LOADER.load({ mainModule: "m.js", modules: { "m.js": "export default { s() { return new ReadableStream({ pull(c) { c.enqueue(new Uint8Array(0)) } }, { highWaterMark: 0 }) } }" } }).getEntrypoint();
  for await (const _ of await e.s());
};
