//! Modules compiled for a linker, and the specifiers in them.

mod support;

use SpecifierKind::{DynamicImport, Require, RequireResolve, StaticImport};
use isolet_guest_ts::link::{
    Dialect, Format, Jsx, LinkOptions, Linked, Options, SpecifierKind, link,
};
use support::{found, linked, linked_with, minify};

/// Checks JavaScript, which stays as it is.
#[track_caller]
fn javascript(source: &str, format: Format, expected: &[(SpecifierKind, &str)]) {
    let linked = linked(Dialect::JavaScript, source);
    assert_eq!(linked.code, None, "{source:?}");
    assert_eq!(linked.mappings, [], "{source:?}");
    assert_eq!((linked.format, found(&linked).as_slice()), (format, expected), "{source:?}");
}

#[test]
fn every_construct_that_names_a_module() {
    for (source, kind) in [
        ("import 'a'", StaticImport),
        ("import a from 'a'", StaticImport),
        ("import a, { b as c } from 'a'", StaticImport),
        ("import {} from 'a'", StaticImport),
        ("import * as a from 'a'", StaticImport),
        ("import { 'b-c' as d } from 'a'", StaticImport),
        ("import defer * as a from 'a'", StaticImport),
        ("export { b } from 'a'", StaticImport),
        ("export { b as 'b-c' } from 'a'", StaticImport),
        ("export {} from 'a'", StaticImport),
        ("export * from 'a'", StaticImport),
        ("export * as b from 'a'", StaticImport),
        ("export {}; import('a')", DynamicImport),
        ("export {}; import(`a`).then(b)", DynamicImport),
        ("export {}; import(('a'))", DynamicImport),
        ("export {}; require('a')", Require),
    ] {
        javascript(source, Format::Module, &[(kind, "a")]);
    }
    for (source, kind) in [
        ("import('a')", DynamicImport),
        ("require('a')", Require),
        ("const b = require(\"a\").c", Require),
        ("require(`a`)", Require),
        ("(0, require)('a'); require?.('a')", Require),
        ("f(() => { if (b) return require('a') })", Require),
        ("require.resolve('a')", RequireResolve),
    ] {
        javascript(source, Format::CommonJs, &[(kind, "a")]);
    }
}

#[test]
fn specifiers_are_cooked_and_in_order() {
    javascript(
        "import('\\x61\\u{62}c'); export * from \"./d\\\n.js\"; require('e'); import 'f'",
        Format::Module,
        &[(DynamicImport, "abc"), (StaticImport, "./d.js"), (Require, "e"), (StaticImport, "f")],
    );
}

#[test]
fn attributes_that_a_linker_applies_go_with_the_literal() {
    for (source, replaced) in [
        ("import a from 'a' with { type: 'json' };", "import a from X;"),
        ("import a from 'a' with { 'type': \"text\" }", "import a from X"),
        ("import a from 'a'with{type:'bytes'};b", "import a from X;b"),
        ("export * from 'a' with { type: 'json' }; b", "export * from X; b"),
        ("export { b } from 'a' with { type: 'text', };", "export { b } from X;"),
        ("import('a', { with: { type: 'json' } }).then(b)", "import(X).then(b)"),
        ("import(`a`, { 'with': { type: 'text', } })", "import(X)"),
        // Attributes that a linker does not apply, or does not know, stay.
        ("import a from 'a' with { type: 'css' }", "import a from X with { type: 'css' }"),
        (
            "import a from 'a' with { type: 'json', other: 'b' }",
            "import a from X with { type: 'json', other: 'b' }",
        ),
        ("import(('a'), { with: { type: 'json' } })", "import((X), { with: { type: 'json' } })"),
        (
            "import('a', { with: { type: 'json', b: 'c' } })",
            "import(X, { with: { type: 'json', b: 'c' } })",
        ),
        ("import('a', { with: { type: 'json' }, b })", "import(X, { with: { type: 'json' }, b })"),
        ("import('a', b)", "import(X, b)"),
        ("import a from 'a'", "import a from X"),
    ] {
        assert_eq!(spliced(&linked(Dialect::JavaScript, source), source), replaced, "{source:?}");
    }
    let source = "import a from 'a' with { type: 'json' }; export const b: number = a;";
    let linked = linked(Dialect::TypeScript, source);
    let code = spliced(&linked, source);
    assert!(
        code.starts_with("import a from X; export const b") && code.ends_with("= a;"),
        "{code}"
    );
}

/// Returns the code with its only specifier replaced.
#[track_caller]
fn spliced(linked: &Linked, source: &str) -> String {
    let [specifier] = linked.specifiers.as_slice() else { panic!("{source:?}") };
    let mut code = linked.code.as_deref().unwrap_or(source).to_owned();
    code.replace_range(specifier.start as usize..specifier.end as usize, "X");
    code
}

#[test]
fn attributes() {
    for (source, expected) in [
        ("import a from 'a' with { type: 'json' }", Some("json")),
        ("import a from 'a' with { other: 'b', 'type': \"text\" }", Some("text")),
        ("export { b } from 'a' with { type: 'json' }", Some("json")),
        ("export * from 'a' with { type: 'json' }", Some("json")),
        ("import('a', { with: { type: 'json' } })", Some("json")),
        ("import('a', b)", None),
        ("import a from 'a'", None),
    ] {
        let linked = linked(Dialect::JavaScript, source);
        let types: Vec<_> =
            linked.specifiers.iter().map(|it| it.attribute_type.as_deref()).collect();
        assert_eq!(types, [expected], "{source:?}");
    }
}

#[test]
fn a_declared_require_is_another_function() {
    for source in [
        "function require() {} require('a')",
        "var require = b; require('a'); require.resolve('a')",
        "(function (require) { require('a') })(b)",
        "function f(require) { return () => require('a') }",
        "module.require('a'); a.require('b'); requires('c')",
        "'require(\"a\")'; /* require('b') */",
    ] {
        javascript(source, Format::CommonJs, &[]);
    }
    javascript("import require from 'a'; require('b')", Format::Module, &[(StaticImport, "a")]);
    javascript("{ let require } require('a')", Format::CommonJs, &[(Require, "a")]);
}

#[test]
fn computed_specifiers_are_reported() {
    let source = "require(a);\nimport(`é${b}`); /* é */ import(c);\nrequire('d' + e); require.resolve(f); require('g', h)";
    let it = linked(Dialect::JavaScript, source);
    let places: Vec<_> = it.unresolved.iter().map(|it| (it.line, it.column)).collect();
    assert_eq!(places, [(1, 1), (2, 1), (2, 26), (3, 1), (3, 19), (3, 39)]);
    assert_eq!(it.specifiers, []);

    let it = linked(Dialect::TypeScript, "enum E {}\n\n/* \u{1f600} */ import(a as string);");
    let places: Vec<_> = it.unresolved.iter().map(|it| (it.line, it.column)).collect();
    assert_eq!(places, [(3, 10)]);
}

#[test]
fn a_missing_module_may_be_caught() {
    for (source, caught) in [
        ("try { require('a') } catch {}", true),
        ("try { if (b) import('a') } catch (e) {} finally {}", true),
        ("try { try { require('a') } finally {} } catch {}", true),
        ("try { require('a') } finally {}", false),
        ("try {} catch { require('a') }", false),
        ("try { f(() => require('a')) } catch {}", false),
        ("try { function f() { require('a') } } catch {}", false),
        ("try {} catch {} require('a')", false),
    ] {
        let linked = linked(Dialect::JavaScript, source);
        let all: Vec<_> = linked.specifiers.iter().map(|it| it.caught).collect();
        assert_eq!(all, [caught], "{source:?}");
    }
}

#[test]
fn the_text_tells_what_kind_it_is() {
    for (source, format) in [
        ("", Format::CommonJs),
        ("exports.a = 1", Format::CommonJs),
        ("return", Format::CommonJs),
        ("if (new.target) return; exports.a = 1", Format::CommonJs),
        ("var await = 1, let = 2, yield = 3; await\n(a)", Format::CommonJs),
        ("with (a) b; 010; delete a; arguments.callee", Format::CommonJs),
        ("<!-- a\nb\n--> c", Format::CommonJs),
        ("#!/usr/bin/env node\n'use strict'; exports.a = 1", Format::CommonJs),
        ("#!/usr/bin/env node\nimport 'a'", Format::Module),
        ("\u{feff}export {}", Format::Module),
        ("\u{feff}exports.a = 1", Format::CommonJs),
        ("import.meta.url", Format::Module),
        ("await a", Format::Module),
        ("const b = await import('a'); await (b)", Format::Module),
        ("for await (const a of b) c", Format::Module),
        ("await (a); export {}", Format::Module),
        ("import('a')", Format::CommonJs),
        ("export { a as 'b c' }; let a = 1_000, b = /[\\p{L}--[a-z]]/v;", Format::Module),
        ("export class A { static #a = 1; static { A.#a ??= 2 } }", Format::Module),
    ] {
        let linked = linked(Dialect::JavaScript, source);
        assert_eq!((linked.format, linked.code), (format, None), "{source:?}");
        let printed = linked_with(Dialect::JavaScript, source, &minify());
        assert_eq!(printed.format, format, "{source:?} became {:?}", printed.code);
    }
}

#[test]
fn the_kind_can_be_known() {
    let with = |format| LinkOptions { format: Some(format), ..LinkOptions::default() };
    let (module, commonjs) = (with(Format::Module), with(Format::CommonJs));
    for (source, as_module, as_commonjs) in [
        ("exports.a = 1", true, true),
        ("await (a)", true, true),
        ("for await (a of b) c", true, false),
        ("return", false, true),
        ("\n import 'a'", true, false),
        ("\n import.meta", true, false),
        ("var await", false, true),
    ] {
        for (options, expected) in [(&module, as_module), (&commonjs, as_commonjs)] {
            let linked = link(Dialect::JavaScript, source, options);
            let format = linked.as_ref().ok().map(|it| it.format);
            assert_eq!(format, options.format.filter(|_| expected), "{source:?}: {linked:?}");
        }
    }
    let error = link(Dialect::JavaScript, "\n import 'a'", &commonjs).expect_err("not CommonJS");
    assert_eq!(error.message, "A CommonJS module cannot have imports, exports and `import.meta`.");
    assert_eq!((error.position.line, error.position.column), (2, 2));

    for (source, format) in [("const a: b = 1", Format::CommonJs), ("export {}", Format::Module)] {
        assert_eq!(linked_with(Dialect::TypeScript, source, &commonjs).format, format);
        assert_eq!(linked(Dialect::TypeScript, source).format, Format::Module);
    }
}

#[test]
fn types_name_no_modules() {
    let source = "import type { A } from 'a'; import { B } from 'b'; import { c, type D } from 'c';\n\
        export type { E } from 'e'; export { type F } from 'f'; export type * from 'g';\n\
        export {} from 'n';\n\
        declare module 'h' { import i from 'i' } declare const j: typeof import('j');\n\
        let k = c as B<import('k')>; declare const require: any; require('l'); import('m');";
    let it = linked(Dialect::TypeScript, source);
    let expected = [(StaticImport, "c"), (StaticImport, "n"), (Require, "l"), (DynamicImport, "m")];
    assert_eq!(found(&it), expected);
    assert_eq!(it.mappings, []);
    assert!(it.code.is_some_and(|it| it.len() == source.len()));
}

#[test]
fn offsets_count_the_bytes_of_what_is_left() {
    for erased in ["'\u{20ac}'", "/* ü */ '\u{1f600}'", "'ascii'"] {
        let source = format!("type A = {erased}; import 'é'; let \u{fc}: {erased} = require('ö');");
        let it = linked(Dialect::TypeScript, &source);
        assert_eq!(found(&it), [(StaticImport, "é"), (Require, "ö")]);
        assert_eq!(it.mappings, []);
        let code = it.code.expect("types were erased");
        let units = |text: &str| text.encode_utf16().count();
        assert_eq!(units(&code), units(&source));
        for it in &it.specifiers {
            assert_eq!(code[it.start as usize..it.end as usize], format!("'{}'", it.text));
        }
    }
}

#[test]
fn text_that_is_printed_anew() {
    let it = linked(Dialect::TypeScript, "enum E { A } import 'ä'; export = require('b');");
    assert_eq!(it.format, Format::CommonJs);
    assert_eq!(found(&it), [(Require, "ä"), (Require, "b")]);
    assert!(!it.mappings.is_empty());

    let transpile = Options { jsx: Some(Jsx::Automatic), ..Options::default() };
    let options = LinkOptions { transpile, ..LinkOptions::default() };
    let it = linked_with(Dialect::Tsx, "export = <a/>", &options);
    assert_eq!((it.format, found(&it)), (Format::CommonJs, vec![(Require, "react/jsx-runtime")]));

    let it = linked(Dialect::TypeScript, "import a = require('b'); @a class C {}");
    assert_eq!((it.format, found(&it)), (Format::Module, vec![(StaticImport, "b")]));

    let commonjs =
        linked(Dialect::JavaScript, "exports.a = @b class { accessor c = require('d') }");
    assert_eq!((commonjs.format, found(&commonjs)), (Format::CommonJs, vec![(Require, "d")]));
    assert!(commonjs.code.is_some_and(|it| !it.contains("use strict")));
}

#[test]
fn jsx_can_be_chosen() {
    let options = |jsx, source: Option<&str>| {
        let jsx_import_source = source.map(str::to_owned);
        let transpile = Options { jsx, jsx_import_source, ..Options::default() };
        LinkOptions { transpile, ..LinkOptions::default() }
    };
    let runtime = |text| vec![(StaticImport, text)];
    let cases = [
        (None, None, "React.createElement", vec![]),
        (None, Some("p"), "_jsx(", runtime("p/jsx-runtime")),
        (Some(Jsx::Transform), Some("p"), "React.createElement", vec![]),
        (Some(Jsx::Automatic), None, "_jsx(", runtime("react/jsx-runtime")),
        (Some(Jsx::Automatic), Some("p"), "_jsx(", runtime("p/jsx-runtime")),
        (Some(Jsx::Preserve), None, "<a b={c", vec![]),
    ];
    for (jsx, source, expected, specifiers) in cases {
        let options = options(jsx, source);
        for text in ["export default <a b={c as d}/>", "enum E {} export default <a b={c as d}/>"] {
            let it = linked_with(Dialect::Tsx, text, &options);
            assert!(it.code.as_ref().is_some_and(|it| it.contains(expected)), "{it:?}");
            assert_eq!(found(&it), specifiers, "{it:?}");
        }
    }
    let preserve = options(Some(Jsx::Preserve), None);
    let it = linked_with(Dialect::Tsx, "import React, { A } from 'a'; let b: C = <i/>", &preserve);
    assert_eq!(it.code.as_deref(), Some("import React, {   } from 'a'; let b    = <i/>"));
    let it = linked_with(Dialect::Jsx, "let b = <i/>; require('c')", &preserve);
    assert_eq!((it.code.as_deref(), found(&it)), (None, vec![(Require, "c")]));
    let it = linked_with(Dialect::Jsx, "exports.a = <i/>", &options(Some(Jsx::Automatic), None));
    assert_eq!((it.format, found(&it)), (Format::CommonJs, vec![(Require, "react/jsx-runtime")]));
}

#[test]
fn helpers_of_decorators_leave_the_beginning_in_its_place() {
    let transpile = Options { legacy_decorators: true, ..Options::default() };
    let options = LinkOptions { transpile, ..LinkOptions::default() };
    let source = "#!/usr/bin/env node\n'use strict';\n@a class C { @b m() {} }\nexport = C;";
    let code = linked_with(Dialect::TypeScript, source, &options).code.expect("it was printed");
    assert!(code.starts_with("#!/usr/bin/env node\n\"use strict\"; var babelHelpers"), "{code}");
}

#[test]
fn syntax_errors_tell_where() {
    for (dialect, source, place) in [
        (Dialect::JavaScript, "a;\n  b = ;", (2, 7)),
        (Dialect::JavaScript, "import 'a';\nreturn", (2, 1)),
        (Dialect::JavaScript, "\nlet a: b", (2, 6)),
        (Dialect::TypeScript, "let a = 1;\nlet \u{1f600}é = ;", (2, 5)),
        (Dialect::Jsx, "a = <b>", (1, 8)),
    ] {
        let error = link(dialect, source, &minify()).expect_err("a wrong text");
        assert_eq!((error.position.line, error.position.column), place, "{error:?} in {source:?}");
        assert!(!error.message.is_empty());
    }
}
