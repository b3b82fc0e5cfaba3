//! TypeScript in, JavaScript out.

use crate::erase::{self, Plan};
use crate::lower::lower;
use crate::position::{Position, position};
use crate::scan::Scanner;
use oxc_allocator::Allocator;
use oxc_ast::ast::{ExportDefaultDeclarationKind, Program, Statement};
use oxc_diagnostics::OxcDiagnostic;
use oxc_parser::Parser;
use oxc_semantic::SemanticBuilder;
use oxc_span::{LabeledSpan, SourceType};

/// Which grammar a text is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// `.ts`, `.mts`, `.cts`
    TypeScript,
    /// `.tsx`
    Tsx,
    /// `.jsx`
    Jsx,
}

/// One point of the generated text and where its author wrote it.
/// Lines and columns count from 1; a generated column counts bytes, as the
/// engine does, and the source's UTF-16 units.
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
    /// Sorted by generated position. Empty when each line and column is the
    /// source's own.
    pub mappings: Vec<Mapping>,
}

/// The first error of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyntaxError {
    /// What is wrong.
    pub message: String,
    /// Where it is.
    pub position: Position,
}

impl SyntaxError {
    pub(crate) fn from_diagnostic(source: &str, diagnostic: &OxcDiagnostic) -> Self {
        let offset = diagnostic.labels.first().map_or(0, LabeledSpan::offset);
        Self { message: diagnostic.message.to_string(), position: position(source, offset) }
    }
}

/// Makes JavaScript of a module.
///
/// Nothing here is guarded against deep nesting: the parser and the tree walks
/// recurse. Hostile text belongs into the Wasm build, where the stack's end is
/// a trap.
///
/// # Errors
///
/// The first syntax error, or the first use of what a sandbox does not
/// support: decorators, `accessor` fields, `export =` and `import = require()`.
pub fn transpile(dialect: Dialect, source: String) -> Result<Transpiled, SyntaxError> {
    let allocator = Allocator::default();
    match in_arena(&allocator, dialect, &source)? {
        Some(transpiled) => Ok(transpiled),
        None => Ok(Transpiled { code: source, mappings: Vec::new() }),
    }
}

/// The program in JavaScript, or nothing if it is JavaScript as it stands.
fn in_arena(
    allocator: &Allocator,
    dialect: Dialect,
    source: &str,
) -> Result<Option<Transpiled>, SyntaxError> {
    let source_type = match dialect {
        Dialect::TypeScript => SourceType::ts(),
        Dialect::Tsx => SourceType::tsx(),
        Dialect::Jsx => SourceType::jsx(),
    };
    // One without imports and exports too: `await` is no name in it.
    let source_type = source_type.with_module(true);
    let mut parsed = Parser::new(allocator, source, source_type).parse();
    if let Some(diagnostic) = parsed.diagnostics.first() {
        return Err(SyntaxError::from_diagnostic(source, diagnostic));
    }
    let plan = {
        let program = &parsed.program;
        let scoping = (source_type.is_typescript() && needs_scoping(program))
            .then(|| SemanticBuilder::new().build(program).semantic.into_scoping());
        let scanner = Scanner::new(source, &program.comments);
        match erase::plan(program, &scanner, scoping.as_ref()) {
            Plan::Erase(edits) if edits.is_empty() => return Ok(None),
            Plan::Erase(edits) => {
                let code = edits.apply(&scanner);
                return Ok(Some(Transpiled { code, mappings: Vec::new() }));
            }
            other => other,
        }
    };
    match plan {
        Plan::Refuse(refusal) => Err(SyntaxError {
            message: refusal.message.to_owned(),
            position: position(source, refusal.span.start),
        }),
        _ => lower(allocator, &mut parsed.program).map(Some),
    }
}

/// Whether some name's fate depends on how it is used elsewhere: an import
/// that is only a type goes, and so does the export of a type.
fn needs_scoping(program: &Program<'_>) -> bool {
    program.body.iter().any(|statement| match statement {
        Statement::ImportDeclaration(it) => {
            it.import_kind.is_value() && it.specifiers.as_ref().is_some_and(|it| !it.is_empty())
        }
        Statement::ExportNamedDeclaration(it) => {
            it.export_kind.is_value() && !it.specifiers.is_empty()
        }
        Statement::ExportDefaultDeclaration(it) => {
            matches!(it.declaration, ExportDefaultDeclarationKind::Identifier(_))
        }
        _ => false,
    })
}
