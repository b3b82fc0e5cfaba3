//@ outcome: ok,limit,exception,loadFailed
//@ args: --timeout 20s --loader LOADER
//@ cpu: 3
// Two hundred thousand modules without text, and a few whose names are mebibytes of "../".
export default async (a, env) => {
  const modules = Object.fromEntries(Array.from({ length: 200_000 }, (_, i) => [`a/${i}.js`, ""]));
  modules["m.js"] = "export default { f: () => 1 }";
  for (let i = 0; i < 5; i++) modules["../".repeat(300_000) + i + ".js"] = "";
  for (let i = 0; i < 5; i++) await env.LOADER.load({ mainModule: "m.js", modules }).getEntrypoint().f();
};
