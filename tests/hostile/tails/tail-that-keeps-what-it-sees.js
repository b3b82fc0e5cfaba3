//@ outcome: ok
//@ args: --timeout 20s --loader LOADER
//@ value: "fine"
//@ rss: 300
//@ cpu: 3
// The logged values are stubs, and the tail keeps every event; the watched child has the tail's stub in its env.
const T = `import { WorkerEntrypoint } from "cloudflare:workers"; globalThis.kept = []; export default class extends WorkerEntrypoint { tail(x) { kept.push(x, x[0]?.logs) } }`;
const C = "globalThis.kept = []; export default { f(x, env) { kept.push(x.dup(), env.T); console.log(x, env.T, () => kept); return () => kept } }";
export default async (a, env) => {
  for (let i = 0; i < 700; i++) {
    try {
      using t = env.LOADER.load({ mainModule: "m.js", modules: { "m.js": T } }).getEntrypoint();
      using e = env.LOADER.load({ mainModule: "m.js", modules: { "m.js": C }, env: { T: t }, tails: [t] }).getEntrypoint();
      using f = await e.f(t);
    } catch (e) { return `${i}: ${e.message}`; }
    if (i % 50 === 0) await new Promise((r) => setTimeout(r, 3));
  }
  return "fine";
};
