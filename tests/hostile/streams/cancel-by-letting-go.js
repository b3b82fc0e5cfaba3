//@ outcome: exceededCpu,exception
//@ args: --timeout 10s --loader LOADER --fuel 200000000
//@ cpu: 1
// Streams in answers that nobody waits for are cancelled by the host, and what is told of it spins.
export default async (a, env) => {
  const spin = "() { for (let i = 0; i < 100_000; i++); }";
  const e = env.LOADER.load({ mainModule: "m.js", modules: { "m.js": `export default { s() { return new ReadableStream({ cancel${spin} }) }, w() { return new WritableStream({ abort${spin} }) }, take() {} }` } }).getEntrypoint();
  for (let i = 0; i < 3000; i++) { { using p = e.s(); using q = e.w(); } await e.take(); }
};
