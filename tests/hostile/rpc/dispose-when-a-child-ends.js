//@ outcome: exceededCpu,exception,ok
//@ args: --timeout 10s --loader LOADER --fuel 100000000
//@ cpu: 1
// Each child keeps a stub of the parent's and ends: the parent's disposers run because a sandbox was dropped.
import { WorkerEntrypoint, RpcTarget } from "cloudflare:workers";
class D extends RpcTarget { [Symbol.dispose]() { for (let i = 0; i < 100_000; i++); } }
export default async (a, env) => {
  for (let i = 0; i < 2000; i++) { using e = env.LOADER.load({ mainModule: "m.js", modules: { "m.js": "let kept; export default { take(x) { kept = x.dup() } }" } }).getEntrypoint(); await e.take(new D()); if (i % 100 === 0) await new Promise((r) => setTimeout(r, 1)); }
};
