//! Decides what the function of a program returns.

use super::exports::{ENTRY_NAMES, Exported, Names, is_function};
use crate::erase::is_type_statement;
use oxc_ast::ast::{
    BindingPattern, Declaration, Expression, IdentifierReference, Program, Statement,
};
use oxc_ast::match_declaration;
use oxc_ast_visit::Visit;
use oxc_span::{GetSpan, Span};
use std::collections::HashSet;

/// The value of a program without `return`.
pub(super) enum Value {
    Undefined,
    /// The value of the expression here.
    Expression(Span),
    /// The result of the function that the expression here is.
    Function(Span),
    /// The value of a new expression.
    New(String),
}

/// Returns the declaration that a statement is or exports.
pub(super) fn declaration<'p, 'a>(statement: &'p Statement<'a>) -> Option<&'p Declaration<'a>> {
    match statement {
        Statement::ExportDeclaration(it) => Some(&it.declaration),
        match_declaration!(Statement) => Some(statement.to_declaration()),
        _ => None,
    }
}

/// Returns the names of the functions that a statement declares.
fn functions<'p>(statement: &'p Statement<'_>) -> Vec<&'p str> {
    match declaration(statement) {
        Some(Declaration::FunctionDeclaration(it)) if it.body.is_some() => {
            it.id.iter().map(|it| it.name.as_str()).collect()
        }
        Some(Declaration::VariableDeclaration(it)) => it
            .declarations
            .iter()
            .filter_map(|it| match (&it.id, &it.init) {
                (BindingPattern::BindingIdentifier(id), Some(init)) if is_function(init) => {
                    Some(id.name.as_str())
                }
                _ => None,
            })
            .collect(),
        _ => Vec::new(),
    }
}

/// The names that a program uses outside of its functions.
#[derive(Default)]
struct Used<'a>(HashSet<&'a str>);

impl<'a> Used<'a> {
    fn statement(&mut self, statement: &Statement<'a>) {
        match declaration(statement) {
            Some(Declaration::FunctionDeclaration(_)) => {}
            Some(Declaration::VariableDeclaration(it)) => {
                let values = it.declarations.iter().filter_map(|it| it.init.as_ref());
                for value in values.filter(|it| !is_function(it)) {
                    self.visit_expression(value);
                }
            }
            _ if is_run(statement) => self.visit_statement(statement),
            _ => {}
        }
    }
}

impl<'a> Visit<'a> for Used<'a> {
    fn visit_identifier_reference(&mut self, it: &IdentifierReference<'a>) {
        self.0.insert(it.name.as_str());
    }
}

/// Returns false for a statement that only links modules, exports or declares types.
fn is_run(statement: &Statement<'_>) -> bool {
    let links = matches!(
        statement,
        Statement::EmptyStatement(_)
            | Statement::ImportDeclaration(_)
            | Statement::ExportAllDeclaration(_)
            | Statement::ExportFromDeclaration(_)
            | Statement::ExportNamedDeclaration(_)
            | Statement::TSImportEqualsDeclaration(_)
    );
    !links && !is_type_statement(statement) && Exported::new(statement).is_none()
}

/// Returns the value of a program.
pub(super) fn value(program: &Program<'_>, names: &Names, repl: bool) -> Value {
    let body = program.body.as_slice();
    let mut used = Used::default();
    for it in body {
        used.statement(it);
    }
    let is_used = |name: &str| used.0.contains(name);
    if let Some(exported) = body.iter().rev().find_map(Exported::new) {
        let (run, function) = exported.run(names);
        if !function.is_some_and(is_used) {
            return Value::New(run);
        }
    }
    let call = |name: &str| Value::New(format!("{name}(...{})", names.arguments));
    let last = body.iter().rev().find(|it| is_run(it));
    if !repl && last.and_then(declaration).is_some() {
        let declared: HashSet<_> = body.iter().flat_map(functions).collect();
        let is_start = |it: &&&str| declared.contains(**it) && !is_used(it);
        if let Some(name) = ENTRY_NAMES.iter().find(is_start) {
            return call(name);
        }
    }
    // A function that is declared behind the last statement that runs takes nothing from it.
    let is_declared_function =
        |it: &Statement<'_>| matches!(declaration(it), Some(Declaration::FunctionDeclaration(_)));
    match body.iter().rev().find(|it| is_run(it) && !is_declared_function(it)) {
        Some(Statement::ExpressionStatement(it)) => of_expression(&it.expression, body),
        None if last.is_none() => match program.directives.last() {
            Some(it) => Value::Expression(it.expression.span),
            None => Value::Undefined,
        },
        Some(it) if !matches!(declaration(it), Some(Declaration::VariableDeclaration(_))) => {
            Value::Undefined
        }
        _ if repl => Value::Undefined,
        _ => {
            let exports =
                body.iter().rev().filter(|it| matches!(it, Statement::ExportDeclaration(_)));
            let mut candidates = exports.chain(last).flat_map(|it| functions(it).into_iter().rev());
            candidates.find(|it| !is_used(it)).map_or(Value::Undefined, call)
        }
    }
}

/// Returns the value of a program that ends with an expression.
pub(super) fn of_expression(expression: &Expression<'_>, body: &[Statement<'_>]) -> Value {
    let is_called = match expression.get_inner_expression() {
        Expression::Identifier(it) => body.iter().flat_map(functions).any(|name| it.name == name),
        other => is_function(other),
    };
    let span = expression.span();
    if is_called { Value::Function(span) } else { Value::Expression(span) }
}
