//@ outcome: ok
//@ args: --timeout 20s --loader LOADER
//@ value: "fine"
//@ rss: 300
//@ cpu: 3
// A child throws an error that holds a function of its own; the parent hands the error back, and the child keeps it.
const child = `import { WorkerEntrypoint } from "cloudflare:workers"; let kept; export default class extends WorkerEntrypoint { boom() { throw Object.assign(new Error("x"), { f: () => kept }) } take(e) { kept = [e, e.f?.dup?.()]; return 1 } }`;
export default async (a, env) => {
  for (let i = 0; i < 1200; i++) {
    try { using e = env.LOADER.load({ mainModule: "m.js", modules: { "m.js": child } }).getEntrypoint(); let x; try { await e.boom(); } catch (y) { x = y; } await e.take(x); x.f?.[Symbol.dispose]?.(); } catch (e) { return `${i}: ${e.message}`; }
    if (i % 50 === 0) await new Promise((r) => setTimeout(r, 2));
  }
  return "fine";
};
