//@ outcome: ok
//@ args: --timeout 20s --loader LOADER
//@ value: "fine"
//@ rss: 300
//@ cpu: 3
// The parent gives a child's entrypoint props that hold the child's entrypoint, and the child keeps what it finds there.
const child = `import { WorkerEntrypoint } from "cloudflare:workers"; let kept; export default class extends WorkerEntrypoint { f() { kept = [this.ctx, this.ctx.props.me?.dup()]; return 1 } }`;
export default async (a, env) => {
  for (let i = 0; i < 1200; i++) {
    try { const w = env.LOADER.load({ mainModule: "m.js", modules: { "m.js": child } }); using me = w.getEntrypoint(); using e = w.getEntrypoint(null, { props: { me } }); await e.f(); } catch (e) { return `${i}: ${e.message}`; }
    if (i % 50 === 0) await new Promise((r) => setTimeout(r, 2));
  }
  return "fine";
};
