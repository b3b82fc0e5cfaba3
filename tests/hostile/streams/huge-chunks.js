//@ outcome: ok,limit,exception
//@ args: --timeout 20s --loader LOADER
//@ cpu: 3
// Forty children's streams each give one chunk of 60 MiB, and the parent reads a byte of each.
export default async (a, env) => {
  const kept = [];
  for (let i = 0; i < 40; i++) { try { const r = (await env.LOADER.load({ mainModule: "m.js", modules: { "m.js": "export default { s() { return new ReadableStream({ pull(c) { c.enqueue(new Uint8Array(60 << 20)) } }, { highWaterMark: 0 }) } }" } }).getEntrypoint().s()).getReader(); await r.read(); kept.push(r); } catch {} }
};
