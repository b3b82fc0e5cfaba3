//! Keeps the top-level variables of a program for the next one of its session.

use super::wrap::line_ends;
use crate::rewrite::text::{Piece, Replacements};
use oxc_ast::ast::{Declaration, VariableDeclaration};
use oxc_ecmascript::BoundNames;
use oxc_span::{GetSpan, Span};

/// The variables and functions of a program.
///
/// The declaration of a variable becomes an assignment, so that the variable and the property of
/// `globalThis` are one. A function, class or enum keeps its declaration, and is copied.
#[derive(Debug, Default)]
pub(super) struct Session {
    variables: Vec<String>,
    functions: Vec<String>,
}

impl Session {
    pub(super) fn declaration(
        &mut self,
        edits: &mut Replacements,
        source: &str,
        declaration: &Declaration<'_>,
    ) {
        let name = match declaration {
            Declaration::VariableDeclaration(it) if !it.declare && !it.kind.is_using() => {
                return self.variables(edits, source, it);
            }
            Declaration::FunctionDeclaration(it) if it.body.is_some() && !it.declare => {
                self.functions.extend(it.id.iter().map(|it| it.name.to_string()));
                return;
            }
            Declaration::ClassDeclaration(it) if !it.declare => it.id.as_ref(),
            Declaration::TSEnumDeclaration(it) if !it.declare => Some(&it.id),
            _ => None,
        };
        if let Some(name) = name {
            let span = declaration.span();
            let copy = format!(" globalThis.{0} = {0};", name.name);
            edits.replace(span, [span.into(), copy.into()]);
        }
    }

    fn variables(
        &mut self,
        edits: &mut Replacements,
        source: &str,
        declaration: &VariableDeclaration<'_>,
    ) {
        let (Some(first), Some(last)) =
            (declaration.declarations.first(), declaration.declarations.last())
        else {
            return;
        };
        declaration.bound_names(&mut |it| self.variables.push(it.name.to_string()));
        let span = declaration.span;
        let keyword = line_ends(source, Span::new(span.start, first.span.start));
        let assignments = Span::new(first.span.start, last.span.end);
        edits.replace(span, [format!(";({keyword}").into(), assignments.into(), ");".into()]);
        for it in &declaration.declarations {
            let id = it.id.span();
            if let Some(init) = &it.init {
                // At most a type stands between the name and the value.
                let between = Span::new(id.end, init.span().start);
                let equals = format!(" ={} ", line_ends(source, between));
                edits.replace(between, [equals.into()]);
            } else {
                let value = if declaration.kind.is_var() { "" } else { " = void 0" };
                edits.replace(it.span, [Piece::from(id), value.into()]);
            }
        }
    }

    /// Returns the statements before the program. In a module, only a property that exists can
    /// be assigned to without naming its object.
    pub(super) fn head(self) -> String {
        let variables = self
            .variables
            .iter()
            .map(|name| format!("if (!(\"{name}\" in globalThis)) globalThis.{name} = void 0; "));
        let functions = self.functions.iter().map(|name| format!("globalThis.{name} = {name}; "));
        variables.chain(functions).collect()
    }
}
