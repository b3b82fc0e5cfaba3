//! Syntax that is transformed and printed anew, with a source map.

mod support;

use isolet_guest_ts::transpile::{Dialect, Mapping, Options, transpile};
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
        "namespace A { export let b = 1; b++; }",
        "var A;\n(function(_$n1) {\n\t_$n1.b = 1;\n\t_$n1.b++;\n})(A || (A = {}));",
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
    let jsx =
        transpile(Dialect::Jsx, "x = <A {...b} c='d'>{...e}</A>;".to_owned(), &Options::default());
    assert!(jsx.is_ok_and(|it| !it.code.contains("import")));
}

#[test]
fn jsx_is_classic() {
    let jsx = |source: &str| {
        transpile(Dialect::Tsx, source.to_owned(), &Options::default()).map(|it| it.code)
    };
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
fn two_kinds_of_export_contradict_each_other() {
    for source in ["export = a;\nexport const b = 1", "export = a;\nexport { c }"] {
        let error = error(Dialect::TypeScript, source);
        assert_eq!(error.message, "`export =` cannot be used beside other exports");
        assert_eq!((error.position.line, error.position.column), (2, 1));
    }
}

#[test]
fn export_assignment_makes_a_file_commonjs() {
    let it = lowered("import a = require('a');\nimport b, { c } from 'b';\nexport = [a, b, c];");
    assert!(it.commonjs);
    assert!(it.code.starts_with("\"use strict\";"), "{}", it.code);
    assert!(it.code.contains("const a = require(\"a\");"), "{}", it.code);
    assert!(it.code.contains("module.exports = [\n\ta,\n\tb,\n\tc\n];"), "{}", it.code);
    assert!(!it.code.contains("import"), "{}", it.code);
    assert!(!lowered("enum E {} export default E").commonjs);
}

#[test]
fn the_automatic_runtime_is_chosen_by_comment_or_option() {
    let jsx = |source: &str, options: &Options| {
        transpile(Dialect::Tsx, source.to_owned(), options).map(|it| it.code)
    };
    let chosen = Options { jsx_import_source: Some("made".to_owned()), ..Options::default() };
    assert_eq!(
        jsx("x = <a b='c'>d</a>;", &chosen).as_deref(),
        Ok(
            "import { jsx as _jsx } from \"made/jsx-runtime\";\nx = _jsx(\"a\", {\n\tb: \"c\",\n\tchildren: \"d\"\n});\n"
        )
    );
    let by_comment = jsx("/** @jsxImportSource other */\nx = <a/>;", &Options::default());
    assert!(by_comment.is_ok_and(|it| it.contains("from \"other/jsx-runtime\"")));
    let classic = jsx("/** @jsxRuntime classic */\nx = <a/>;", &chosen);
    assert_eq!(classic.as_deref(), Ok("x = React.createElement(\"a\", null);\n"));
}

#[test]
fn typescripts_own_decorators_are_an_option() {
    let options = Options { legacy_decorators: true, ..Options::default() };
    let source = "@a class C { @b m(@c p) {} }".to_owned();
    let code = transpile(Dialect::TypeScript, source, &options).map(|it| it.code);
    let expected = ["babelHelpers.decorate([a], C)", "decorateParam(0, c)", "decorate(decorators,"];
    assert!(
        code.as_ref().is_ok_and(|it| expected.iter().all(|part| it.contains(part))),
        "{code:?}"
    );
}

#[test]
fn decorated_classes_keep_the_lines_of_their_author() {
    let it = lowered("@first\nclass C {\n  @second\n  m() {\n    throw here;\n  }\n}");
    let (text, generated_line) =
        it.code.lines().zip(1..).find(|(text, _)| text.contains("throw")).expect("the line");
    let generated_column = u32::try_from(text.find("throw").expect("it") + 1).expect("a column");
    let expected = Mapping { generated_line, generated_column, line: 5, column: 5 };
    assert!(it.mappings.contains(&expected), "{expected:?} is not in {:?}", it.mappings);
}

#[test]
fn names_of_the_source_are_not_taken() {
    let code = lowered("const _$decorate = 1; class C { @d m() {} }").code;
    assert!(code.contains("function _$$decorate("), "{code}");
}

#[test]
fn types_among_what_is_rewritten_go() {
    let code = lowered(
        "namespace A { export interface I { a: 1 } export type T = I; declare const b: T; export let c: T }",
    )
    .code;
    assert!(!code.contains('I') && !code.contains('b'), "{code}");
}

#[test]
fn syntax_errors_tell_where() {
    let error = error(Dialect::TypeScript, "let a = 1;\nlet \u{1f600}é = ;");
    assert_eq!((error.position.line, error.position.column), (2, 5));
    assert!(!error.message.is_empty());
}
