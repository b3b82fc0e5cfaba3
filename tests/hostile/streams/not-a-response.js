//@ outcome: ok
//@ value: true
//@ args: --timeout 10s --loader LOADER
//@ cpu: 1
// Fetch handlers may answer anything: each answer is an error that the caller can catch.
export default async (a, env) => {
  for (const x of ["1", "null", "undefined", "{}", "new Response(null, { status: 101 })", "Object.create(Response.prototype)", "new Proxy(new Response('x'), {})", "{ status: 200, body: { source: () => 1 }, headers: [['\\r\\n', '\\0']] }", "Promise.reject(null)", "new Response(new ReadableStream({ pull() { throw { toString() { throw 1 } } } }))"]) {
    const e = env.LOADER.load({ mainModule: "m.js", modules: { "m.js": `export default { fetch() { return (${x}) } }` } }).getEntrypoint();
    try { await (await e.fetch("http://a/")).text(); } catch {}
  }
  return true;
};
