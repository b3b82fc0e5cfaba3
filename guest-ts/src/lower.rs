//! The alternative to erasing: the program is transformed and printed anew.
//!
//! Only what TypeScript and JSX add is transformed. Modern JavaScript, including class fields,
//! stays as it is written, because the engine supports it.

use crate::compilation::{Jsx, Mapping, Options, Transpiled};
use crate::position::{column, positions};
use oxc_allocator::Allocator;
use oxc_ast::ast::Program;
use oxc_codegen::{Codegen, CodegenOptions, CommentOptions};
use oxc_diagnostics::OxcDiagnostic;
use oxc_minifier::MinifierReturn;
use oxc_semantic::SemanticBuilder;
use oxc_span::GetSpan;
use oxc_transformer::{
    DecoratorOptions, HelperLoaderMode, JsxOptions, JsxRuntime, TransformOptions, Transformer,
};
use std::path::{Path, PathBuf};

/// The helpers of TypeScript's own decorators, under the names by which the transformer calls
/// them.
const LEGACY_HELPERS: &str = include_str!("lower/legacy.js");
const LEGACY_OBJECT: &str = "babelHelpers";

/// Transforms and prints a program.
///
/// # Errors
///
/// Errors if the transformer cannot express something.
pub fn lower<'a>(
    allocator: &'a Allocator,
    program: &mut Program<'a>,
    options: &Options,
) -> Result<Transpiled, OxcDiagnostic> {
    transform(allocator, program, options)?;
    Ok(print(program, options, None))
}

/// Transforms a program to JavaScript.
///
/// JSX becomes calls of `React.createElement`, or of what the comments `@jsx` and `@jsxFrag`
/// name. If the options or the comment `@jsxImportSource` name a module that creates elements,
/// that module is imported.
///
/// # Errors
///
/// Errors if the transformer cannot express something.
pub(crate) fn transform<'a>(
    allocator: &'a Allocator,
    program: &mut Program<'a>,
    options: &Options,
) -> Result<(), OxcDiagnostic> {
    // The transformer adds scopes and symbols, and takes the values of enum
    // members from here.
    let scoping = SemanticBuilder::new()
        .with_excess_capacity(2.0)
        .with_enum_eval(true)
        .build(program)
        .semantic
        .into_scoping();
    let mut transform = TransformOptions {
        jsx: jsx(program, options),
        decorator: DecoratorOptions {
            legacy: options.legacy_decorators,
            ..DecoratorOptions::default()
        },
        ..TransformOptions::default()
    };
    transform.helper_loader.mode = HelperLoaderMode::External;
    // Nothing that is enabled here uses the path.
    let transformed = Transformer::new(allocator, Path::new("module"), &transform)
        .build_with_scoping(scoping, program);
    transformed.diagnostics.into_iter().next().map_or(Ok(()), Err)
}

/// Prints a program. A minified one is printed with its short names and without whitespace.
pub(crate) fn print(
    program: &Program<'_>,
    options: &Options,
    minified: Option<MinifierReturn>,
) -> Transpiled {
    let mut codegen = Codegen::new().with_options(CodegenOptions {
        minify: minified.is_some(),
        comments: CommentOptions::disabled(),
        source_map_path: Some(PathBuf::from("module")),
        ..CodegenOptions::default()
    });
    if let Some(it) = minified {
        codegen = codegen
            .with_scoping(it.scoping)
            .with_private_member_mappings(it.class_private_mappings);
    }
    let mut printed = codegen.build(program);
    let mut mappings = Vec::new();
    if let Some(map) = &printed.map {
        mappings.extend(map.get_tokens().map(|token| Mapping {
            generated_line: token.get_dst_line() + 1,
            generated_column: token.get_dst_col() + 1,
            line: token.get_src_line() + 1,
            column: token.get_src_col() + 1,
        }));
    }
    columns_in_bytes(&printed.code, &mut mappings);
    if options.legacy_decorators && printed.code.contains(LEGACY_OBJECT) {
        // Placed first, because class declarations call them before what follows has run.
        let strict = if program.has_use_strict_directive() { "\"use strict\"; " } else { "" };
        let helpers = LEGACY_HELPERS.replace('\n', " ");
        let line = format!("{strict}var {LEGACY_OBJECT} = {helpers};\n");
        let hashbang = if program.hashbang.is_some() { printed.code.find('\n') } else { None };
        printed.code.insert_str(hashbang.map_or(0, |end| end + 1), &line);
        for mapping in &mut mappings {
            mapping.generated_line += u32::from(hashbang.is_none() || mapping.generated_line > 1);
        }
    }
    Transpiled { code: printed.code, mappings, commonjs: program.source_type.is_commonjs() }
}

/// Returns how JSX is transformed, according to the comments before the first statement and to
/// the options.
fn jsx(program: &Program<'_>, options: &Options) -> JsxOptions {
    let first = program.body.first().map_or(u32::MAX, |it| it.span().start);
    let named =
        program.comments.iter().take_while(|it| it.span.end <= first).any(|it| {
            it.content_span().source_text(program.source_text).contains("@jsxImportSource")
        });
    let runtime = match options.jsx {
        Some(Jsx::Preserve) => return JsxOptions::disable(),
        Some(Jsx::Automatic) => JsxRuntime::Automatic,
        None if named || options.jsx_import_source.is_some() => JsxRuntime::Automatic,
        Some(Jsx::Transform) | None => JsxRuntime::Classic,
    };
    JsxOptions {
        runtime,
        import_source: options.jsx_import_source.clone(),
        pure: false,
        // `a:b` is an ordinary name, as in TypeScript.
        throw_if_namespace: false,
        ..JsxOptions::enable()
    }
}

/// Converts generated columns, which count UTF-16 units, to bytes, which the engine counts.
fn columns_in_bytes(code: &str, mappings: &mut [Mapping]) {
    if code.is_ascii() {
        return;
    }
    let mut mappings = mappings.iter_mut().peekable();
    let mut line_begins = 0;
    for (offset, position) in positions(code) {
        if position.column == 1 {
            line_begins = offset;
        }
        let at = (position.line, position.column);
        let reached = |it: &&mut Mapping| (it.generated_line, it.generated_column) <= at;
        while let Some(mapping) = mappings.next_if(reached) {
            mapping.generated_column = column(offset - line_begins);
        }
    }
}
