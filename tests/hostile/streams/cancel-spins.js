//@ outcome: exceededCpu,exception
//@ args: --timeout 10s --loader LOADER --fuel 200000000
//@ cpu: 1
// Cancelling, aborting and closing run the other side's code, which spins.
export default async (a, env) => {
  const spin = "() { for (let i = 0; i < 100_000; i++); }";
  const e = env.LOADER.load({ mainModule: "m.js", modules: { "m.js": `export default { s() { return new ReadableStream({ cancel${spin} }) }, w() { return new WritableStream({ abort${spin}, close${spin} }) } }` } }).getEntrypoint();
  for (let i = 0; i < 2000; i++) { await (await e.s()).cancel("no").catch(() => 0); await (await e.w()).abort("no").catch(() => 0); await (await e.w()).close().catch(() => 0); }
};
