//@ outcome: limit
//@ args: --timeout 10s --loader LOADER
//@ cpu: 2
// A child's stream never ends, and the parent collects all of it.
export default async (a, env) => {
  const e = env.LOADER.load({ mainModule: "m.js", modules: { "m.js": "export default { s() { return new ReadableStream({ type: 'bytes', pull(c) { c.enqueue(new Uint8Array(65536)) } }) } }" } }).getEntrypoint();
  const all = []; for await (const chunk of await e.s()) all.push(chunk);
};
