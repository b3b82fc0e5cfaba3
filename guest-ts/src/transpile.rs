//! Compilation of TypeScript to JavaScript.

pub use crate::compilation::{Dialect, Jsx, Mapping, Options, SyntaxError, Transpiled};
use crate::erase::{self, Plan};
use crate::lower::{print, transform};
use crate::optimize::{Defines, minify, remove_dead_code};
use crate::position::{Position, position};
use crate::rewrite::{Refusal, rewrite};
use crate::scan::Scanner;
use oxc_allocator::Allocator;
use oxc_ast::ast::{ExportDefaultDeclarationKind, Program, Statement};
use oxc_diagnostics::OxcDiagnostic;
use oxc_parser::{Parser, ParserReturn};
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
    let code = match in_arena(&allocator, dialect, &source, options)? {
        Javascript::Printed(transpiled) => return Ok(transpiled),
        Javascript::Erased(code) => code,
        Javascript::Unchanged => source,
    };
    Ok(Transpiled { code, mappings: Vec::new(), commonjs: false })
}

fn in_arena(
    allocator: &Allocator,
    dialect: Dialect,
    source: &str,
    options: &Options,
) -> Result<Javascript, SyntaxError> {
    // A file without imports and exports is a module too, where `await` is not a name.
    let source_type = source_type(dialect).with_module(true);
    let mut program = parse(allocator, source, source_type)
        .map_err(|it| SyntaxError::from_diagnostic(source, &it))?
        .program;
    compile(allocator, &mut program, &Settings { options, defines: None, minify: false })
}

pub(crate) const fn source_type(dialect: Dialect) -> SourceType {
    match dialect {
        Dialect::TypeScript => SourceType::ts(),
        Dialect::Tsx => SourceType::tsx(),
        Dialect::Jsx => SourceType::jsx(),
        Dialect::JavaScript => SourceType::mjs(),
    }
}

/// The settings of a compilation.
pub(crate) struct Settings<'o> {
    pub(crate) options: &'o Options,
    pub(crate) defines: Option<&'o Defines>,
    pub(crate) minify: bool,
}

/// A program in JavaScript.
pub(crate) enum Javascript {
    /// The text is JavaScript already.
    Unchanged,
    /// The text without its types. Each line and column is the source's own.
    Erased(String),
    /// A new text.
    Printed(Transpiled),
}

/// Compiles a program.
///
/// # Errors
///
/// Errors if the program contradicts itself.
pub(crate) fn compile<'a>(
    allocator: &'a Allocator,
    program: &mut Program<'a>,
    settings: &Settings<'_>,
) -> Result<Javascript, SyntaxError> {
    let source = program.source_text;
    let defines = settings.defines.filter(|it| it.may_occur_in(source));
    let settings = Settings { defines, ..*settings };
    let plan = {
        let scoping = (program.source_type.is_typescript() && needs_scoping(program))
            .then(|| SemanticBuilder::new().build(program).semantic.into_scoping());
        let scanner = Scanner::new(source, &program.comments);
        erase::plan(program, &scanner, scoping.as_ref(), settings.options.jsx)
    };
    match plan {
        Plan::Rewrite => return rewritten(program, &settings).map(Javascript::Printed),
        Plan::Erase(edits) if !settings.minify => match defines {
            None if edits.is_empty() => return Ok(Javascript::Unchanged),
            None => {
                let scanner = Scanner::new(source, &program.comments);
                return Ok(Javascript::Erased(edits.apply(&scanner)));
            }
            // Comments and strings have names too.
            Some(defines) if edits.is_empty() && !defines.apply(allocator, program) => {
                return Ok(Javascript::Unchanged);
            }
            Some(_) => {}
        },
        Plan::Erase(_) | Plan::Lower => {}
    }
    printed(allocator, program, &settings)
        .map(Javascript::Printed)
        .map_err(|it| SyntaxError::from_diagnostic(source, &it))
}

/// Transforms a program and prints it anew.
fn printed<'a>(
    allocator: &'a Allocator,
    program: &mut Program<'a>,
    settings: &Settings<'_>,
) -> Result<Transpiled, OxcDiagnostic> {
    transform(allocator, program, settings.options)?;
    if let Some(defines) = settings.defines {
        defines.apply(allocator, program);
        if !settings.minify {
            remove_dead_code(allocator, program);
        }
    }
    let minified = settings.minify.then(|| minify(allocator, program));
    Ok(print(program, settings.options, minified))
}

/// Returns the program in JavaScript, rewritten before it is transformed.
fn rewritten(program: &Program<'_>, settings: &Settings<'_>) -> Result<Transpiled, SyntaxError> {
    let source = program.source_text;
    let scoping =
        SemanticBuilder::new().with_enum_eval(true).build(program).semantic.into_scoping();
    let scanner = Scanner::new(source, &program.comments);
    let rewritten = rewrite(program, &scanner, &scoping, settings.options).map_err(
        |Refusal { span, message }| SyntaxError {
            message: message.to_owned(),
            position: position(source, span.start),
        },
    )?;
    let text = &rewritten.rendered.text;
    let error = |diagnostic: OxcDiagnostic| {
        let offset = diagnostic.labels.first().map_or(0, LabeledSpan::offset);
        let origin = rewritten.rendered.origin(offset);
        SyntaxError { message: diagnostic.message.to_string(), position: position(source, origin) }
    };
    let allocator = Allocator::default();
    let source_type = program.source_type.with_commonjs(rewritten.commonjs);
    let mut program = parse(&allocator, text, source_type).map_err(error)?.program;
    let mut transpiled = printed(&allocator, &mut program, settings).map_err(error)?;
    map_back(&mut transpiled.mappings, rewritten.rendered.to_source(source));
    Ok(transpiled)
}

/// Moves the source of mappings to where that was generated from.
pub(crate) fn map_back(mappings: &mut [Mapping], to_source: impl Fn(Position) -> Position) {
    for mapping in mappings {
        let Position { line, column } =
            to_source(Position { line: mapping.line, column: mapping.column });
        (mapping.line, mapping.column) = (line, column);
    }
}

/// Parses a text.
///
/// # Errors
///
/// Errors with the first syntax error.
pub(crate) fn parse<'a>(
    allocator: &'a Allocator,
    source: &'a str,
    source_type: SourceType,
) -> Result<ParserReturn<'a>, OxcDiagnostic> {
    checked(Parser::new(allocator, source, source_type).parse())
}

/// Returns what was parsed, unless there is an error that TypeScript does not tolerate.
pub(crate) fn checked(mut parsed: ParserReturn<'_>) -> Result<ParserReturn<'_>, OxcDiagnostic> {
    let is_tolerated = |it: &OxcDiagnostic| TOLERATED.iter().any(|text| it.message == *text);
    let diagnostics = std::mem::take(&mut parsed.diagnostics);
    match diagnostics.into_iter().find(|it| parsed.panicked || !is_tolerated(it)) {
        Some(diagnostic) => Err(diagnostic),
        None => Ok(parsed),
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
