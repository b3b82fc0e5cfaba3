//@ outcome: ok,limit,exception
//@ args: --timeout 20s --loader LOADER --fuel 1000000000
//@ cpu: 2
// One worker of a thousand TypeScript modules, each of which costs what one may; and the same by import() at run time.
export default async (a, env) => {
  const heavy = "type T<A> = { a: A[], b?: (x: string) => void };\n".repeat(4000), modules = {};
  for (let i = 0; i < 60; i++) modules[`m${i}.ts`] = `${heavy} export const a${i} = 1;`;
  modules["m.js"] = "export default { async f() { let n = 0; for (let i = 0; i < 60; i++) n += Object.keys(await import(`./m${i}.ts`)).length; return n } }";
  for (let i = 0; i < 10; i++) await env.LOADER.load({ mainModule: "m.js", modules }).getEntrypoint().f().catch(() => 0);
};
