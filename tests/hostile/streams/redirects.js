//@ outcome: ok,exception
//@ args: --timeout 10s --loader LOADER
//@ cpu: 1
// Every answer redirects to another address of a mebibyte.
export default async (a, env) => {
  const e = env.LOADER.load({ mainModule: "m.js", modules: { "m.js": "let n = 0; export default { fetch() { return new Response(null, { status: 302, headers: { location: 'http://a/' + 'x'.repeat(1 << 20) + n++ } }) } }" } }).getEntrypoint();
  const r = await e.fetch("http://a/"); return r.status;
};
