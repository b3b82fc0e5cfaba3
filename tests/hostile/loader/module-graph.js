//@ outcome: ok,limit,exception,loadFailed
//@ args: --timeout 20s --loader LOADER
//@ cpu: 3
// Five thousand modules import each other in a chain and in a circle.
export default async (a, env) => {
  const n = 5000, modules = {};
  for (let i = 0; i < n; i++) modules[`${i}.js`] = `import "./${(i + 1) % n}.js"; import "./${(i * 7) % n}.js"; export * from "./${(i * 13 + 1) % n}.js"; export default { f: () => 1 }`;
  for (let i = 0; i < 5; i++) await env.LOADER.load({ mainModule: "0.js", modules }).getEntrypoint().f();
};
