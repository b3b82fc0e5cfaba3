//! Rewrites what the transformer does not support: standard decorators and `accessor`,
//! namespaces and enums, `import x =` and `export =`.
//!
//! The result is TypeScript text without these. It is parsed and transformed like any other
//! text, so types may stay where they are.

mod accessor;
mod body;
mod classes;
mod containers;
mod members;
mod modules;
pub mod text;
mod visit;

use crate::compilation::Options;
use crate::scan::Scanner;
use containers::{Container, Containers};
use oxc_ast::ast::{Expression, Program};
use oxc_ast_visit::Visit;
use oxc_semantic::{Scoping, SymbolId};
use oxc_span::Span;
use std::cell::Cell;
use std::collections::{HashMap, HashSet};
use std::rc::Rc;
use text::{Piece, Rendered, Replacements};

pub(crate) use modules::factories;

const DECORATOR_HELPERS: &str = include_str!("rewrite/decorators.js");
const MODULE_HELPERS: &str = include_str!("rewrite/modules.js");

/// A rewritten program.
pub struct Rewritten {
    /// Its text, and where each part of it came from.
    pub rendered: Rendered,
    /// True if it is a `CommonJS` module.
    pub commonjs: bool,
}

/// Something that a sandbox does not support.
pub struct Refusal {
    /// Its place in the source.
    pub span: Span,
    /// The message for its author.
    pub message: &'static str,
}

/// Rewrites `program`.
///
/// # Errors
///
/// Errors if the program contradicts itself, for example with `export =` beside other exports.
pub fn rewrite(
    program: &Program<'_>,
    scanner: &Scanner<'_>,
    scoping: &Scoping,
    options: &Options,
) -> Result<Rewritten, Refusal> {
    let mut prefix = "_$".to_owned();
    while scanner.source().contains(&prefix) {
        prefix.push('$');
    }
    let mut rewriter = Rewriter {
        scanner,
        scoping,
        legacy: options.legacy_decorators,
        edits: Replacements::default(),
        prefix,
        names: 0,
        helpers: Helpers::default(),
        containers: Containers::new(scoping),
        within: Vec::new(),
        alias: None,
        named: HashMap::new(),
        statics: Vec::new(),
        level: Level::Module,
        commonjs: modules::is_commonjs(program),
        factories: modules::factories(program),
        tail: Vec::new(),
        refusal: None,
    };
    rewriter.containers.collect(&program.body);
    rewriter.visit_program(program);
    if let Some(refusal) = rewriter.refusal {
        return Err(refusal);
    }
    let mut tail = std::mem::take(&mut rewriter.tail);
    tail.push(rewriter.helpers().into());
    // TypeScript's modules are strict, whatever they become.
    let strict = rewriter.commonjs && program.source_type.is_typescript();
    let mut head = if strict { "\"use strict\"; " } else { "" };
    if let Some(hashbang) = &program.hashbang {
        rewriter.edits.insert(hashbang.span.end, format!("\n{head}"));
        head = "";
    }
    let rendered = rewriter.edits.render(scanner.source(), head, &tail);
    Ok(Rewritten { rendered, commonjs: rewriter.commonjs })
}

/// The helpers that the text calls.
#[derive(Default)]
struct Helpers {
    decorators: bool,
    modules: bool,
}

/// The place of a statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Level {
    Module,
    Namespace,
    Block,
}

/// The replacement of `this` and `super` in the static parts of a class whose decorators may
/// replace the class.
#[derive(Debug)]
struct Alias {
    /// The class as its decorators left it.
    current: String,
    /// The class as it was written.
    original: String,
    used: Cell<bool>,
}

/// The private names of static members of a class with decorators. They stay with the class as
/// it was written, whatever its name stands for later.
struct Statics {
    class: Option<SymbolId>,
    names: HashSet<String>,
    original: String,
}

/// The name that an anonymous class gets from its place.
#[derive(Debug, Clone)]
enum Name {
    /// An expression for the name, which may be evaluated any number of times.
    Text(String),
    /// A variable that has the name when the class begins to be evaluated.
    Key(String),
}

/// The way in which a declaration becomes known outside of its statement list.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Export {
    No,
    Module,
    Default,
    /// The namespace with this parameter.
    Namespace(String),
}

struct Rewriter<'s> {
    scanner: &'s Scanner<'s>,
    scoping: &'s Scoping,
    legacy: bool,
    edits: Replacements,
    /// The beginning of all names that are made here. No name of the source begins with it.
    prefix: String,
    names: u32,
    helpers: Helpers,
    containers: Containers,
    /// The namespaces and enums around the current node, the innermost last.
    within: Vec<Container>,
    alias: Option<Rc<Alias>>,
    /// The names of class expressions, by where the class begins.
    named: HashMap<u32, Name>,
    statics: Vec<Statics>,
    level: Level,
    commonjs: bool,
    /// The names of what creates elements.
    factories: HashSet<String>,
    /// The text after the last statement.
    tail: Vec<Piece>,
    refusal: Option<Refusal>,
}

impl<'s> Rewriter<'s> {
    /// Returns a name that nothing else has.
    fn name(&mut self, hint: &str) -> String {
        self.names += 1;
        format!("{}{hint}{}", self.prefix, self.names)
    }

    fn helper(&mut self, name: &str) -> String {
        self.helpers.decorators = true;
        format!("{}{name}", self.prefix)
    }

    fn module_helper(&mut self, name: &str) -> String {
        self.helpers.modules = true;
        format!("{}{name}", self.prefix)
    }

    /// Returns the source of the helpers in use.
    fn helpers(&self) -> String {
        let mut out = String::new();
        for (used, source) in
            [(self.helpers.decorators, DECORATOR_HELPERS), (self.helpers.modules, MODULE_HELPERS)]
        {
            if !used {
                continue;
            }
            out.push('\n');
            let mut parts = source.split('$').peekable();
            while let Some(part) = parts.next() {
                out.push_str(part);
                match parts.peek() {
                    Some(next) if next.starts_with(|c: char| c.is_ascii_alphabetic()) => {
                        out.push_str(&self.prefix);
                    }
                    Some(_) => out.push('$'),
                    None => {}
                }
            }
        }
        out
    }

    fn refuse(&mut self, span: Span, message: &'static str) {
        if self.refusal.is_none() {
            self.refusal = Some(Refusal { span, message });
        }
    }

    /// Refuses an export beside `export =`, which must be all that a file exports.
    fn one_kind_of_export(&mut self, span: Span) {
        if self.commonjs && self.level == Level::Module {
            self.refuse(span, "`export =` cannot be used beside other exports");
        }
    }

    fn text(&self, span: Span) -> &'s str {
        self.scanner.text(span.start, span.end)
    }

    fn remove(&mut self, span: Span) {
        self.edits.replace(span, []);
    }

    /// Visits with another meaning of `this`.
    fn with_alias(&mut self, alias: Option<Rc<Alias>>, visit: impl FnOnce(&mut Self)) {
        let outer = core::mem::replace(&mut self.alias, alias);
        visit(self);
        self.alias = outer;
    }

    fn at_level(&mut self, level: Level, visit: impl FnOnce(&mut Self)) {
        let outer = core::mem::replace(&mut self.level, level);
        visit(self);
        self.level = outer;
    }

    /// Returns the parameter of the namespace that the current statements belong to.
    fn namespace_parameter(&self) -> Option<String> {
        (self.level == Level::Namespace)
            .then(|| self.within.last().map(|it| it.parameter.clone()))
            .flatten()
    }

    /// Gives `value` a name, if it is an anonymous class.
    fn hint(&mut self, value: &Expression<'_>, name: Name) {
        if let Expression::ClassExpression(class) = value.get_inner_expression()
            && class.id.is_none()
        {
            self.named.insert(class.span.start, name);
        }
    }

    fn hint_identifier(&mut self, value: &Expression<'_>, identifier: &str) {
        if matches!(value.get_inner_expression(), Expression::ClassExpression(_)) {
            self.hint(value, Name::Text(quoted(identifier)));
        }
    }
}

/// Returns `name: ` for an object literal, which gives an anonymous class its name when it
/// begins to be evaluated.
fn named_entry(name: &str) -> String {
    // Without brackets, `__proto__` would not be a property of the object.
    if name.starts_with('"') && name != "\"__proto__\"" {
        format!("{name}: ")
    } else {
        format!("[{name}]: ")
    }
}

/// Returns a JavaScript string literal.
fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            c if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') => {
                out.push_str(&format!("\\u{:04x}", u32::from(c)));
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}
