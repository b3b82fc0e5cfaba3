//! The replacement of global names, the removal of code that never runs, and minification.

use crate::compilation::SyntaxError;
use crate::position::Position;
use oxc_allocator::Allocator;
use oxc_ast::ast::Program;
use oxc_minifier::{
    CompressOptions, CompressOptionsUnused, Compressor, MangleOptions, Minifier, MinifierOptions,
    MinifierReturn,
};
use oxc_semantic::SemanticBuilder;
use oxc_transformer_plugins::{ReplaceGlobalDefines, ReplaceGlobalDefinesConfig};

/// The parameters of the function that a `CommonJS` module becomes. A `var` of the same name has
/// the parameter's value, so it must not be renamed.
const COMMONJS_PARAMETERS: [&str; 5] = ["exports", "require", "module", "__filename", "__dirname"];

/// Global names and the expressions that replace them.
pub(crate) struct Defines {
    config: ReplaceGlobalDefinesConfig,
    /// The last part of each name. Most texts contain none of them.
    last_parts: Vec<String>,
}

impl Defines {
    /// Parses pairs of a name and an expression.
    ///
    /// # Errors
    ///
    /// Errors if a name is not made of identifiers with dots between them, or if an expression
    /// does not parse.
    pub(crate) fn new(pairs: &[(String, String)]) -> Result<Self, SyntaxError> {
        let parse = ReplaceGlobalDefinesConfig::new::<String>;
        let config = parse(pairs).map_err(|_| {
            let wrong = pairs.iter().find_map(|pair| {
                let diagnostics = parse(std::slice::from_ref(pair)).err()?;
                Some((pair, diagnostics.first()?.message.clone()))
            });
            let message = wrong.map_or_else(String::new, |((name, value), reason)| {
                format!("`{name}` cannot be defined as `{value}`: {reason}")
            });
            SyntaxError { message, position: Position { line: 1, column: 1 } }
        })?;
        let last_part =
            |name: &str| name.split(['.', ' ']).rfind(|it| *it != "*").map(str::to_owned);
        let last_parts = pairs.iter().filter_map(|(name, _)| last_part(name)).collect();
        Ok(Self { config, last_parts })
    }

    /// Returns false if none of the names can occur in a text.
    pub(crate) fn may_occur_in(&self, text: &str) -> bool {
        self.last_parts.iter().any(|it| text.contains(it))
    }

    /// Replaces the names where no declaration of the program shadows them. Returns true if one
    /// was replaced.
    pub(crate) fn apply<'a>(&self, allocator: &'a Allocator, program: &mut Program<'a>) -> bool {
        let scoping = SemanticBuilder::new().build(program).semantic.into_scoping();
        ReplaceGlobalDefines::new(allocator, self.config.clone()).build(scoping, program).changed
    }
}

/// Removes code that never runs. Declarations stay, also unused ones.
pub(crate) fn remove_dead_code<'a>(allocator: &'a Allocator, program: &mut Program<'a>) {
    let options = CompressOptions { unused: CompressOptionsUnused::Keep, ..CompressOptions::dce() };
    Compressor::new(allocator).dead_code_elimination(program, options);
}

/// Makes a program shorter. Returns the short names, which only printing writes.
pub(crate) fn minify<'a>(allocator: &'a Allocator, program: &mut Program<'a>) -> MinifierReturn {
    let mut mangle = MangleOptions::default();
    mangle.reserved.extend(COMMONJS_PARAMETERS.map(Into::into));
    let options = MinifierOptions { mangle: Some(mangle), ..MinifierOptions::default() };
    Minifier::new(options).minify(allocator, program)
}
