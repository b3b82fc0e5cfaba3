//@ outcome: ok
//@ args: --timeout 20s --loader LOADER
//@ value: "fine"
//@ rss: 300
//@ cpu: 3
// A child is handed the stub of itself by its parent, and keeps it.
const child = `import { WorkerEntrypoint } from "cloudflare:workers"; let kept; export default class extends WorkerEntrypoint { take(x) { kept = x.dup(); return 1 } }`;
export default async (a, env) => {
  for (let i = 0; i < 1500; i++) {
    try { using e = env.LOADER.load({ mainModule: "m.js", modules: { "m.js": child } }).getEntrypoint(); await e.take(e); } catch (e) { return `${i}: ${e.message}`; }
    if (i % 50 === 0) await new Promise((r) => setTimeout(r, 2));
  }
  return "fine";
};
