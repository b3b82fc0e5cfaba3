//@ outcome: ok
//@ args: --timeout 20s --loader LOADER
//@ value: "fine"
//@ cpu: 1
// A child aborts while it is loaded, in a tail, in a disposer, in a getter, in a timer, in a source, and while its result is written down.
const head = "import { abortIsolate, WorkerEntrypoint, RpcTarget } from 'cloudflare:workers'; class D extends RpcTarget { [Symbol.dispose]() { abortIsolate('dispose') } get x() { abortIsolate('getter') } }\n";
const bodies = ["abortIsolate('top'); export default {}", "export default { f() { return { get x() { abortIsolate('result') } } } }", "export default { f() { setTimeout(() => abortIsolate('timer'), 0); return 1 } }", "export default { f() { return new ReadableStream({ pull() { abortIsolate('pull') } }) } }", "export default { f() { return new D() }, tail() { abortIsolate('tail') } }", "export default { f() { throw { toString() { abortIsolate('thrown') }, get message() { abortIsolate('message') } } } }", "export default { f() { console.log({ get x() { abortIsolate('log') } }); return 1 } }", "await null; abortIsolate(); export default {}"];
export default async (a, env) => {
  for (const body of bodies) {
    const e = env.LOADER.load({ mainModule: "m.js", modules: { "m.js": head + body } }).getEntrypoint();
    try { const x = await e.f(); await x.x; await x.getReader?.().read(); x[Symbol.dispose]?.(); } catch {}
    try { await env.LOADER.load({ mainModule: "m.js", modules: { "m.js": "export default { f: () => 1 }" }, tails: [e] }).getEntrypoint().f(); } catch {}
    await new Promise((r) => setTimeout(r, 2));
  }
  return "fine";
};
