//@ outcome: exceededWallTime,exception,limit
//@ args: --loader LOADER --timeout 1s --fuel 9000000000000000
//@ cpu: 3
//@ late: 250
// When the deadline comes the host reads requests to load with hundreds of thousands of parts.
export default async (a, env) => {
  const modules = Object.fromEntries(Array.from({ length: 100_000 }, (_, i) => [`${i}.txt`, ""]));
  for (let i = 0; ; i++) await env.LOADER.load({ mainModule: "m.js", modules: { "m.js": "export default { f() {} }", ...modules }, tails: [] }).getEntrypoint().f().catch(() => 0);
};
