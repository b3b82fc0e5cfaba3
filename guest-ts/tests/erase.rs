//! Syntax that is erased in place. The program means the same afterwards.

mod support;

use isolet_guest_ts::transpile::{Dialect, Options, transpile};
use support::{erased, same_meaning};

/// Erases and compares with the text expected; `·` in the expectation stands
/// for each erased column, to make them countable.
#[track_caller]
fn check(source: &str, expected: &str) {
    let code = erased(source);
    assert_eq!(code.replace(' ', "·"), expected.replace(' ', "·"), "in {source:?}");
    same_meaning(source);
}

#[test]
fn annotations() {
    check("let a: number = 1;", "let a         = 1;");
    check("let a!: number;", "let a         ;");
    check(
        "function f(a?: string, ...b: T[]): void {}",
        "function f(a         , ...b     )       {}",
    );
    check("const f = async (a: A): Promise<B> => a;", "const f = async (a   )             => a;");
    check("try {} catch (e: unknown) {}", "try {} catch (e         ) {}");
    check("for (const x of y as T[]) z;", "for (const x of y       ) z;");
    check("function f(this: Window, a: b) {}", "function f(              a   ) {}");
    check("function f(this: Window) {}", "function f(            ) {}");
    check("const o = { m<T>(a: T): T { return a } };", "const o = { m   (a   )    { return a } };");
    check("const { a, b }: { a: A; b: B } = c;", "const { a, b }                 = c;");
}

#[test]
fn expressions() {
    check("a = b as C;", "a = b     ;");
    check("a = b as C as D;", "a = b          ;");
    check("a = {} satisfies D;", "a = {}            ;");
    check("a = b as const;", "a = b         ;");
    check("a!.b!();", "a .b ();");
    check("a?.b!.c;", "a?.b .c;");
    check("(a as any) = 1;", "(a       ) = 1;");
    check("(a as any)++;", "(a       )++;");
    check("a = <T>b;", "a =    b;");
    check("a = <T>(<U>b);", "a =    (   b);");
    check("f<A, B<C>>(x);", "f         (x);");
    check("new F<A>;", "new F   ;");
    check("f?.<A>(x);", "f?.   (x);");
    check("f<A>`x`;", "f   `x`;");
    check("a = f<A>;", "a = f   ;");
    check("a = b as any / 2;", "a = b        / 2;");
    check("a = <T,>(x: T) => x;", "a =     (x   ) => x;");
}

#[test]
fn await_without_imports_and_exports() {
    check("a = await <T>b;", "a = await    b;");
    check("a = await <T>b(c as D);", "a = await    b(c     );");
    check("a = await /b/g.test(c as D);", "a = await /b/g.test(c     );");
    check("for await (const a of b as C[]);", "for await (const a of b       );");
}

#[test]
fn statements() {
    check("interface A { b: c }\nx;", "                    \nx;");
    check("type A = {\n  b: c;\n};\nx;", "          \n       \n  \nx;");
    check("declare const a: b, c: d;\nx;", "                         \nx;");
    check("declare function f(): void;x", "                           x");
    check("declare class A { b(): c }\nx", "                          \nx");
    check("declare enum A { B }\nx", "                    \nx");
    check("declare const enum A { B }\nx", "                          \nx");
    check("declare module 'a' { const b: c }\nx", "                                 \nx");
    check("declare global { var a: b }\nx", "                           \nx");
    check("namespace A { export type B = C }\nx", "                                 \nx");
    check("declare namespace A { const b: c }\nx", "                                  \nx");
    check("export as namespace A;\nx", "                      \nx");
    check("function f(): void;\nfunction f() {}", "                   \nfunction f() {}");
    check(
        "export function f(): void;\nexport function f() {}",
        "                          \nexport function f() {}",
    );
    check(
        "export default function f(): void;\nexport default function f() {}",
        "                                  \nexport default function f() {}",
    );
    check("export default interface A {}\nx", "                             \nx");
    check("abstract class A {}", "         class A {}");
    check("export abstract class A {}", "export          class A {}");
    check("export default abstract class A {}", "export default          class A {}");
}

#[test]
fn classes() {
    check(
        "class A<T> extends B<T> implements C<T>, D { }",
        "class A    extends B                       { }",
    );
    check("class A /* implements */ implements B {}", "class A /* implements */              {}");
    check(
        "class A { private static readonly a = 1; }",
        "class A {         static          a = 1; }",
    );
    check(
        "class A { public get a(): b { return 1 } }",
        "class A {        get a()    { return 1 } }",
    );
    check("class A { a?: b; c!: d; }", "class A { a    ; c    ; }");
    check("class A { ['a']?: b; f?() {} }", "class A { ['a']    ; f () {} }");
    check("class A { readonly: boolean = true }", "class A { readonly          = true }");
    check("class A extends B { override f() {} }", "class A extends B {          f() {} }");
    check(
        "abstract class A { abstract a: b; abstract c(): d; e() {} }",
        "         class A {                                 e() {} }",
    );
    check("class A { [key: string]: any; a = 1 }", "class A {                     a = 1 }");
    check("class A { declare a: b; c = 1 }", "class A {               c = 1 }");
    check(
        "class A { constructor(a: b); constructor() {} }",
        "class A {                    constructor() {} }",
    );
    check("class A { f(): void; f() {} }", "class A {            f() {} }");
    check(
        "class A { #a: b = 1; static { let c: d; } }",
        "class A { #a    = 1; static { let c   ; } }",
    );
}

#[test]
fn modules() {
    check("import type { A } from 'a';\nx;", "                           \nx;");
    check("import { type A, b } from 'a';\nb;", "import {         b } from 'a';\nb;");
    check("import { b, type A } from 'a';\nb;", "import { b,        } from 'a';\nb;");
    check("import { A, b } from 'a';\nb as A;", "import {    b } from 'a';\nb     ;");
    check("import { A } from 'a';\nlet b: A;", "                      \nlet b   ;");
    check("import A, { b } from 'a';\nb as A;", "import    { b } from 'a';\nb     ;");
    check("import a, { B } from 'a';\na as B;", "import a, {   } from 'a';\na     ;");
    check("import a, * as B from 'a';\na as B.C;", "import a         from 'a';\na       ;");
    check("import * as A from 'a';\nlet b: A.B;", "                       \nlet b     ;");
    check("import 'a';", "import 'a';");
    assert_eq!(erased("import {} from 'a';"), "import {} from 'a';");
    check("import { a } from 'a';\nexport { a };", "import { a } from 'a';\nexport { a };");
    check(
        "import { a } from 'a';\ntype B = typeof a;",
        "                      \n                  ",
    );
    check(
        "import a from 'a.json' with { type: 'json' };\na;",
        "import a from 'a.json' with { type: 'json' };\na;",
    );
    check("export type { A } from 'a';\nx", "                           \nx");
    check("export type * from 'a';\nx", "                       \nx");
    check("export { type A, b } from 'a';", "export {         b } from 'a';");
    check("export { type A, type B } from 'a';", &" ".repeat(35));
    check("export {} from 'a';", "export {} from 'a';");
    check(
        "interface A {}\nconst b = 1;\nexport { A, b };",
        "              \nconst b = 1;\nexport {    b };",
    );
    check("interface A {}\nexport default A;\nx", "              \n                 \nx");
    // Shadowed: the only value of this name is another one.
    check(
        "import { A } from 'a';\nfunction f(A) { return A }",
        "                      \nfunction f(A) { return A }",
    );
}

#[test]
fn lines_that_would_join() {
    check("a = b\ninterface C {}\n(d)()", "a = b\n;             \n(d)()");
    check("a = b\ntype C = D\n[d].e()", "a = b\n;         \n[d].e()");
    check("a = b\ntype C = D\n`d`", "a = b\n;         \n`d`");
    check("a = b as C\n(d)()", "a = b ;   \n(d)()");
    check("a = b as C // e\n/* f */ [d].e()", "a = b ;    // e\n/* f */ [d].e()");
    check("a = b satisfies C\n`d`", "a = b ;          \n`d`");
    check("export default {} satisfies C\n(d)()", "export default {} ;          \n(d)()");
    check("a = b\ninterface C {}\n<T>(d: T) => d", "a = b\n;             \n   (d   ) => d");
    check("if (a) b as C\nelse d", "if (a) b     \nelse d");
    check("a = b as C\nd", "a = b     \nd");
    check("class A { a = 1\n public ['b'] = 2 }", "class A { a = 1\n ;      ['b'] = 2 }");
    check("class A { a = 1\n public *b() {} }", "class A { a = 1\n ;      *b() {} }");
    check(
        "class A { a = 1\n declare b: c\n ['d'] = 2 }",
        "class A { a = 1\n ;           \n ['d'] = 2 }",
    );
    check("class A { a = b as C\n ['d'] = 2 }", "class A { a = b ;   \n ['d'] = 2 }");
    check("class A { get: string\n b() {} }", "class A { get;       \n b() {} }");
    check("class A { static: string\n b() {} }", "class A { static;       \n b() {} }");
    check("class A { a = 1\n public in = 2 }", "class A { a = 1\n ;      in = 2 }");
}

#[test]
fn arrows_over_several_lines() {
    check("a = (b)\n: C => b", "a = (b \n  ) => b");
    check("a = (b): {\n  c: D\n} => b", "a = (b    \n      \n) => b");
    check("a = async <\nT\n>(b: T) => b", "a = async (\n \n  b   ) => b");
    check("function f() { return <\nT>(b: T) => b }", "function f() { return (\n   b   ) => b }");
    check("a = async (b): Promise<\nC> => b", "a = async (b           \n ) => b");
}

#[test]
fn columns_of_wide_characters() {
    check("let a: 'é\u{1f600}' = 1, b = 2;", "let a        = 1, b = 2;");
    check("/* \u{1f600} */ a = b as \u{e9};", "/* \u{1f600} */ a = b     ;");
    check("type A = {\r\n  a: b\u{2028} }\r\nx", "          \r\n      \u{2028}  \r\nx");
}

#[test]
fn javascript_stays_as_it_is() {
    for source in [
        "",
        "a;\n",
        "#!/usr/bin/env node\na\n",
        "const a = b < c && d > (e);",
        "a ? (b) : c => d;",
        "class A { #a = 1; static b; get c() { return this.#a } }",
        "export * from 'a';",
        "export { a } from 'b';",
        "import a from 'b'; a;",
        "label: for (;;) break label;",
    ] {
        check(source, source);
    }
}

#[test]
fn plain_javascript_has_no_types() {
    let options = Options::default();
    let javascript = |text: &str| transpile(Dialect::JavaScript, text.to_owned(), &options);
    let source = "import a from 'a'; await a;";
    assert_eq!(javascript(source).map(|it| it.code).as_deref(), Ok(source));
    let error = javascript("let a: b;\n").expect_err("a type");
    assert_eq!((error.position.line, error.position.column), (1, 6));
    assert!(javascript("a = <b/>;").is_err());
}
