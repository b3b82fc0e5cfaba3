//! The exports of the guest.

#![allow(unsafe_code, reason = "the generated glue lifts and lowers through raw memory")]

use crate::link::{self, link};
use crate::program::{self, program};
use crate::transpile::{self, transpile};

wit_bindgen::generate!({ path: "../wit/transpiler.wit", world: "transpiler" });

struct Transpiler;

impl Guest for Transpiler {
    fn transpile(
        dialect: Dialect,
        source: String,
        options: Options,
    ) -> Result<Transpiled, SyntaxError> {
        let it = transpile(dialect.into(), source, &options.into())?;
        Ok(Transpiled { code: it.code, mappings: mappings(it.mappings), commonjs: it.commonjs })
    }

    fn link(dialect: Dialect, source: String, options: LinkOptions) -> Result<Linked, SyntaxError> {
        let it = link(dialect.into(), &source, &options.into())?;
        let unresolved = it.unresolved.into_iter();
        Ok(Linked {
            code: it.code,
            mappings: mappings(it.mappings),
            format: match it.format {
                link::Format::Module => Format::Module,
                link::Format::CommonJs => Format::Commonjs,
            },
            specifiers: it.specifiers.into_iter().map(Into::into).collect(),
            unresolved: unresolved
                .map(|it| Position { line: it.line, column: it.column })
                .collect(),
        })
    }

    fn program(source: String, options: ProgramOptions) -> Result<CompiledProgram, ProgramError> {
        program(&source, &options.into())
            .map(|it| CompiledProgram {
                code: it.code,
                mappings: mappings(it.mappings),
                first_line: it.first_line,
            })
            .map_err(|it| ProgramError { error: it.error.into(), first_line: it.first_line })
    }
}

impl From<ProgramOptions> for program::ProgramOptions {
    fn from(it: ProgramOptions) -> Self {
        Self { transpile: it.transpile.into(), repl: it.repl }
    }
}

impl From<Dialect> for transpile::Dialect {
    fn from(it: Dialect) -> Self {
        match it {
            Dialect::Typescript => Self::TypeScript,
            Dialect::Tsx => Self::Tsx,
            Dialect::Jsx => Self::Jsx,
            Dialect::Javascript => Self::JavaScript,
        }
    }
}

impl From<Options> for transpile::Options {
    fn from(it: Options) -> Self {
        Self {
            legacy_decorators: it.legacy_decorators,
            jsx_import_source: it.jsx_import_source,
            jsx: None,
        }
    }
}

impl From<LinkOptions> for link::LinkOptions {
    fn from(it: LinkOptions) -> Self {
        let jsx = it.jsx.map(|it| match it {
            Jsx::Transform => link::Jsx::Transform,
            Jsx::Automatic => link::Jsx::Automatic,
            Jsx::Preserve => link::Jsx::Preserve,
        });
        let format = it.format.map(|it| match it {
            Format::Module => link::Format::Module,
            Format::Commonjs => link::Format::CommonJs,
        });
        let transpile = transpile::Options { jsx, ..it.transpile.into() };
        Self { transpile, format, define: it.define, minify: it.minify }
    }
}

impl From<link::Specifier> for Specifier {
    fn from(it: link::Specifier) -> Self {
        Self {
            start: it.start,
            end: it.end,
            text: it.text,
            kind: match it.kind {
                link::SpecifierKind::StaticImport => SpecifierKind::StaticImport,
                link::SpecifierKind::DynamicImport => SpecifierKind::DynamicImport,
                link::SpecifierKind::Require => SpecifierKind::Require,
                link::SpecifierKind::RequireResolve => SpecifierKind::RequireResolve,
            },
            attribute_type: it.attribute_type,
            caught: it.caught,
        }
    }
}

impl From<transpile::SyntaxError> for SyntaxError {
    fn from(it: transpile::SyntaxError) -> Self {
        Self { message: it.message, line: it.position.line, column: it.position.column }
    }
}

fn mappings(all: Vec<transpile::Mapping>) -> Vec<Mapping> {
    let mapping = |it: transpile::Mapping| Mapping {
        generated_line: it.generated_line,
        generated_column: it.generated_column,
        line: it.line,
        column: it.column,
    };
    all.into_iter().map(mapping).collect()
}

export!(Transpiler);
