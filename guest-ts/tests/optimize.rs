//! Names that are defined, code that never runs, and minification.

mod support;

use SpecifierKind::{DynamicImport, Require, StaticImport};
use isolet_guest_ts::link::{Dialect, LinkOptions, SpecifierKind, link};
use support::{define, found, linked, linked_with, minify};

const PRODUCTION: (&str, &str) = ("process.env.NODE_ENV", "\"production\"");

#[test]
fn defined_names_are_replaced() {
    let (name, value) = PRODUCTION;
    for (source, expected) in [
        ("a(process.env.NODE_ENV)", "a(\"production\");\n"),
        ("a(process.env[\"NODE_ENV\"])", "a(\"production\");\n"),
        ("a(process?.env?.NODE_ENV)", "a(\"production\");\n"),
        ("a({ b: process.env.NODE_ENV })", "a({ b: \"production\" });\n"),
        ("a(() => process.env.NODE_ENV)", "a(() => \"production\");\n"),
    ] {
        let it = linked_with(Dialect::JavaScript, source, &define(name, value));
        assert_eq!(it.code.as_deref(), Some(expected), "{source:?}");
        assert!(!it.mappings.is_empty());
    }
    for source in [
        "a(process.env.NODE_ENVIRONMENT); NODE_ENV; b.process.env.NODE_ENV; env.NODE_ENV",
        "/* process.env.NODE_ENV */ 'process.env.NODE_ENV'",
        "let process; if (process.env.NODE_ENV === 'production') a()",
        "function f(process) { return process.env.NODE_ENV }",
        "import process from 'process'; process.env.NODE_ENV",
    ] {
        let it = linked_with(Dialect::JavaScript, source, &define(name, value));
        assert_eq!((it.code, it.mappings), (None, vec![]), "{source:?}");
    }
    let it = linked_with(
        Dialect::TypeScript,
        "declare const __DEV__: boolean; { let __DEV__ = a; b(__DEV__) } c({ __DEV__ });",
        &define("__DEV__", "false"),
    );
    let expected = "{\n\tlet __DEV__ = a;\n\tb(__DEV__);\n}\nc({ __DEV__: false });\n";
    assert_eq!(it.code.as_deref(), Some(expected));
}

#[test]
fn a_definition_that_does_not_parse_is_an_error() {
    for (name, value) in [("a b", "1"), ("a..b", "1"), ("a", "1 +"), ("a", ""), ("a", "1; b")] {
        let mut options = define("__DEV__", "true");
        options.define.push((name.to_owned(), value.to_owned()));
        let error = link(Dialect::JavaScript, "", &options).expect_err("a wrong definition");
        let expected = format!("`{name}` cannot be defined as `{value}`: ");
        assert!(error.message.starts_with(&expected), "{error:?}");
    }
    assert!(link(Dialect::JavaScript, "", &define("a.b", "{ c: [1] }")).is_ok());
}

#[test]
fn branches_that_never_run_name_no_modules() {
    let (name, value) = PRODUCTION;
    let source = "'use strict';\n\nif (process.env.NODE_ENV === 'production') {\n  \
        module.exports = require('./cjs/a.js');\n} else {\n  \
        module.exports = require('./cjs/b.js');\n}\n";
    let both = linked(Dialect::JavaScript, source);
    assert_eq!(found(&both), [(Require, "./cjs/a.js"), (Require, "./cjs/b.js")]);
    for minify in [false, true] {
        let production = LinkOptions { minify, ..define(name, value) };
        let it = linked_with(Dialect::JavaScript, source, &production);
        assert_eq!(found(&it), [(Require, "./cjs/a.js")], "{it:?}");
        let development = LinkOptions { minify, ..define(name, "\"development\"") };
        let it = linked_with(Dialect::JavaScript, source, &development);
        assert_eq!(found(&it), [(Require, "./cjs/b.js")], "{it:?}");
        assert!(it.code.is_some_and(|it| it.starts_with(['"', '\'']) && it.contains("use strict")));
    }
    for source in [
        "process.env.NODE_ENV !== 'production' && require('a')",
        "b = process.env.NODE_ENV !== 'production' ? require('a') : c",
        "if (process.env.NODE_ENV !== 'production') (function () { require('a') })()",
        "function f() { if (process.env.NODE_ENV === 'production') return; import('a') }",
        "import { b } from 'b'; if ('production' !== process.env.NODE_ENV) await import('a')",
    ] {
        let it = linked_with(Dialect::JavaScript, source, &define(name, value));
        assert!(it.specifiers.iter().all(|it| it.text == "b"), "{it:?}");
    }
}

#[test]
fn declarations_stay_when_dead_code_goes() {
    let source = "import a from 'a'; import 'b'; export * from 'c'; function unused() {} const d = e();\n\
        if (!__DEV__) a();";
    let it = linked_with(Dialect::JavaScript, source, &define("__DEV__", "true"));
    let texts: Vec<_> = it.specifiers.iter().map(|it| it.text.as_str()).collect();
    assert_eq!(texts, ["a", "b", "c"]);
    let code = it.code.expect("a name was replaced");
    assert!(code.contains("function unused() {}") && code.contains("const d = e();"), "{code}");
}

#[test]
fn minified_text_has_the_same_specifiers() {
    for (source, expected) in [
        (
            "const long = require('a'), other = require('b'); exports.c = long + other + long;",
            vec![(Require, "a"), (Require, "b")],
        ),
        ("module.exports = a ? require('b') : require('c')", vec![(Require, "b"), (Require, "c")]),
        (
            "let b; if (a) { b = require('b') } else { b = require('c') } exports.d = b;",
            vec![(Require, "b"), (Require, "c")],
        ),
        (
            "export const b = a ? import('b') : import('c');",
            vec![(DynamicImport, "b"), (DynamicImport, "c")],
        ),
        (
            "import long from 'a'; import * as other from 'b'; export * from 'c'; export { long, other };",
            vec![(StaticImport, "a"), (StaticImport, "b"), (StaticImport, "c")],
        ),
        (
            "import unused from 'a'; import { no } from 'b'; f();",
            vec![(StaticImport, "a"), (StaticImport, "b")],
        ),
        ("require('\"\\'`\\n')", vec![(Require, "\"'`\n")]),
        ("import('é' + 'ö')", vec![(DynamicImport, "éö")]),
    ] {
        let it = linked_with(Dialect::JavaScript, source, &minify());
        assert_eq!(found(&it), expected, "{it:?}");
        assert!(!it.mappings.is_empty());
    }
}

#[test]
fn minifying_keeps_names_that_matter() {
    let module = "export const exported = 1; const local = f(); g(local, local); class A { #field = local; m() { return this.#field } } h(A, A);";
    let it = linked_with(Dialect::JavaScript, module, &minify());
    let code = it.code.expect("it was minified");
    assert!(code.contains("exported") && code.contains("m()"), "{code}");
    assert!(!code.contains("local") && !code.contains("field"), "{code}");

    let commonjs = "'use strict';\nvar exports = exports || {}; var local = f(); exports.a = [local, local, __filename, module, require]; function unused() {}";
    let it = linked_with(Dialect::JavaScript, commonjs, &minify());
    let code = it.code.expect("it was minified");
    assert!(code.contains("exports=exports||{}") && code.contains("use strict"), "{code}");
    assert!(code.contains("__filename,module,require]"), "{code}");
    assert!(!code.contains("local") && !code.contains("unused"), "{code}");
}

#[test]
fn minified_text_maps_to_its_source() {
    let source =
        "/* a */\n\nexport function first() {\n  throw new Error('\u{1f600}', second);\n}\n";
    let it = linked_with(Dialect::JavaScript, source, &minify());
    let code = it.code.expect("it was minified");
    let column = u32::try_from(code.find("second").expect("the name") + 1).expect("a column");
    let mapping =
        it.mappings.iter().find(|it| (it.generated_line, it.generated_column) == (1, column));
    assert_eq!(mapping.map(|it| (it.line, it.column)), Some((4, 25)), "{code} {:?}", it.mappings);
}

#[test]
fn minifying_keeps_what_stands_at_the_beginning() {
    let source = "#!/usr/bin/env node\n'use strict';\nexports.a = function () { return this }";
    let code = linked_with(Dialect::JavaScript, source, &minify()).code;
    let expected = "#!/usr/bin/env node\n\"use strict\";exports.a=function(){return this};";
    assert_eq!(code.as_deref(), Some(expected));
}
