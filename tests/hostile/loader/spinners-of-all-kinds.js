//@ outcome: exceededWallTime
//@ args: --timeout 1s --loader LOADER --fuel 9000000000000000
//@ cpu: 3
//@ late: 250
// At the deadline forty children copy 100 MiB, match expressions, compile types and make garbage.
const kinds = ["const b = new Uint8Array(60 << 20); for (;;) b.copyWithin(1, 0)", "/^(a+)+$/.test('a'.repeat(64) + 'b')", "for (;;) JSON.stringify(Array(1e5).fill({ a: 1 }))", "for (;;) structuredClone(Array(1e5).fill([1]))"];
export default async (a, env) => {
  const all = [];
  for (let i = 0; i < 40; i++) all.push(env.LOADER.load({ mainModule: "m.js", modules: { "m.js": `export default { f() { ${kinds[i % 4]} } }` } }).getEntrypoint().f());
  all.push(env.LOADER.load({ mainModule: "m.ts", modules: { "m.ts": "enum A { B }\n".repeat(90_000) } }).getEntrypoint().f());
  await Promise.allSettled(all); await new Promise((r) => setTimeout(r, 1e6));
};
