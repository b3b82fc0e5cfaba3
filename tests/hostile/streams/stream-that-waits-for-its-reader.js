//@ outcome: ok
//@ args: --timeout 20s --loader LOADER
//@ value: "fine"
//@ rss: 300
//@ cpu: 3
// Two children each read the stream that the other one writes, and nobody else has either.
const code = "let kept; export default { give() { return new ReadableStream({ pull() { return new Promise(() => {}) } }) }, take(s) { kept = s.getReader(); kept.read().catch(() => 0) } }";
export default async (a, env) => {
  const load = () => env.LOADER.load({ mainModule: "m.js", modules: { "m.js": code } }).getEntrypoint();
  for (let i = 0; i < 1000; i++) {
    try { using x = load(); using y = load(); await y.take(await x.give()); await x.take(await y.give()); } catch (e) { return `${i}: ${e.message}`; }
    if (i % 50 === 0) await new Promise((r) => setTimeout(r, 2));
  }
  return "fine";
};
