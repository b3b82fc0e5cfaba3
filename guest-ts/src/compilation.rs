//! The input and the output of a compilation.

use crate::position::{Position, position};
use oxc_diagnostics::OxcDiagnostic;
use oxc_span::LabeledSpan;

/// The grammar of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// `.ts`, `.mts`, `.cts`
    TypeScript,
    /// `.tsx`
    Tsx,
    /// `.jsx`
    Jsx,
    /// `.js`, `.mjs`, `.cjs`
    JavaScript,
}

/// The treatment of JSX.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Jsx {
    /// JSX becomes calls of `React.createElement`.
    Transform,
    /// JSX becomes calls of the functions of a module's `/jsx-runtime`, which is imported. The
    /// module is `react`, unless the options or the file name another one.
    Automatic,
    /// JSX stays.
    Preserve,
}

/// The kind of a module.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// An ECMAScript module.
    Module,
    /// A `CommonJS` module.
    CommonJs,
}

/// The options that a file cannot state itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Options {
    /// True if decorators are those that TypeScript had before the standard: its
    /// `experimentalDecorators`.
    pub legacy_decorators: bool,
    /// The module whose `/jsx-runtime` creates elements, unless a file names another one.
    /// Without a module, JSX becomes calls of `React.createElement`.
    pub jsx_import_source: Option<String>,
    /// The treatment of JSX. Absent: `Automatic` if the options or the file name a module that
    /// creates elements, else `Transform`.
    pub jsx: Option<Jsx>,
}

/// A point of the generated text, and where its author wrote it.
///
/// Lines and columns count from 1. A generated column counts bytes, as the engine does. A
/// column of the source counts UTF-16 units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mapping {
    /// The line in the generated text.
    pub generated_line: u32,
    /// The column in the generated text.
    pub generated_column: u32,
    /// The line in the source.
    pub line: u32,
    /// The column in the source.
    pub column: u32,
}

/// A program in JavaScript.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transpiled {
    /// Its text.
    pub code: String,
    /// Sorted by generated position. Empty if each line and column is the source's own.
    pub mappings: Vec<Mapping>,
    /// True if it is a `CommonJS` module, which `export =` makes of any file.
    pub commonjs: bool,
}

/// The first error of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyntaxError {
    /// The text of the error.
    pub message: String,
    /// The position of the error.
    pub position: Position,
}

impl SyntaxError {
    pub(crate) fn from_diagnostic(source: &str, diagnostic: &OxcDiagnostic) -> Self {
        let offset = diagnostic.labels.first().map_or(0, LabeledSpan::offset);
        Self { message: diagnostic.message.to_string(), position: position(source, offset) }
    }
}
