//@ outcome: ok
//@ value: []
//@ args: --timeout 10s --loader LOADER
//@ cpu: 1
// Names that belong to the machinery reach nothing in another sandbox.
export default async (a, env) => {
  const e = env.LOADER.load({ mainModule: "m.js", modules: { "m.js": `import { WorkerEntrypoint } from "cloudflare:workers"; export default class extends WorkerEntrypoint { #p = 1; own = 2; f() { return 3 } }` } }).getEntrypoint();
  const got = [];
  // The members that every object has are the stub's own, and ask nobody.
  for (const n of ["__defineGetter__", "hasOwnProperty", "valueOf"]) {
    if (e[n] !== Object.prototype[n]) got.push(n);
  }
  for (const n of ["own", "#p", "env", "ctx", "prototype", "loopback", "watch", "getEntrypoint", "Symbol(Symbol.dispose)", ""]) {
    try { const v = await e[n]; if (v !== undefined) got.push(n); } catch {}
    try { await e[n]("f", 1); got.push(`${n}()`); } catch {}
   
  }
  return got;
};
