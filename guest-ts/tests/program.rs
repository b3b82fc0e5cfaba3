//! Answers of language models, and the modules that are made of them.
//!
//! `program/corpus.json` has the answers and what they are expected to do. An answer with a
//! `value` returns it as JSON, one with `throws` fails at that line, one with `error` does not
//! parse, and one with none of these returns `undefined`. The programs of a session run in
//! turn. `prelude` and `modules` are what they may use. The first argument is `{ files }`.
//!
//! `program/modules.txt` has the modules. `ISOLET_BLESS=1` records them.

#![allow(clippy::panic, reason = "a test fails by panicking")]

use isolet_guest_ts::position::Position;
use isolet_guest_ts::program::{CompiledProgram, ProgramError, ProgramOptions, program};
use serde_json::Value;
use std::fmt::Write as _;
use std::path::Path;

fn corpus() -> Value {
    match serde_json::from_str(include_str!("program/corpus.json")) {
        Ok(it) => it,
        Err(error) => panic!("{error}"),
    }
}

fn list<'v>(value: &'v Value, key: &str) -> &'v [Value] {
    value[key].as_array().map_or(&[], Vec::as_slice)
}

fn text<'v>(value: &'v Value, key: &str) -> &'v str {
    value[key].as_str().unwrap_or_default()
}

#[track_caller]
fn compiled(source: &str) -> CompiledProgram {
    match program(source, &ProgramOptions::default()) {
        Ok(it) => it,
        Err(error) => panic!("{error:?} in {source:?}"),
    }
}

#[track_caller]
fn refused(source: &str) -> ProgramError {
    match program(source, &ProgramOptions::default()) {
        Ok(it) => panic!("{source:?} became {:?}", it.code),
        Err(error) => error,
    }
}

/// Returns the line and column of the last place in the module with a text.
#[track_caller]
fn origin(it: &CompiledProgram, needle: &str) -> (u32, u32) {
    let Some(offset) = it.code.rfind(needle) else { panic!("no {needle:?} in {:?}", it.code) };
    let before = &it.code[..offset];
    let line = before.matches('\n').count() + 1;
    let column = before.len() - before.rfind('\n').map_or(0, |it| it + 1) + 1;
    let at = (line, column);
    let place = |it: &isolet_guest_ts::transpile::Mapping| {
        (it.generated_line as usize, it.generated_column as usize)
    };
    let next = it.mappings.partition_point(|it| place(it) <= at);
    let nearest = &it.mappings[next - 1];
    assert_eq!(place(nearest), at, "no mapping of {needle:?} in {:?}", it.code);
    (nearest.line, nearest.column)
}

#[test]
fn answers_become_modules() {
    let corpus = corpus();
    let mut modules = String::new();
    let mut record = |name: &str, result: &Result<CompiledProgram, ProgramError>| {
        let _ = match result {
            Ok(it) => write!(modules, "=== {name}\n{}", it.code),
            Err(it) => writeln!(modules, "=== {name}\n{}", it.error.message),
        };
    };
    for answer in list(&corpus, "answers") {
        let name = text(answer, "name");
        let result = program(text(answer, "source"), &ProgramOptions::default());
        let expected = &answer["error"];
        let (first_line, error) = match &result {
            Ok(it) => (it.first_line, None),
            Err(it) => (it.first_line, Some(it.error.position)),
        };
        let place = error.map(|Position { line, column }| (line.into(), column.into()));
        assert_eq!(place, expected["line"].as_u64().zip(expected["column"].as_u64()), "{name}");
        let recorded = answer["first_line"].as_u64().or(expected["first_line"].as_u64());
        if recorded.is_some() {
            assert_eq!(Some(first_line.into()), recorded, "{name}");
        }
        if let (Some(line), Ok(it)) = (answer["throws"]["line"].as_u64(), &result) {
            let needle = if it.code.contains("throw ") { "throw " } else { "null.x" };
            assert_eq!(u64::from(origin(it, needle).0), line, "{name}");
        }
        record(name, &result);
    }
    let options = ProgramOptions { repl: true, ..ProgramOptions::default() };
    for session in list(&corpus, "sessions") {
        for (index, it) in list(session, "programs").iter().enumerate() {
            let result = program(text(it, "source"), &options);
            assert!(result.is_ok(), "{result:?}");
            record(&format!("{}, {}", text(session, "name"), index + 1), &result);
        }
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/program/modules.txt");
    if std::env::var("ISOLET_BLESS").is_ok_and(|value| value == "1") {
        assert!(std::fs::write(&path, &modules).is_ok(), "{} is not writable", path.display());
    }
    let recorded = std::fs::read_to_string(&path).unwrap_or_default();
    let different = modules.split("=== ").zip(recorded.split("=== ")).find(|(a, b)| a != b);
    assert_eq!(different, None, "run with ISOLET_BLESS=1 if this is meant");
    assert_eq!(modules.len(), recorded.len(), "run with ISOLET_BLESS=1 if this is meant");
}

#[test]
fn each_token_maps_to_its_place() {
    for (source, needle, place) in [
        // Behind code that was put before the first line.
        ("const a = 1, b = c;", "b =", (1, 14)),
        ("a; b.c;", "b.c", (1, 4)),
        ("a; b.c;", "c;", (1, 6)),
        ("  {a: b}", "b", (1, 7)),
        ("async () => { a; b() }", "b()", (1, 18)),
        // Behind a `return`, and a line that has none.
        ("a;\nawait b(c);", "c)", (2, 9)),
        ("a;\n  b(c);\nif (d) e;", "c)", (2, 5)),
        // An import that moved, and what stood behind it.
        ("import { a } from 'b'; a; c", "a }", (1, 10)),
        ("a;\nimport {\n  b,\n} from 'c';\nd(b)", "'c'", (4, 8)),
        ("a;\nimport {\n  b,\n} from 'c';\nd(b)", "d(b)", (5, 1)),
        ("export default async () => { a }", "a }", (1, 30)),
        ("export const a = b, c = d;", "d;", (1, 25)),
        // A column of the source counts UTF-16 units, and one of the module bytes.
        ("'é😀'; a", "a", (1, 8)),
        ("const é: string = a; b", "b", (1, 22)),
        // Text that is printed anew.
        ("enum A { B }\n\na(A.B)", "a(", (3, 1)),
        ("a; enum B { C } d", "d", (1, 17)),
        // Code blocks.
        ("Text\n```ts\n\n  const a: A = b\n```", "b", (2, 16)),
        ("```js\na\n```\n\n```js\nb(c)\n```", "c)", (5, 3)),
    ] {
        let it = compiled(source);
        assert!(it.mappings.is_sorted_by_key(|it| (it.generated_line, it.generated_column)));
        assert_eq!(origin(&it, needle), place, "{needle:?} in {:?}", it.code);
    }
}

#[test]
fn lines_stay_where_they_are() {
    let corpus = corpus();
    let is_bare =
        |it: &&Value| !["```", "~~~"].iter().any(|mark| text(it, "source").contains(mark));
    for answer in list(&corpus, "answers").iter().filter(is_bare) {
        let source = text(answer, "source");
        let Ok(it) = program(source, &ProgramOptions::default()) else { continue };
        let is_printed = source.contains("enum") || source.contains("namespace");
        let is_printed = is_printed || source.contains("constructor(public");
        // Code that is added behind a function maps to its beginning.
        let is_called = it.code.contains("..._$");
        for mapping in it.mappings.iter().filter(|_| !is_printed && !is_called) {
            let lines = source.lines().count().max(1);
            if mapping.generated_line as usize <= lines {
                assert_eq!(mapping.generated_line, mapping.line, "{source:?}: {:?}", it.code);
            }
        }
    }
}

#[test]
fn many_code_blocks_are_read_once() {
    let blocks: String = (0..2_000).map(|it| format!("```js\nconst a{it} = 1;\n```\n")).collect();
    assert_eq!(compiled(&(blocks + "```js\na7\n```")).code.matches("const ").count(), 2_000);
    let same = "```js\nconst a = 1;\n```\n".repeat(2_000);
    assert_eq!(compiled(&same).first_line, 3 * 2_000 - 1);
    let broken = "```js\n)\n```\n".repeat(2_000);
    assert_eq!((refused(&broken).first_line, refused(&broken).error.position.line), (2, 1));
}

#[test]
fn hostile_text_is_refused_or_wrapped() {
    let dollars = format!("_{}", "$".repeat(100_000));
    for source in [
        "`".repeat(100_001),
        "```\n".repeat(50_000),
        "~~~ js\n".repeat(50_001),
        "{\n".repeat(100),
        "import 'a'\n".repeat(10_000),
        "export default 1\n".repeat(1_000),
        "\u{200b}".repeat(100_000),
        format!("() => {dollars}"),
    ] {
        let result = program(&source, &ProgramOptions::default());
        let size = result.as_ref().map_or(0, |it| it.code.len());
        assert!(size < 10 * source.len() + 1_000, "{size} of {}", source.len());
    }
}

#[test]
fn decorators_follow_the_options() {
    let source = "@mark class A {}\nA";
    let mut options = ProgramOptions::default();
    let standard = program(source, &options);
    options.transpile.legacy_decorators = true;
    assert!(standard.is_ok());
    assert_ne!(program(source, &options), standard);
}
