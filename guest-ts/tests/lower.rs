//! What is transformed and printed anew, with a source map.

mod support;

use isolet_guest_ts::transpile::{Dialect, Mapping, transpile};
use support::{error, lowered};

#[track_caller]
fn check(source: &str, expected: &str) {
    assert_eq!(lowered(source).code.trim_end(), expected, "in {source:?}");
}

#[test]
fn enums() {
    check(
        "enum A { B = 1, C, D = 'd', E = B << 2 }",
        "var A = function(A) {\n\tA[A[\"B\"] = 1] = \"B\";\n\tA[A[\"C\"] = 2] = \"C\";\n\tA[\"D\"] = \"d\";\n\tA[A[\"E\"] = 4] = \"E\";\n\treturn A;\n}(A || {});",
    );
}

#[test]
fn parameter_properties() {
    check(
        "class A { b = 1; constructor(private c: number, readonly d = 2) {} }",
        "class A {\n\tc;\n\td;\n\tb = 1;\n\tconstructor(c, d = 2) {\n\t\tthis.c = c;\n\t\tthis.d = d;\n\t}\n}",
    );
}

#[test]
fn namespaces() {
    check(
        "namespace A { export const b = 1 }",
        "let A;\n(function(_A) {\n\tconst b = _A.b = 1;\n})(A || (A = {}));",
    );
}

#[test]
fn precedence_that_erasing_would_change() {
    check("x = a ** b as any ** c;", "x = (a ** b) ** c;");
    check("x = -a as any ** c;", "x = (-a) ** c;");
}

#[test]
fn assertions_that_erasing_would_change() {
    check("f = () => <T>{ a: 1 };", "f = () => ({ a: 1 });");
    check("function f() { return <\nT>a }", "function f() {\n\treturn a;\n}");
    check("<any>function () {};", "(function() {});");
}

#[test]
fn strings_that_erasing_would_make_directives() {
    check("\"use strict\" as A;", "(\"use strict\");");
    check(
        "function f(a = 1) { 'use strict'! satisfies B; }",
        "function f(a = 1) {\n\t(\"use strict\");\n}",
    );
    check("<A>'x';", "(\"x\");");
}

#[test]
fn imports_of_types_go() {
    check(
        "import { A, b } from 'a';\nenum E {}\nlet c: A = b;",
        "import { b } from \"a\";\nvar E = function(E) {\n\treturn E;\n}(E || {});\nlet c = b;",
    );
}

#[test]
fn modern_syntax_stays() {
    let code = lowered("enum E {}\nclass A { a; b = 1; #c; static { a ??= b?.c ** 2 } }").code;
    assert!(code.contains("a;") && code.contains("b = 1;") && code.contains("#c;"), "{code}");
    assert!(code.contains("a ??= b?.c ** 2"), "{code}");
}

#[test]
fn no_helper_is_imported() {
    let source = "enum E {}\nclass A { constructor(private a) { super(); } }\nasync function* f() { yield* {...a} }";
    assert!(!lowered(source).code.contains("import"), "{}", lowered(source).code);
    let jsx = transpile(Dialect::Jsx, "x = <A {...b} c='d'>{...e}</A>;".to_owned());
    assert!(jsx.is_ok_and(|it| !it.code.contains("import")));
}

#[test]
fn jsx_is_classic() {
    let jsx = |source: &str| transpile(Dialect::Tsx, source.to_owned()).map(|it| it.code);
    assert_eq!(
        jsx("let x: T = <a b='c'>d{e}</a>;").as_deref(),
        Ok("let x = React.createElement(\"a\", { b: \"c\" }, \"d\", e);\n")
    );
    assert_eq!(
        jsx("/** @jsx h\n @jsxFrag F */\nimport { h, F, T } from 'p'; x = <><A/></> as T;")
            .as_deref(),
        Ok("import { h, F } from \"p\";\nx = h(F, null, h(A, null));\n")
    );
    assert_eq!(jsx("let a: b = 1;").as_deref(), Ok("let a    = 1;"));
}

#[test]
fn sources_columns_count_from_one_in_utf16_units() {
    let it = lowered("enum E {}\n/* \u{1f600} */ throw new Error(E);");
    let throw = it.code.lines().zip(1..).find(|(line, _)| line.starts_with("throw"));
    let expected = throw.map(|(_, generated_line)| Mapping {
        generated_line,
        generated_column: 1,
        line: 2,
        column: 10,
    });
    assert!(expected.is_some_and(|it_is| it.mappings.contains(&it_is)), "{:?}", it.mappings);
    assert!(it.mappings.is_sorted_by_key(|it| (it.generated_line, it.generated_column)));
}

#[test]
fn generated_columns_count_bytes() {
    let it = lowered("enum E {}\nf('ü\u{1f600}', here); f(`\nü`, there)");
    for (needle, line, column) in [("here", 2, 10), ("there", 3, 5)] {
        let (text, generated_line) =
            it.code.lines().zip(1..).find(|(text, _)| text.contains(needle)).expect("the needle");
        let generated_column = u32::try_from(text.find(needle).expect("it") + 1).expect("a column");
        let expected = Mapping { generated_line, generated_column, line, column };
        assert!(it.mappings.contains(&expected), "{expected:?} is not in {:?}", it.mappings);
    }
    assert!(it.mappings.is_sorted_by_key(|it| (it.generated_line, it.generated_column)));
}

#[test]
fn what_is_not_supported_says_so() {
    for (source, message, line, column) in [
        ("enum A {}\n@b class C {}", "Decorators are not supported", 2, 1),
        ("class C { @b d() {} }", "Decorators are not supported", 1, 11),
        ("class C { accessor b = 1 }", "`accessor` fields are not supported", 1, 11),
        ("export = a", "`export =` is not supported: use `export default`", 1, 1),
        (
            "import a = require('a')",
            "`import = require()` is not supported: use `import ... from`",
            1,
            1,
        ),
    ] {
        let error = error(Dialect::TypeScript, source);
        assert_eq!(
            (error.message.as_str(), error.position.line, error.position.column),
            (message, line, column)
        );
    }
}

#[test]
fn syntax_errors_tell_where() {
    let error = error(Dialect::TypeScript, "let a = 1;\nlet \u{1f600}é = ;");
    assert_eq!((error.position.line, error.position.column), (2, 5));
    assert!(!error.message.is_empty());
}
