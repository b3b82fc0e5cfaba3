//! Properties of every program in TypeScript, TSX or JSX.

use isolet_guest_ts::transpile::{Dialect, Options, SyntaxError, Transpiled};
use oxc_allocator::Allocator;
use oxc_parser::Parser;
use oxc_semantic::SemanticBuilder;
use oxc_span::SourceType;

#[path = "../../../guest-ts/tests/support/mod.rs"]
#[allow(unreachable_pub, reason = "it is a module of the guest's own tests")]
mod support;

/// The parser recurses on what is nested, be it by brackets or not. So a text is
/// short, and the stack is large enough for each byte of it to open something.
const MAX_BYTES: usize = 4 << 10;
const STACK_BYTES: usize = 512 << 20;

/// Code and mappings (the fields of a `Mapping` in their order), or the first error's
/// message, line and column.
pub type Outcome = Result<(String, Vec<[u32; 4]>), (String, u32, u32)>;

/// A program, and what the native build makes of it.
#[derive(Debug)]
pub struct Native {
    /// The ending that says which dialect it is in.
    pub ending: &'static str,
    /// The text.
    pub source: String,
    /// The result of the transpiler.
    pub outcome: Outcome,
}

/// Transpiles the text in `data`, of which the first byte chooses the dialect,
/// and checks the result. None if the text is not UTF-8 or too long.
pub fn transpile(data: &[u8]) -> Option<Native> {
    let (&choice, text) = data.split_first()?;
    let text = str::from_utf8(text).ok().filter(|text| text.len() <= MAX_BYTES)?;
    let thread = std::thread::Builder::new().stack_size(STACK_BYTES);
    std::thread::scope(|scope| {
        let run = thread.spawn_scoped(scope, || check(choice, text));
        let native = run.expect("a thread").join();
        Some(native.unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
    })
}

fn check(choice: u8, source: &str) -> Native {
    let (dialect, ending) = match choice % 3 {
        0 => (Dialect::TypeScript, "ts"),
        1 => (Dialect::Tsx, "tsx"),
        _ => (Dialect::Jsx, "jsx"),
    };
    let outcome =
        isolet_guest_ts::transpile::transpile(dialect, source.to_owned(), &Options::default());
    match &outcome {
        // A program that is nothing but types may be printed as nothing.
        Ok(Transpiled { code, mappings, .. }) if code.is_empty() && mappings.is_empty() => {}
        // The engine is not told where the lines of CommonJS came from.
        Ok(transpiled) if transpiled.commonjs => {
            parses(source, &transpiled.code);
        }
        Ok(transpiled) if transpiled.mappings.is_empty() => erased(dialect, source, transpiled),
        Ok(transpiled) => lowered(source, transpiled),
        Err(error) => {
            let lines = lines(source);
            let line = error.position.line as usize;
            assert!((1..=lines.len()).contains(&line), "{error:?} in {source:?}");
            let columns = lines.get(line - 1).map_or(0, |line| line.encode_utf16().count());
            let column = error.position.column as usize;
            assert!((1..=columns + 1).contains(&column), "{error:?} in {source:?}");
        }
    }
    let outcome = outcome
        .map(plain)
        .map_err(|SyntaxError { message, position }| (message, position.line, position.column));
    Native { ending, source: source.to_owned(), outcome }
}

fn plain(Transpiled { code, mappings, commonjs }: Transpiled) -> (String, Vec<[u32; 4]>) {
    let mappings = mappings
        .iter()
        .filter(|_| !commonjs)
        .map(|it| [it.generated_line, it.generated_column, it.line, it.column])
        .collect();
    (code, mappings)
}

/// Each line is as long as it was, and what is left is JavaScript that says what
/// the transformer would have made of the program.
fn erased(dialect: Dialect, source: &str, transpiled: &Transpiled) {
    let units = |text| lines(text).iter().map(|line| line.encode_utf16().count()).collect();
    let (before, after): (Vec<usize>, Vec<usize>) = (units(source), units(&transpiled.code));
    assert_eq!(before, after, "{source:?} became {:?}", transpiled.code);
    let parses = transpiled.code != source && parses(source, &transpiled.code);
    if parses && dialect == Dialect::TypeScript && !has_early_errors(source) {
        support::same_meaning(source);
    }
}

/// Text that was printed anew is JavaScript, and each mapping leads from one text into
/// the other.
fn lowered(source: &str, transpiled: &Transpiled) {
    parses(source, &transpiled.code);
    let (from, to) = (lines(source), lines(&transpiled.code));
    let mut last = (0, 0);
    for mapping in &transpiled.mappings {
        let generated = (mapping.generated_line, mapping.generated_column);
        assert!(last <= generated, "{mapping:?} of {source:?} comes after {last:?}");
        last = generated;
        let inside = |lines: &[&str], line: u32, column: u32, length: fn(&str) -> usize| {
            let text = (line as usize).checked_sub(1).and_then(|index| lines.get(index));
            text.is_some_and(|text| (1..=length(text) + 1).contains(&(column as usize)))
        };
        assert!(
            inside(&to, mapping.generated_line, mapping.generated_column, str::len),
            "{mapping:?} is not in {:?}",
            transpiled.code
        );
        let units: fn(&str) -> usize = |line| line.encode_utf16().count();
        assert!(
            inside(&from, mapping.line, mapping.column, units),
            "{mapping:?} is not in {source:?}"
        );
    }
}

/// Returns true if no engine would run a program that parses, such as one that uses `let` as a
/// name: what becomes of it does not matter.
fn has_early_errors(source: &str) -> bool {
    let arena = Allocator::default();
    let dialect = SourceType::ts().with_module(true);
    let parsed = Parser::new(&arena, source, dialect).parse();
    let semantic = SemanticBuilder::new().with_check_syntax_error(true).build(&parsed.program);
    !semantic.diagnostics.is_empty()
}

/// Asserts that the code is JavaScript. False if the parser takes it for TypeScript
/// without types and for no JavaScript: the engine will say what is wrong with it.
fn parses(source: &str, code: &str) -> bool {
    let arena = Allocator::default();
    let diagnostics = Parser::new(&arena, code, SourceType::mjs()).parse().diagnostics;
    let lenient = || {
        let options = Options::default();
        let again =
            isolet_guest_ts::transpile::transpile(Dialect::TypeScript, code.to_owned(), &options);
        again.is_ok_and(|again| again.code == code)
    };
    assert!(
        diagnostics.is_empty() || lenient() || has_early_errors(source),
        "{diagnostics:?} in {code:?} of {source:?}"
    );
    diagnostics.is_empty()
}

/// The lines as JavaScript counts them, without their ends.
fn lines(text: &str) -> Vec<&str> {
    let mut lines = Vec::new();
    for line in text.split_inclusive(['\n', '\u{2028}', '\u{2029}']) {
        let line = line.strip_suffix("\r\n").unwrap_or(line);
        let line = line.strip_suffix(['\n', '\u{2028}', '\u{2029}']).unwrap_or(line);
        lines.extend(line.split('\r'));
    }
    if text.is_empty() || text.ends_with(['\n', '\u{2028}', '\u{2029}']) {
        lines.push("");
    }
    lines
}
