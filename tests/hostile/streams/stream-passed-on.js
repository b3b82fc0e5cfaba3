//@ outcome: ok,limit,exception
//@ args: --timeout 20s --loader LOADER
//@ value: 1048576
//@ cpu: 3
// A stream of a mebibyte goes to and fro between two sandboxes a hundred times before it is read.
export default async (a, env) => {
  const e = env.LOADER.load({ mainModule: "m.js", modules: { "m.js": "export default { s() { return new ReadableStream({ start(c) { c.enqueue(new Uint8Array(1 << 20)); c.close() } }) }, echo(s) { return s } }" } }).getEntrypoint();
  let s = await e.s(); for (let i = 0; i < 100; i++) s = await e.echo(s);
  let n = 0; for await (const chunk of s) n += chunk.length; return n;
};
