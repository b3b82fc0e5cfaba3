//@ outcome: ok,limit,exception
//@ args: --timeout 20s --loader LOADER
//@ cpu: 2
// A request with a hundred thousand headers, and one with a header of 16 MiB; the answer has them too.
export default async (a, env) => {
  const e = env.LOADER.load({ mainModule: "m.js", modules: { "m.js": "export default { fetch(r) { return new Response('', { headers: r.headers }) } }" } }).getEntrypoint();
  const h = new Headers(); h.set("x", "v".repeat(16 << 20)); await e.fetch("http://a/", { headers: h });
  const g = new Headers(); for (let i = 0; i < 100_000; i++) g.append(`h${i}`, "v"); for (let i = 0; i < 10; i++) await e.fetch("http://a/", { headers: g });
};
