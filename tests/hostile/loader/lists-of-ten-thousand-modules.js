//@ outcome: exceededCpu,exceededWallTime
//@ args: --loader LOADER --timeout 5s
//@ cpu: 6
// As many modules as a worker may have, and an env of as many values as fit.
export default async (a, env) => {
  const modules = Object.fromEntries(Array.from({ length: 9_999 }, (_, i) => [`${i}.txt`, ""]));
  const values = Array(1_000_000).fill(null);
  for (;;) await env.LOADER.load({ mainModule: "m.js", modules: { "m.js": "export default { f() {} }", ...modules }, env: { values } }).getEntrypoint().f().catch(() => 0);
};
