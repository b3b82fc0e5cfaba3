//@ outcome: exceededCpu,exception
//@ args: --timeout 10s --loader LOADER --fuel 200000000
//@ cpu: 1
// Reading a property of a stub runs a getter in the callee, which spins on the reader's account.
export default async (a, env) => {
  const code = `import { WorkerEntrypoint } from "cloudflare:workers"; export default class extends WorkerEntrypoint { get x() { for (let i = 0; i < 100_000; i++); return 1 } }`;
  const e = env.LOADER.load({ mainModule: "m.js", modules: { "m.js": code } }).getEntrypoint();
  for (let i = 0; i < 5000; i++) await e.x;
};
