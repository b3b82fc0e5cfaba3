//@ outcome: ok
//@ value: true
//@ args: --loader LOADER --timeout 20s
//@ cpu: 4
// Nesting of every kind, deep enough for any parser's stack, in every dialect: each is an error, and the host lives.
const n = 100_000, r = (s, m = n) => s.repeat(m);
const deep = {
  parentheses: `let a = ${r("(")}1${r(")")}`, arrays: `let a = ${r("[")}${r("]")}`, objects: `let a = ${r("{a:")}1${r("}")}`,
  sums: `let a = 1${r("+1")}`, members: `let a = b${r(".c")}`, calls: `let a = b${r("()")}`, elses: `if(a){}${r("else if(a){}")}`, not: `let a = ${r("!")}1`,
  types: `let a: ${r("[")}1${r("]")}`, generics: `let a: ${r("A<")}1${r(">")}`, conditionals: `type A = ${r("1 extends 2 ? 3 : ")}4`, unions: `type A = 1${r("|1")}`,
  arrays2: `let a: 1${r("[]")}`, functions: `let a: ${r("(a: ")}1${r(") => 1")}`, templates: `type A = ${r("\`\${")}1${r("}\`")}`, keyof: `type A = ${r("keyof ")}1`,
  namespaces: `${r("namespace A {")}${r("}")}`, dotted: `namespace A${r(".A")} {}`, blocks: `${r("{")}${r("}")}`, labels: `${r("a:")};`, arrows: `let a = ${r("a=>")}1`, asserted: `let a = 1${r(" as any")}`,
  bangs: `let a = b${r("!")}`, satisfied: `let a = 1${r(" satisfies 1")}`, classes: `let a = ${r("class {x=")}1${r("}")}`, awaits: `async () => ${r("await ")}1`, decorators: `${r("@a ")}class A {}`, casts: `let a = ${r("<a>")}1`,
  jsx: `let a = ${r("<a>")}${r("</a>")}`, attributes: `let a = ${r("<a b={")}1${r("}/>")}`, fragments: `let a = ${r("<>")}${r("</>")}`, spread: `let a = ${r("[...")}1${r("]")}`, exponents: `let a = 1${r("**1")}`, commas: `let a = (1${r(",1")})`,
  assignments: `let a = ${r("b=")}1`, destructured: `let ${r("[")}a${r("]")} = b`, optional: `let a = b${r("?.c")}`, strings: `let a = ${r("\`\${")}1${r("}\`")}`, news: `let a = ${r("new ")}b`, ternaries: `let a = ${r("1?2:")}3`, imports: `${r("import(")}${r(")")}`,
};
export default async (a, env) => {
  for (const [kind, text] of Object.entries(deep)) {
    for (const name of ["m.ts", "m.tsx", "m.jsx"]) {
      const e = env.LOADER.load({ mainModule: name, modules: { [name]: text }, limits: { fuel: 30_000_000 } }).getEntrypoint();
      try { await e.f(); } catch (x) { if (/panic|internal error/i.test(x.message)) return `${kind} ${name}: ${x.message.slice(0, 200)}`; }
    }
  }
  return true;
};
