//@ outcome: ok,exceededCpu,exception
//@ args: --timeout 20s --loader LOADER --fuel 1000000000
//@ cpu: 1
// The same with forty workers at a time, so that nobody's limit is seen before all have begun.
export default async (a, env) => {
  const src = "type T<A> = { a: A[], b?: (x: string) => void };\n".repeat(8000) + "f(";
  for (let i = 0; i < 20; i++) await Promise.all(Array.from({ length: 40 }, () => env.LOADER.load({ mainModule: "m.ts", modules: { "m.ts": src } }).getEntrypoint().f().catch(() => 0)));
};
