//@ outcome: ok,limit,exception
//@ args: --timeout 20s --loader LOADER
//@ cpu: 3
// A child aborts with a reason of 20 MiB while ten thousand calls and watchers wait for it.
export default async (a, env) => {
  const e = env.LOADER.load({ mainModule: "m.js", modules: { "m.js": `import { abortIsolate } from "cloudflare:workers"; export default { wait: () => new Promise(() => {}), die() { abortIsolate("r".repeat(20 << 20)) } }` } }).getEntrypoint();
  const all = [];
  for (let i = 0; i < 4000; i++) { all.push(e.wait().catch(() => 1)); e.onRpcBroken(() => {}); }
  all.push(e.die().catch(() => 1));
  await Promise.race([Promise.all(all), new Promise((r) => setTimeout(r, 2000))]);
};
