//@ outcome: ok,limit,exception
//@ args: --timeout 20s --loader LOADER
//@ cpu: 3
// The callback of a get fails with 4 MiB, and a thousand gets of the same id wait for it.
export default async (a, env) => {
  const all = [];
  for (let i = 0; i < 1000; i++) all.push(env.LOADER.get("one", async () => { const e = new Error("no"); e.big = new Uint8Array(4 << 20); await new Promise((r) => setTimeout(r, 20)); throw e; }).getEntrypoint().f().catch(() => 1));
  await Promise.all(all);
};
