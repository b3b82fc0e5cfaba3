//! The other way to make JavaScript: transform the program and print it anew.
//!
//! Only what TypeScript and JSX add is transformed. Modern JavaScript stays as
//! it is written, class fields included: the engine knows it.

use crate::position::{column, positions};
use crate::transpile::{Mapping, SyntaxError, Transpiled};
use oxc_allocator::Allocator;
use oxc_ast::ast::Program;
use oxc_codegen::{Codegen, CodegenOptions, CommentOptions};
use oxc_semantic::SemanticBuilder;
use oxc_transformer::{JsxOptions, JsxRuntime, TransformOptions, Transformer};
use std::path::{Path, PathBuf};

/// Transforms and prints a program.
///
/// JSX becomes calls of `React.createElement`, or of what the comments `@jsx`
/// and `@jsxFrag` name: a sandbox has no module `react/jsx-runtime` unless its
/// author brings one and asks for it with `@jsxRuntime automatic`.
///
/// # Errors
///
/// What the transformer cannot express, such as `export let` in a namespace.
pub fn lower<'a>(
    allocator: &'a Allocator,
    program: &mut Program<'a>,
) -> Result<Transpiled, SyntaxError> {
    let source = program.source_text;
    // The transformer adds scopes and symbols, and takes the values of enum
    // members from here.
    let scoping = SemanticBuilder::new()
        .with_excess_capacity(2.0)
        .with_enum_eval(true)
        .build(program)
        .semantic
        .into_scoping();
    let options = TransformOptions {
        jsx: JsxOptions { runtime: JsxRuntime::Classic, pure: false, ..JsxOptions::enable() },
        ..TransformOptions::default()
    };
    // The path takes part in nothing that is enabled here.
    let transformed = Transformer::new(allocator, Path::new("module"), &options)
        .build_with_scoping(scoping, program);
    if let Some(diagnostic) = transformed.diagnostics.first() {
        return Err(SyntaxError::from_diagnostic(source, diagnostic));
    }
    let printed = Codegen::new()
        .with_options(CodegenOptions {
            comments: CommentOptions::disabled(),
            source_map_path: Some(PathBuf::from("module")),
            ..CodegenOptions::default()
        })
        .build(program);
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
    Ok(Transpiled { code: printed.code, mappings })
}

/// Generated columns count UTF-16 units, and the engine counts bytes.
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
