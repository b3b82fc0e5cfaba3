//@ outcome: ok,limit,exception
//@ args: --timeout 20s --loader LOADER
//@ cpu: 3
// The reason for cancelling is 8 MiB, told to nine hundred sources of one child.
export default async (a, env) => {
  const e = env.LOADER.load({ mainModule: "m.js", modules: { "m.js": "export default { s() { return new ReadableStream({ cancel() { return new Promise(r => setTimeout(r, 300)) } }) } }" } }).getEntrypoint();
  const all = [], reason = new Error("x".repeat(8 << 20));
  for (let i = 0; i < 900; i++) { const s = await e.s(); all.push(s.cancel(reason).catch(() => 0)); if (i % 4 === 0) await new Promise((r) => setTimeout(r, 0)); }
  await Promise.all(all);
};
