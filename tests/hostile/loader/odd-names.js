//@ outcome: ok
//@ args: --loader LOADER
//@ value: "fine"
//@ cpu: 1
// Names that mean something to an object, a path or a machine.
export default async (a, env) => {
  const names = ["__proto__", "constructor", "..", ".", "/", "/etc/passwd", "../../../../etc/passwd", "file:///etc/passwd", "C:\\x", "http://a/m", "data:text/javascript,1", "node:fs", "cloudflare:workers", "isolet:workers", "a\0b", "%2e%2e/x", "", " ", "#", "?", "con", "\ud800"];
  for (const name of names) {
    try { await env.LOADER.load({ mainModule: name, modules: { [name]: { js: "export default { f: () => 1 }" } } }).getEntrypoint().f(); } catch {}
    try { const got = await env.LOADER.load({ mainModule: "m.js", modules: { "m.js": `import * as x from ${JSON.stringify(name)}; export default { f: () => Object.keys(x).join() }` } }).getEntrypoint().f(); if (!/workers|node:/.test(name)) return `${name}: ${got}`; } catch {}
    try { const got = await import(name); if (!/workers|node:/.test(name)) return `${name} here: ${Object.keys(got)}`; } catch {}
  }
  return "fine";
};
