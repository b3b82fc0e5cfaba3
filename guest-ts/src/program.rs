//! A module out of the answer of a language model that was asked for a program.
//!
//! The text may be a body of statements, one expression, a function, a module, or Markdown with
//! code blocks. `markdown` finds the code, `wrap` makes a function of it, `value` decides what
//! the function returns, `exports` finds the function that a module exports, and `session`
//! keeps the variables of one program for the next.

mod exports;
mod markdown;
mod session;
mod value;
mod wrap;

use crate::compilation::{Dialect, Mapping, Options, SyntaxError};
use crate::position::{Position, column, position, positions};
use crate::rewrite::text::Rendered;
use crate::transpile::{Javascript, Settings, compile, map_back, parse, source_type};
use oxc_allocator::Allocator;
use oxc_diagnostics::OxcDiagnostic;
use oxc_span::LabeledSpan;

/// The options of [`program`].
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ProgramOptions {
    /// The options of [`transpile`](crate::transpile::transpile).
    pub transpile: Options,
    /// True if the program is one of a session, whose variables live on. Default: false.
    ///
    /// Top-level variables, functions, classes and enums become properties of `globalThis`, and
    /// a later program may declare the same names again. Imports, `using`, and `var` inside of
    /// blocks belong to one program. A function that is only declared is not called.
    pub repl: bool,
}

/// A module whose default export is an async function that runs a program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CompiledProgram {
    /// The JavaScript of the module.
    pub code: String,
    /// Maps each token of the module to its place in the program as it was written, whose first
    /// line is line 1. Sorted by generated position.
    pub mappings: Vec<Mapping>,
    /// The line of the answer on which the program begins. It is 1 unless the program stands in
    /// a code block.
    pub first_line: u32,
}

/// The first error of a program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProgramError {
    /// The error. Line 1 is the first line of the program.
    pub error: SyntaxError,
    /// The line of the answer on which the program begins.
    pub first_line: u32,
}

/// Makes a module of the answer of a language model.
///
/// The program is TypeScript, whose types are not checked. It is the whole answer or, if that
/// begins with a code block of Markdown or does not parse, the code blocks that are marked as
/// JavaScript or TypeScript. If there are none, those without a mark. Several blocks are one
/// program. If they do not parse as one, or declare a name twice, the last block that parses is
/// the program. The indentation of a block stays. Zero-width characters around the answer are
/// ignored.
///
/// A text in braces is an object if it parses as one and has no `;` behind it, as in the console
/// of Node.
///
/// The module's default export is an async function. It returns the value of a top-level
/// `return`, or else the first of these:
///
/// - What `export default` or `module.exports` exports, unless the program uses that function
///   itself. A function is called. Of an object or a class, the method `main`, `run`, `execute`,
///   `handler` or `default` is called. Any other value is returned as it is.
/// - If the program ends with a declaration, the result of a function called `main`, `run`,
///   `execute` or `handler` that it does not use itself.
/// - The value of the last statement, if it is an expression. A function is called.
/// - The result of the function that the program exports or, failing that, ends with, unless the
///   program uses it itself.
/// - `undefined`, also if the last statement is a block or declares a variable.
///
/// A function is called with the arguments of the module's function. A generator is not run.
///
/// The text is parsed at most seven times. As in [`transpile`](crate::transpile::transpile),
/// there is no guard against deep nesting.
///
/// # Errors
///
/// Errors with the first syntax error, or if all code blocks are in other languages.
pub fn program(source: &str, options: &ProgramOptions) -> Result<CompiledProgram, ProgramError> {
    let mut failed: Option<(ProgramError, bool)> = None;
    let mut allocator = Allocator::default();
    for candidate in markdown::candidates(source) {
        allocator.reset();
        let first_line = candidate.first_line;
        let result = wrap::wrap(&allocator, &candidate, options.repl);
        match result.and_then(|it| compiled(&candidate.text, &it, &options.transpile)) {
            Ok((code, mappings)) => return Ok(CompiledProgram { code, mappings, first_line }),
            // The error of all code blocks together is more helpful than that of the prose
            // around them, or of one alone.
            Err(_) if matches!(failed, Some((_, true))) => {}
            Err(error) => failed = Some((ProgramError { error, first_line }, candidate.blocks > 0)),
        }
    }
    Err(failed.map_or_else(no_program, |(error, _)| error))
}

fn no_program() -> ProgramError {
    let message = "The answer has no code block in JavaScript or TypeScript".to_owned();
    let position = Position { line: 1, column: 1 };
    ProgramError { error: SyntaxError { message, position }, first_line: 1 }
}

/// Compiles the module that `source` was wrapped into.
fn compiled(
    source: &str,
    wrapped: &Rendered,
    options: &Options,
) -> Result<(String, Vec<Mapping>), SyntaxError> {
    let allocator = Allocator::default();
    let error = |it: OxcDiagnostic| {
        let offset = it.labels.first().map_or(0, LabeledSpan::offset);
        let position = position(source, wrapped.origin(offset));
        SyntaxError { message: it.message.to_string(), position }
    };
    let source_type = source_type(Dialect::TypeScript).with_module(true);
    let mut program = parse(&allocator, &wrapped.text, source_type).map_err(error)?.program;
    let settings = Settings { options, defines: None, minify: false };
    let to_source = wrapped.to_source(source);
    let compiled = compile(&allocator, &mut program, &settings)
        .map_err(|it| SyntaxError { position: to_source(it.position), ..it })?;
    let (code, mut mappings) = match compiled {
        Javascript::Unchanged => (wrapped.text.clone(), tokens(&wrapped.text)),
        Javascript::Erased(code) => {
            let mappings = tokens(&code);
            (code, mappings)
        }
        Javascript::Printed(it) => (it.code, it.mappings),
    };
    map_back(&mut mappings, to_source);
    Ok((code, mappings))
}

/// Returns a mapping of each token to its own place. The engine takes the nearest mapping before
/// a place as it is, so one for each line would not do.
fn tokens(code: &str) -> Vec<Mapping> {
    let mut mappings = Vec::new();
    let (mut line_begins, mut in_word) = (0, false);
    let mut characters = code.chars();
    for (offset, Position { line, column: units }) in positions(code) {
        if units == 1 {
            (line_begins, in_word) = (offset, false);
        }
        let Some(character) = characters.next() else { break };
        let continues_word = std::mem::replace(&mut in_word, is_word(character)) && in_word;
        if !continues_word && !character.is_whitespace() {
            let generated_column = column(offset - line_begins);
            mappings.push(Mapping { generated_line: line, generated_column, line, column: units });
        }
    }
    mappings
}

const fn is_word(character: char) -> bool {
    character.is_ascii_alphanumeric() || matches!(character, '_' | '$') || !character.is_ascii()
}
