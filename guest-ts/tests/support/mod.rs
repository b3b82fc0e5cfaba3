//! Helpers of the tests.

#![allow(dead_code, reason = "each test binary uses its part")]
#![allow(clippy::panic, reason = "a test fails by panicking")]

use isolet_guest_ts::link::{LinkOptions, Linked, SpecifierKind, link};
use isolet_guest_ts::lower::lower;
use isolet_guest_ts::transpile::{Dialect, Options, SyntaxError, Transpiled, transpile};
use oxc_allocator::Allocator;
use oxc_codegen::{Codegen, CodegenOptions, CommentOptions};
use oxc_parser::{ParseOptions, Parser};
use oxc_span::SourceType;

/// Transpiles TypeScript that is expected to be right.
#[track_caller]
pub fn typescript(source: &str) -> Transpiled {
    match transpile(Dialect::TypeScript, source.to_owned(), &Options::default()) {
        Ok(it) => it,
        Err(error) => panic!("{error:?} in {source:?}"),
    }
}

/// The JavaScript of a text whose types can be erased in place.
#[track_caller]
pub fn erased(source: &str) -> String {
    let it = typescript(source);
    assert!(it.mappings.is_empty(), "{source:?} was lowered to {:?}", it.code);
    it.code
}

/// The JavaScript and whether it was printed anew.
#[track_caller]
pub fn lowered(source: &str) -> Transpiled {
    let it = typescript(source);
    assert!(!it.mappings.is_empty(), "{source:?} was erased to {:?}", it.code);
    it
}

/// The error of a text.
#[track_caller]
pub fn error(dialect: Dialect, source: &str) -> SyntaxError {
    match transpile(dialect, source.to_owned(), &Options::default()) {
        Ok(it) => panic!("{source:?} became {:?}", it.code),
        Err(error) => error,
    }
}

/// Asserts that erasing `source` and transforming it give the same program.
#[track_caller]
pub fn same_meaning(source: &str) {
    let erased = erased(source);
    assert_eq!(units(source), units(&erased), "lines moved in {source:?}: {erased:?}");
    let arena = Allocator::default();
    let mut parsed = Parser::new(&arena, source, SourceType::ts().with_module(true)).parse();
    let transformed = match lower(&arena, &mut parsed.program, &Options::default()) {
        Ok(it) => it.code,
        Err(error) => panic!("{error:?} in {source:?}"),
    };
    assert_eq!(normal(&erased), normal(&transformed), "{source:?} became {erased:?}");
}

/// A program printed without its layout, and without what says nothing: empty
/// statements, and the marker that a file without imports is a module.
#[track_caller]
fn normal(code: &str) -> String {
    let arena = Allocator::default();
    // Parentheses that group nothing new are layout too.
    let options = ParseOptions { preserve_parens: false, ..ParseOptions::default() };
    let mut parsed = Parser::new(&arena, code, SourceType::mjs()).with_options(options).parse();
    assert!(parsed.diagnostics.is_empty(), "{:?} in {code:?}", parsed.diagnostics);
    parsed.program.body.retain(|statement| match statement {
        oxc_ast::ast::Statement::EmptyStatement(_) => false,
        oxc_ast::ast::Statement::ExportNamedDeclaration(it) => !it.specifiers.is_empty(),
        _ => true,
    });
    let options =
        CodegenOptions { comments: CommentOptions::disabled(), ..CodegenOptions::default() };
    Codegen::new().with_options(options).build(&parsed.program).code
}

/// The UTF-16 units of each line.
fn units(text: &str) -> Vec<usize> {
    text.split(['\n', '\u{2028}', '\u{2029}']).map(|line| line.encode_utf16().count()).collect()
}

/// Links a module that is expected to be right, and checks the place of each specifier.
#[track_caller]
pub fn linked_with(dialect: Dialect, source: &str, options: &LinkOptions) -> Linked {
    let linked = match link(dialect, source, options) {
        Ok(it) => it,
        Err(error) => panic!("{error:?} in {source:?}"),
    };
    let code = linked.code.as_deref().unwrap_or(source);
    assert!(linked.specifiers.is_sorted_by_key(|it| it.start));
    for it in &linked.specifiers {
        let place = &code[it.start as usize..it.end as usize];
        let quote = place.chars().next().filter(|it| "\"'`".contains(*it));
        assert!(quote.is_some(), "{place} in {code:?}");
        // An attribute that a linker applies goes with the literal.
        let is_literal = it.attribute_type.is_none();
        assert!(!is_literal || place.chars().next_back() == quote, "{place} in {code:?}");
        if !place.contains('\\') {
            let rest = place[1..].strip_prefix(&it.text).and_then(|rest| rest.strip_prefix(quote?));
            assert!(rest.is_some_and(|rest| rest.is_empty() || !is_literal), "{place} in {code:?}");
        }
    }
    linked
}

/// Links with the default options.
#[track_caller]
pub fn linked(dialect: Dialect, source: &str) -> Linked {
    linked_with(dialect, source, &LinkOptions::default())
}

/// The kinds and the texts of the specifiers.
pub fn found(linked: &Linked) -> Vec<(SpecifierKind, &str)> {
    linked.specifiers.iter().map(|it| (it.kind, it.text.as_str())).collect()
}

/// Options that define one name.
pub fn define(name: &str, value: &str) -> LinkOptions {
    let define = vec![(name.to_owned(), value.to_owned())];
    LinkOptions { define, ..LinkOptions::default() }
}

/// Options that minify.
pub fn minify() -> LinkOptions {
    LinkOptions { minify: true, ..LinkOptions::default() }
}
