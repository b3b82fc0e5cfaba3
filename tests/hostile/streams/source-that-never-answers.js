//@ outcome: exceededWallTime,hung
//@ args: --timeout 1s --loader LOADER
//@ cpu: 1
//@ late: 250
// A hundred streams whose sources never give a chunk are read until the deadline.
export default async (a, env) => {
  const e = env.LOADER.load({ mainModule: "m.js", modules: { "m.js": "export default { s() { return new ReadableStream({ pull() { return new Promise(() => {}) } }) } }" } }).getEntrypoint();
  await Promise.all(Array.from({ length: 100 }, async () => (await e.s()).getReader().read()));
};
