//! Compilation of TypeScript to JavaScript.

pub use crate::compilation::{Dialect, Mapping, Options, SyntaxError, Transpiled};
use crate::erase::{self, Plan};
use crate::lower::lower;
use crate::position::{Position, Positions, position};
use crate::rewrite::{Refusal, rewrite};
use crate::scan::Scanner;
use oxc_allocator::Allocator;
use oxc_ast::ast::{ExportDefaultDeclarationKind, Program, Statement};
use oxc_diagnostics::OxcDiagnostic;
use oxc_parser::Parser;
use oxc_semantic::SemanticBuilder;
use oxc_span::{LabeledSpan, SourceType};

/// Compiles a module to JavaScript.
///
/// There is no guard against deep nesting: the parser and the tree walks recurse. Hostile text
/// belongs in the Wasm build, where the end of the stack is a trap.
///
/// # Errors
///
/// Errors with the first syntax error, or if the module contradicts itself, for example with
/// `export =` beside other exports.
pub fn transpile(
    dialect: Dialect,
    source: String,
    options: &Options,
) -> Result<Transpiled, SyntaxError> {
    let allocator = Allocator::default();
    match in_arena(&allocator, dialect, &source, options)? {
        Some(transpiled) => Ok(transpiled),
        None => Ok(Transpiled { code: source, mappings: Vec::new(), commonjs: false }),
    }
}

/// Returns the program in JavaScript, or `None` if it is already JavaScript.
fn in_arena(
    allocator: &Allocator,
    dialect: Dialect,
    source: &str,
    options: &Options,
) -> Result<Option<Transpiled>, SyntaxError> {
    let source_type = match dialect {
        Dialect::TypeScript => SourceType::ts(),
        Dialect::Tsx => SourceType::tsx(),
        Dialect::Jsx => SourceType::jsx(),
    };
    // A file without imports and exports is a module too, where `await` is not a name.
    let source_type = source_type.with_module(true);
    let mut parsed = parse(allocator, source, source_type)
        .map_err(|it| SyntaxError::from_diagnostic(source, &it))?;
    let plan = {
        let program = &parsed;
        let scoping = (source_type.is_typescript() && needs_scoping(program))
            .then(|| SemanticBuilder::new().build(program).semantic.into_scoping());
        let scanner = Scanner::new(source, &program.comments);
        match erase::plan(program, &scanner, scoping.as_ref()) {
            Plan::Erase(edits) if edits.is_empty() => return Ok(None),
            Plan::Erase(edits) => {
                let code = edits.apply(&scanner);
                return Ok(Some(Transpiled { code, mappings: Vec::new(), commonjs: false }));
            }
            other => other,
        }
    };
    match plan {
        Plan::Rewrite => rewritten(&parsed, source_type, options).map(Some),
        _ => lower(allocator, &mut parsed, options)
            .map(Some)
            .map_err(|it| SyntaxError::from_diagnostic(source, &it)),
    }
}

/// Returns the program in JavaScript, rewritten before it is transformed.
fn rewritten(
    program: &Program<'_>,
    source_type: SourceType,
    options: &Options,
) -> Result<Transpiled, SyntaxError> {
    let source = program.source_text;
    let scoping =
        SemanticBuilder::new().with_enum_eval(true).build(program).semantic.into_scoping();
    let scanner = Scanner::new(source, &program.comments);
    let rewritten =
        rewrite(program, &scanner, &scoping, options).map_err(|Refusal { span, message }| {
            SyntaxError { message: message.to_owned(), position: position(source, span.start) }
        })?;
    let text = &rewritten.rendered.text;
    let error = |diagnostic: OxcDiagnostic| {
        let offset = diagnostic.labels.first().map_or(0, LabeledSpan::offset);
        let origin = rewritten.rendered.origin(offset);
        SyntaxError { message: diagnostic.message.to_string(), position: position(source, origin) }
    };
    let allocator = Allocator::default();
    let source_type = source_type.with_module(!rewritten.commonjs);
    let mut program = parse(&allocator, text, source_type).map_err(error)?;
    let mut transpiled = lower(&allocator, &mut program, options).map_err(error)?;
    let generated = Positions::new(text);
    let original = Positions::new(source);
    for mapping in &mut transpiled.mappings {
        let offset = generated.offset(mapping.line, mapping.column);
        let Position { line, column } = original.position(rewritten.rendered.origin(offset));
        (mapping.line, mapping.column) = (line, column);
    }
    transpiled.commonjs = rewritten.commonjs;
    Ok(transpiled)
}

fn parse<'a>(
    allocator: &'a Allocator,
    source: &'a str,
    source_type: SourceType,
) -> Result<Program<'a>, OxcDiagnostic> {
    let parsed = Parser::new(allocator, source, source_type).parse();
    let is_tolerated = |it: &OxcDiagnostic| TOLERATED.iter().any(|text| it.message == *text);
    match parsed.diagnostics.into_iter().find(|it| parsed.panicked || !is_tolerated(it)) {
        Some(diagnostic) => Err(diagnostic),
        None => Ok(parsed.program),
    }
}

/// The errors of the parser that TypeScript only reports when it checks types. TypeScript
/// compiles such a file all the same.
const TOLERATED: [&str; 3] = [
    "A decorator can only decorate a method implementation, not an overload.",
    "Expression must be enclosed in parentheses to be used as a decorator.",
    "Initializers are not allowed in ambient contexts.",
];

/// Returns true if the treatment of some name depends on how it is used elsewhere. An import
/// that is only a type is removed, and so is the export of a type.
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
