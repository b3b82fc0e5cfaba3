//@ outcome: exceededCpu,exception
//@ args: --timeout 10s --loader LOADER --fuel 200000000
//@ cpu: 1
// The callback that is told that a child broke spins, once for each of hundreds of children.
export default async (a, env) => {
  for (let i = 0; i < 500; i++) {
    const e = env.LOADER.load({ mainModule: "m.js", modules: { "m.js": "import { abortIsolate } from 'cloudflare:workers'; export default { die() { abortIsolate('x') }, fn() { return () => 1 } }" } }).getEntrypoint();
    (await e.fn()).onRpcBroken(() => { for (let i = 0; i < 100_000; i++); });
    await e.die().catch(() => 0);
  }
};
