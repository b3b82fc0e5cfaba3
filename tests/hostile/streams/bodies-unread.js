//@ outcome: ok,limit,exception
//@ args: --timeout 20s --loader LOADER
//@ cpu: 3
// Responses with bodies of 16 MiB that nobody reads are kept.
globalThis.kept = [];
export default async (a, env) => {
  const e = env.LOADER.load({ mainModule: "m.js", modules: { "m.js": "const b = new Uint8Array(16 << 20); export default { fetch() { return new Response(b) } }" } }).getEntrypoint();
  for (let i = 0; i < 60; i++) { kept.push(await e.fetch("http://a/").catch(() => 0)); }
};
