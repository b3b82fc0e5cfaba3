//@ outcome: exceededCpu,exception
//@ args: --timeout 10s --loader LOADER --fuel 100000000
//@ cpu: 1
// The disposers are a child's, and the parent lets go of what it was given.
export default async (a, env) => {
  const code = `import { WorkerEntrypoint, RpcTarget } from "cloudflare:workers"; class D extends RpcTarget { [Symbol.dispose]() { for (let i = 0; i < 100_000; i++); } } export default class extends WorkerEntrypoint { get() { return new D() } }`;
  const e = env.LOADER.load({ mainModule: "m.js", modules: { "m.js": code } }).getEntrypoint();
  for (let i = 0; i < 9000; i++) { const s = await e.get(); s[Symbol.dispose](); }
};
