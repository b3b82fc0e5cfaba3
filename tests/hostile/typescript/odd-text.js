//@ outcome: ok
//@ value: true
//@ args: --loader LOADER --timeout 20s
//@ cpu: 2
// Halves of letters, byte order marks, ends of files in the middle of things, and regular expressions that are none.
export default async (a, env) => {
  const texts = ["\ud800", "let a = '\udfff'", "\ufeff\ufeff", "#!x\n#!", "/*", "`${", "'", "\"\\u{", "/[", "/a/\ud83d", "<a", "<a b='", "let \u{1d7d8}", "\u2028\u2029let\u00a0a", "\0", "type A = `", "enum {", "class { constructor(private", "@", "namespace", "let a: typeof import(", "a\u{e0001}b", "import type", "export =", "let a!: b!", "// @ts-nocheck\0".repeat(1000), "<!--", "-->", "let a = 1n.5e", "0x_", "\\u", "\\u{110000}"];
  for (const text of texts) for (const name of ["m.ts", "m.tsx", "m.jsx", "m.mts"]) { try { await env.LOADER.load({ mainModule: name, modules: { [name]: text } }).getEntrypoint().f(); } catch (e) { if (/panic|internal error|unreachable/i.test(e.message)) return `${name} ${JSON.stringify(text)}: ${e.message.slice(0, 200)}`; } }
  return true;
};
