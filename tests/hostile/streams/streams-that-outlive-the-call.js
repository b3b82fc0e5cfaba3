//@ outcome: ok
//@ args: --timeout 3s --loader LOADER
//@ cpu: 2
//@ late: 250
// Children hand streams to one another and pump on when the parent has returned.
const pump = "export default { give() { return new ReadableStream({ async pull(c) { await new Promise(r => setTimeout(r, 1)); c.enqueue(new Uint8Array(1000)) } }) }, pump(s) { (async () => { for await (const x of s); })() } }";
export default async (a, env) => {
  const make = () => env.LOADER.load({ mainModule: "m.js", modules: { "m.js": pump } }).getEntrypoint();
  for (let i = 0; i < 40; i++) await make().pump(await make().give());
};
