//@ outcome: ok
//@ alone: true
//@ args: --timeout 20s --loader LOADER
//@ value: true
//@ cpu: 3
// A neighbour's timer fires in time beside forty children that spin.
export default async (a, env) => {
  for (let i = 0; i < 40; i++) env.LOADER.load({ mainModule: "m.js", modules: { "m.js": "export default { f() { for (;;); } }" }, limits: { fuel: 300_000_000 } }).getEntrypoint().f().catch(() => 0);
  let worst = 0, last = Date.now();
  for (let i = 0; i < 50; i++) { await new Promise((r) => setTimeout(r, 1)); const now = Date.now(); worst = Math.max(worst, now - last); last = now; }
  return worst < 500;
};
