//@ outcome: ok,limit,exception
//@ args: --loader LOADER --timeout 20s
//@ cpu: 3
// Constructors with ten thousand parameter properties, decorators and overloads, and a class with as many private names.
export default async (a, env) => {
  const many = (f, n = 10_000) => Array.from({ length: n }, (_, i) => f(i)).join("");
  const texts = [`class A { constructor(${many((i) => `public readonly a${i}: number = ${i},`)}) {} }`, `class A { ${many((i) => `#a${i}: number; declare b${i}; static { } accessor c${i} = 1;`)} }`, `class A { ${many((i) => `f(a: ${i}): void;`)} f(a) {} }`, many((i) => `@d(${i})\n`) + "class A {}", `abstract class A<${many((i) => `T${i} extends {} = {},`)}> {}`];
  for (const text of texts) await env.LOADER.load({ mainModule: "m.ts", modules: { "m.ts": text } }).getEntrypoint().f().catch(() => 0);
};
