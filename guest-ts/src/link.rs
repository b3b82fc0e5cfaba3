//! Compilation of a module for a linker, which resolves its specifiers.

pub use crate::compilation::{Dialect, Format, Jsx, Mapping, Options, SyntaxError};
use crate::optimize::Defines;
use crate::position::{Position, Positions, column};
pub use crate::specifiers::{Specifier, SpecifierKind};
use crate::specifiers::{Specifiers, specifiers};
use crate::transpile::{Javascript, Settings, compile, parse, source_type};
use oxc_allocator::Allocator;
use oxc_ast::ast::Program;
use oxc_diagnostics::OxcDiagnostic;
use oxc_parser::ParserReturn;
use oxc_span::{GetSpan, ModuleKind, SourceType, Span};

/// The options of [`link`].
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LinkOptions {
    /// The options of [`transpile`](crate::transpile::transpile).
    pub transpile: Options,
    /// The kind of the module, if its name or its package tells.
    ///
    /// Absent: JavaScript and JSX are `CommonJS`, unless they have imports, exports,
    /// `import.meta` or an `await` outside of functions. TypeScript is a module.
    ///
    /// TypeScript that has imports or exports is a module even if this says otherwise, because
    /// it is compiled to one, and `CommonJS` if it has `export =`.
    pub format: Option<Format>,
    /// Global names, such as `process.env.NODE_ENV`, and the expressions that replace them.
    ///
    /// A name is not replaced where a declaration shadows its first part. If one is replaced,
    /// code that then never runs is removed.
    pub define: Vec<(String, String)>,
    /// True if the code is made shorter: compressed, without whitespace and comments, and with
    /// short names for everything but globals, exports and properties.
    pub minify: bool,
}

/// A module that is ready to be linked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Linked {
    /// The text of the module, or `None` if the source is JavaScript already.
    pub code: Option<String>,
    /// Sorted by generated position. Empty if each line and column is the source's own.
    pub mappings: Vec<Mapping>,
    /// The kind of the module.
    pub format: Format,
    /// The names of other modules, in the order of the text. Those that only types are imported
    /// from are not among them.
    pub specifiers: Vec<Specifier>,
    /// The places in the source of `import()` and `require()` calls whose specifier is computed
    /// at run time.
    pub unresolved: Vec<Position>,
}

/// Compiles a module to JavaScript and finds the specifiers in the result.
///
/// Text that is JavaScript already is parsed once and not copied. Like
/// [`transpile`](crate::transpile::transpile), it has no guard against deep nesting.
///
/// # Errors
///
/// Errors with the first syntax error, if the module contradicts itself, or if a definition in
/// the options does not parse.
pub fn link(dialect: Dialect, source: &str, options: &LinkOptions) -> Result<Linked, SyntaxError> {
    let defines = match options.define.as_slice() {
        [] => None,
        pairs => Some(Defines::new(pairs)?),
    };
    let allocator = Allocator::default();
    let mut program = parse_source(&allocator, dialect, source, options.format)
        .map_err(|it| SyntaxError::from_diagnostic(source, &it))?;
    let settings =
        Settings { options: &options.transpile, defines: defines.as_ref(), minify: options.minify };
    let compiled = compile(&allocator, &mut program, &settings)?;
    let mut source_type = program.source_type;
    let (code, mappings, found) = match compiled {
        Javascript::Unchanged => (None, Vec::new(), specifiers(&program)),
        Javascript::Erased(code) => {
            let found = if code.len() == source.len() {
                kept(specifiers(&program), &code)
            } else {
                parsed_again(&code, source_type)?
            };
            (Some(code), Vec::new(), found)
        }
        Javascript::Printed(it) => {
            source_type = source_type.with_commonjs(it.commonjs);
            let found = parsed_again(&it.code, source_type)?;
            (Some(it.code), it.mappings, found)
        }
    };
    let unresolved = positions(code.as_deref().unwrap_or(source), &mappings, &found.unresolved);
    let format = if source_type.is_module() { Format::Module } else { Format::CommonJs };
    Ok(Linked { code, mappings, format, specifiers: found.literals, unresolved })
}

/// Parses a text as the kind of module that it is. The program's kind is then `Module` or
/// `CommonJS`.
fn parse_source<'a>(
    allocator: &'a Allocator,
    dialect: Dialect,
    source: &'a str,
    format: Option<Format>,
) -> Result<Program<'a>, OxcDiagnostic> {
    let source_type = source_type(dialect);
    let kinds: &[ModuleKind] = match (source_type.is_typescript(), format) {
        (_, Some(Format::Module)) | (true, None) => &[ModuleKind::Module],
        (false, Some(Format::CommonJs)) => &[ModuleKind::CommonJS],
        // Only `CommonJS` may have a `return` outside of functions, and only a module may have a
        // `for await` there, neither of which decides which kind a text is.
        _ => &[ModuleKind::Unambiguous, ModuleKind::CommonJS, ModuleKind::Module],
    };
    let mut first = None;
    for kind in kinds {
        match parse_as(allocator, source, source_type, *kind) {
            Ok(program) => return Ok(program),
            Err(error) => first = first.or(Some(error)),
        }
    }
    Err(first.unwrap_or_else(|| OxcDiagnostic::error("no kind of module")))
}

fn parse_as<'a>(
    allocator: &'a Allocator,
    source: &'a str,
    source_type: SourceType,
    kind: ModuleKind,
) -> Result<Program<'a>, OxcDiagnostic> {
    let source_type = match kind {
        ModuleKind::CommonJS => source_type.with_commonjs(true),
        ModuleKind::Unambiguous => source_type.with_unambiguous(true),
        ModuleKind::Module | ModuleKind::Script => source_type.with_module(true),
    };
    let mut parsed = parse(allocator, source, source_type)?;
    if kind == ModuleKind::CommonJS
        && let Some(span) = module_syntax(&parsed)
    {
        let message = "A CommonJS module cannot have imports, exports and `import.meta`.";
        return Err(OxcDiagnostic::error(message).with_label(span));
    }
    let parsed_as = parsed.program.source_type;
    parsed.program.source_type = parsed_as.with_commonjs(!parsed_as.is_module());
    Ok(parsed.program)
}

/// Returns the place of the first construct that only a module may have.
fn module_syntax(parsed: &ParserReturn<'_>) -> Option<Span> {
    let declaration = parsed.program.body.iter().find(|it| it.is_module_declaration());
    let declaration = declaration.map(GetSpan::span);
    declaration.or_else(|| parsed.module_record.import_metas.first().copied())
}

/// Returns the specifiers of generated JavaScript.
fn parsed_again(code: &str, source_type: SourceType) -> Result<Specifiers, SyntaxError> {
    let allocator = Allocator::default();
    parse(&allocator, code, source_type.with_javascript(true))
        .map(|parsed| specifiers(&parsed.program))
        .map_err(|it| SyntaxError::from_diagnostic(code, &it))
}

/// Drops what was erased from a text. Offsets are those of the source, because both are equally
/// long.
fn kept(mut found: Specifiers, code: &str) -> Specifiers {
    let is_kept = |start: u32| code.as_bytes().get(start as usize).is_some_and(|it| *it != b' ');
    found.literals.retain(|it| is_kept(it.start));
    found.unresolved.retain(|it| is_kept(*it));
    found
}

/// Converts offsets in the code to positions in the source.
fn positions(code: &str, mappings: &[Mapping], offsets: &[u32]) -> Vec<Position> {
    if offsets.is_empty() {
        return Vec::new();
    }
    let table = Positions::new(code);
    let original = |offset: u32| {
        let generated = table.position(offset);
        let begin = table.offset(generated.line, 1);
        let at = (generated.line, column((offset - begin) as usize));
        let next = mappings.partition_point(|it| (it.generated_line, it.generated_column) <= at);
        let mapping = next.checked_sub(1).and_then(|index| mappings.get(index));
        mapping.map_or(generated, |it| Position { line: it.line, column: it.column })
    };
    offsets.iter().copied().map(original).collect()
}
