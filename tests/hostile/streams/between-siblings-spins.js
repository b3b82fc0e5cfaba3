//@ outcome: exceededCpu,exception,ok
//@ args: --timeout 10s --loader LOADER --fuel 100000000
//@ cpu: 1
// One child's stream goes to another, which reads on when its call is over; both spin for each chunk.
export default async (a, env) => {
  const load = () => env.LOADER.load({ mainModule: "m.js", modules: { "m.js": "const spin = () => { for (let i = 0; i < 50_000; i++); }; export default { s() { return new ReadableStream({ pull(c) { spin(); c.enqueue(new Uint8Array(1)) } }, { highWaterMark: 0 }) }, read(s) { (async () => { for await (const x of s) spin() })(); return 1 } }" } }).getEntrypoint();
  for (let i = 0; i < 20; i++) await load().read(await load().s());
  for (let i = 0; i < 1000; i++) await new Promise((r) => setTimeout(r, 2));
};
