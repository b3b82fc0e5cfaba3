//@ outcome: ok,limit,exception
//@ args: --loader LOADER --timeout 20s
//@ cpu: 3
// A line of 20 MiB does not parse; the error shows that line, and five hundred calls hear of it.
export default async (a, env) => {
  for (const name of ["m.js", "m.ts"]) {
    const e = env.LOADER.load({ mainModule: name, modules: { [name]: `const a = "${"x".repeat(20 << 20)}" = 1; )` } }).getEntrypoint(), all = [];
    for (let i = 0; i < 500; i++) all.push(e.f(i).catch((x) => x.message.length < 10_000));
    if (!(await Promise.all(all)).every((x) => x === true)) throw new Error("a long message");
  }
};
