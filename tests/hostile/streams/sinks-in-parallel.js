//@ outcome: ok,limit,exception
//@ args: --timeout 10s --loader LOADER
//@ cpu: 3
// Nine hundred sinks each have 256 KiB under way that nobody takes.
export default async (a, env) => {
  const e = env.LOADER.load({ mainModule: "m.js", modules: { "m.js": "export default { w() { return new WritableStream({ write() { return new Promise((r) => setTimeout(r, 400)) } }) } }" } }).getEntrypoint();
  const chunk = new Uint8Array(256 << 10), all = [];
  for (let i = 0; i < 900; i++) { const w = (await e.w()).getWriter(); all.push(w.write(chunk).catch(() => 0)); }
  await Promise.all(all);
};
