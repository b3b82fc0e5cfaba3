//@ outcome: exceededWallTime
//@ args: --timeout 1s --loader LOADER --fuel 9000000000000000
//@ cpu: 2
//@ late: 250
// The child spins past the deadline, and sixteen tails spin when they hear of that.
export default async (a, env) => {
  const tails = Array.from({ length: 16 }, () => env.LOADER.load({ mainModule: "m.js", modules: { "m.js": "export default { tail() { for (;;); } }" } }).getEntrypoint());
  await env.LOADER.load({ mainModule: "m.js", modules: { "m.js": "export default { f() { for (;;); } }" }, tails }).getEntrypoint().f();
};
