//@ outcome: ok
//@ args: --timeout 20s --loader LOADER
//@ value: true
//@ cpu: 2
// A child asks for limits above its parent's, by its code and by its entrypoint.
export default async (a, env) => {
  const big = { fuel: 2 ** 60, memoryBytes: 2 ** 40, wallMs: 2 ** 50, cpuMs: 1e12, subRequests: 1e12, logBytes: 1e12, outputBytes: 1e12, concurrency: 1e12 };
  const e = env.LOADER.load({ mainModule: "m.js", modules: { "m.js": "export default { f(n) { return new Uint8Array(n).fill(1).length }, g() { return new Uint8Array(40 << 20) } }" }, limits: big }).getEntrypoint(null, { limits: big });
  const refused = async (f) => { try { await f(); return false; } catch (e) { return /limit|MiB|memory/i.test(e.message); } };
  return await refused(() => e.f(200 << 20)) && await refused(() => e.g());
};
