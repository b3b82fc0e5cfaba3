//@ outcome: ok,limit,exception
//@ args: --timeout 20s --loader LOADER --fuel 1000000000
//@ cpu: 1
// Children load workers of TypeScript, so that each of thirty has a hundred million operations of its own for that.
const mid = "export default { async f(src, env) { for (let i = 0; i < 20; i++) await env.L.load({ mainModule: 'm.ts', modules: { 'm.ts': src } }).getEntrypoint().f().catch(() => 0) } }";
export default async (a, env) => {
  const src = "type T<A> = { a: A[], b?: (x: string) => void };\n".repeat(20_000) + "f(", all = [];
  for (let i = 0; i < 30; i++) all.push(env.LOADER.load({ mainModule: "m.js", modules: { "m.js": mid }, env: { L: env.LOADER } }).getEntrypoint().f(src).catch(() => 0));
  await Promise.all(all);
};
