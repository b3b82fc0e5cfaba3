//@ outcome: ok,exceededCpu
//@ args: --loader LOADER --timeout 20s
//@ cpu: 3
// Texts that a parser reads twice at each level, because they may be two things: two to the power of their depth.
const n = 40, r = (s, m = n) => s.repeat(m);
const texts = [
  `let a = ${r("(a = ")}1${r(")")}`, `let a = ${r("(b, c = ")}1${r(") => 1")}`, `let a = ${r("a ? (b) : c => ")}1`, `let a = ${r("a ? (b = ")}1${r(") : c")}`, `let a = ${r("a<b<")}1${r(">>(c)")}`,
  `let a = ${r("async (x = ")}1${r(")")}`, `let a = ${r("async <T>(x = ")}1${r(") => 1")}`, `let a = ${r("<T>(x: ")}1${r(")")}`, `let a = ${r("<T,>(x = ")}1${r(") => 1")}`, `let a = ${r("f<T>(")}1${r(")")}`,
  `let a = ${r("({ a: [b = ")}1${r("] })")}`, `let a = ${r("({ a = ")}1${r("})")}`, `let a: ${r("(a: (")}1${r(") => 1)")}`, `let a: ${r("(new () => ")}1${r(")")}`, `type A = ${r("A extends infer B extends ")}1${r(" ? 1 : 2")}`,
  `let a = ${r("b < (c > (")}1${r("))")}`, `let a = ${r("(a?: ")}1${r(") => 1")}`, `let a = ${r("(a?(b):")}1${r(")")}`, `let a = ${r("function* () { yield (")}1${r(")}")}`, `for (${r("(async of => ")}1${r(")")};;);`,
];
export default async (a, env) => { for (const text of texts) for (const name of ["m.ts", "m.tsx", "m.jsx"]) { try { await env.LOADER.load({ mainModule: name, modules: { [name]: text }, limits: { fuel: 30_000_000 } }).getEntrypoint().f(); } catch {} } };
