//@ outcome: ok
//@ args: --timeout 20s --loader LOADER
//@ value: "fine"
//@ rss: 300
//@ cpu: 4
// Three children hold one another in a ring, by entrypoints and callbacks.
const child = `const kept = []; export default { take(...x) { for (const y of x) kept.push(y.dup()); return 1 }, give() { return () => kept } }`;
export default async (a, env) => {
  const load = () => env.LOADER.load({ mainModule: "m.js", modules: { "m.js": `import { WorkerEntrypoint } from "cloudflare:workers"; const kept = []; export default class extends WorkerEntrypoint { take(...x) { for (const y of x) kept.push(y.dup()); return 1 } give() { return () => kept } }` } }).getEntrypoint();
  for (let i = 0; i < 800; i++) {
    try {
      using x = load(); using y = load(); using z = load();
      using f = await x.give(); using g = await y.give(); using h = await z.give();
      await Promise.all([x.take(g, y), y.take(h, z), z.take(f, x)]);
    } catch (e) { return `${i}: ${e.message}`; }
    if (i % 50 === 0) await new Promise((r) => setTimeout(r, 2));
  }
  return "fine";
};
