//! The second guest of isolet, which compiles TypeScript, TSX and JSX to JavaScript.
//!
//! Untrusted text is parsed inside Wasm, because a recursive parser crashes on deep input and
//! would take the host with it. This crate is compiled to one core module that imports nothing.
//! The host makes a component of it, gives each run a new instance with fuel, memory and a
//! stack of its own, and throws the instance away.
//!
//! The logic also builds natively, where its tests run. [`transpile()`](transpile::transpile)
//! parses, [`erase`] plans, [`edits`] erases types in place, [`lower`] transforms what cannot
//! be erased, and [`rewrite`] first rewrites what the transformer does not support.

pub mod compilation;
pub mod edits;
pub mod erase;
pub mod lower;
pub mod position;
pub mod rewrite;
pub mod scan;
pub mod transpile;

#[cfg(target_arch = "wasm32")]
mod heap;

#[cfg(target_arch = "wasm32")]
#[global_allocator]
static HEAP: heap::Heap = heap::Heap::new();

#[cfg(target_arch = "wasm32")]
#[allow(unsafe_code, reason = "the generated glue lifts and lowers through raw memory")]
mod guest {
    use crate::transpile::{self, transpile};

    wit_bindgen::generate!({ path: "../wit/transpiler.wit", world: "transpiler" });

    struct Transpiler;

    impl Guest for Transpiler {
        fn transpile(
            dialect: Dialect,
            source: String,
            options: Options,
        ) -> Result<Transpiled, SyntaxError> {
            let options = transpile::Options {
                legacy_decorators: options.legacy_decorators,
                jsx_import_source: options.jsx_import_source,
            };
            let dialect = match dialect {
                Dialect::Typescript => transpile::Dialect::TypeScript,
                Dialect::Tsx => transpile::Dialect::Tsx,
                Dialect::Jsx => transpile::Dialect::Jsx,
            };
            match transpile(dialect, source, &options) {
                Ok(it) => Ok(Transpiled {
                    code: it.code,
                    mappings: it.mappings.into_iter().map(mapping).collect(),
                    commonjs: it.commonjs,
                }),
                Err(it) => Err(SyntaxError {
                    message: it.message,
                    line: it.position.line,
                    column: it.position.column,
                }),
            }
        }
    }

    const fn mapping(it: transpile::Mapping) -> Mapping {
        Mapping {
            generated_line: it.generated_line,
            generated_column: it.generated_column,
            line: it.line,
            column: it.column,
        }
    }

    export!(Transpiler);
}
