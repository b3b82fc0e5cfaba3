//@ outcome: exceededCpu,exception,ok
//@ args: --timeout 10s --loader LOADER --fuel 100000000
//@ cpu: 1
// Children have returned, and their timers spin on; the parent goes on calling others.
export default async (a, env) => {
  const code = "export default { f() { setInterval(() => { for (let i = 0; i < 100_000; i++); }, 0); return 1 } }";
  const e = env.LOADER.load({ mainModule: "m.js", modules: { "m.js": code } }).getEntrypoint();
  for (let i = 0; i < 1500; i++) { await e.f(); await new Promise((r) => setTimeout(r, 1)); }
};
