//@ outcome: ok,limit,exception
//@ args: --timeout 20s --loader LOADER
//@ cpu: 3
// Nine thousand streams are handed over, each with a chunk waiting, and nobody reads one.
globalThis.kept = [];
export default async (a, env) => {
  const e = env.LOADER.load({ mainModule: "m.js", modules: { "m.js": "export default { s(n) { return Array.from({ length: n }, () => new ReadableStream({ start(c) { c.enqueue(new Uint8Array(60000)); } })) } }" } }).getEntrypoint();
  for (let i = 0; i < 90; i++) kept.push(await e.s(100).catch(() => 0));
};
