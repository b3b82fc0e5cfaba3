//@ outcome: ok,limit,exception
//@ args: --timeout 20s --loader LOADER
//@ cpu: 3
// Sixty children answer with a text of 20 MiB each, all at once.
export default async (a, env) => {
  const all = [];
  for (let i = 0; i < 60; i++) all.push(env.LOADER.load({ mainModule: "m.js", modules: { "m.js": "export default { fetch() { return new Response('t'.repeat(20 << 20)) } }" } }).getEntrypoint().fetch("http://a/").catch(() => 0));
  await Promise.all(all);
};
