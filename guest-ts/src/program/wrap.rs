//! Makes a module of a program: its statements become the body of the function that the module
//! exports.
//!
//! Lines stay where they are. Imports move behind the function, because they are hoisted from
//! there just as well.

use super::exports::{Exported, Names};
use super::markdown::Code;
use super::session::Session;
use super::value::{Value, declaration, of_expression, value};
use crate::compilation::{Dialect, SyntaxError};
use crate::position::is_line_end;
use crate::rewrite::text::{Piece, Rendered, Replacements};
use crate::transpile::{checked, source_type};
use oxc_allocator::Allocator;
use oxc_ast::ast::{Expression, Program, Statement};
use oxc_diagnostics::OxcDiagnostic;
use oxc_parser::{ParseOptions, Parser};
use oxc_semantic::SemanticBuilder;
use oxc_span::{GetSpan, Span};

/// Wraps a program in a function.
///
/// # Errors
///
/// Errors with the first syntax error.
pub(super) fn wrap(
    allocator: &Allocator,
    code: &Code,
    repl: bool,
) -> Result<Rendered, SyntaxError> {
    let source = code.text.as_str();
    let error = |it: OxcDiagnostic| SyntaxError::from_diagnostic(source, &it);
    match parse(allocator, code).map_err(error) {
        Ok(program) => {
            let is_block = matches!(program.body.first(), Some(Statement::BlockStatement(_)));
            if is_block
                && program.directives.is_empty()
                && !source.trim_end().ends_with(';')
                && let Ok(object) = parse_expression(allocator, source)
            {
                return Ok(Wrapper::new(source).expression(&object));
            }
            Ok(Wrapper::new(source).program(&program, repl))
        }
        Err(first) if !code.fences.is_empty() => Err(first),
        Err(first) => {
            // A function or class without a name is no statement.
            let source = source.trim_end_matches(|it: char| it.is_whitespace() || it == ';');
            match parse_expression(allocator, source).map_err(error) {
                Ok(it) => Ok(Wrapper::new(source).expression(&it)),
                // The attempt that got further tells more about the text.
                Err(second) => {
                    let at = |it: &SyntaxError| (it.position.line, it.position.column);
                    Err(if at(&second) > at(&first) { second } else { first })
                }
            }
        }
    }
}

fn parse<'a>(allocator: &'a Allocator, code: &'a Code) -> Result<Program<'a>, OxcDiagnostic> {
    let source_type = source_type(Dialect::TypeScript).with_module(true);
    let options = ParseOptions { allow_return_outside_function: true, ..ParseOptions::default() };
    let parser = Parser::new(allocator, &code.text, source_type).with_options(options);
    let program = checked(parser.parse())?.program;
    let in_comment = |offset: u32| {
        let next = program.comments.partition_point(|it| it.span.start <= offset);
        let before = next.checked_sub(1).and_then(|it| program.comments.get(it));
        before.is_some_and(|it| offset < it.span.end)
    };
    if let Some(fence) = code.fences.iter().find(|it| !in_comment(**it)) {
        let message = "A code block of Markdown is no JavaScript";
        return Err(OxcDiagnostic::error(message).with_label(Span::empty(*fence)));
    }
    if code.blocks > 1 {
        let checked = SemanticBuilder::new().with_check_syntax_error(true).build(&program);
        if let Some(error) = checked.diagnostics.into_iter().next() {
            return Err(error);
        }
    }
    Ok(program)
}

fn parse_expression<'a>(
    allocator: &'a Allocator,
    source: &'a str,
) -> Result<Expression<'a>, OxcDiagnostic> {
    let source_type = source_type(Dialect::TypeScript).with_module(true);
    Parser::new(allocator, source, source_type).parse_expression().map_err(|all| {
        all.into_iter().next().unwrap_or_else(|| OxcDiagnostic::error("Expected an expression"))
    })
}

struct Wrapper<'s> {
    source: &'s str,
    names: Names,
    edits: Replacements,
    /// The statements that link modules.
    links: Vec<Span>,
    session: Option<Session>,
}

impl<'s> Wrapper<'s> {
    fn new(source: &'s str) -> Self {
        Self {
            source,
            names: Names::new(source),
            edits: Replacements::default(),
            links: Vec::new(),
            session: None,
        }
    }

    fn expression(self, it: &Expression<'_>) -> Rendered {
        let value = of_expression(it, &[]);
        self.finish(value)
    }

    fn program(mut self, program: &Program<'_>, repl: bool) -> Rendered {
        self.session = repl.then(Session::default);
        let value = value(program, &self.names, repl);
        for statement in &program.body {
            self.statement(statement);
        }
        self.finish(value)
    }

    fn statement(&mut self, statement: &Statement<'_>) {
        let span = statement.span();
        match statement {
            Statement::ImportDeclaration(_)
            | Statement::ExportAllDeclaration(_)
            | Statement::ExportFromDeclaration(_)
            | Statement::TSImportEqualsDeclaration(_) => {
                self.links.push(span);
                self.remove(span);
            }
            Statement::ExportNamedDeclaration(_) | Statement::TSNamespaceExportDeclaration(_) => {
                self.remove(span);
            }
            Statement::ExportDeclaration(it) => {
                let keyword = Span::new(span.start, it.declaration.span().start);
                self.edits.replace(keyword, [self.line_ends(keyword)]);
            }
            _ => {}
        }
        if let Some(exported) = Exported::new(statement)
            && let Some(value) = exported.span()
        {
            let keyword = self.line_ends(Span::new(span.start, value.start));
            let pieces = if exported.name().is_some() {
                vec![keyword, value.into()]
            } else {
                let variable = format!("var {} = ", self.names.default);
                vec![variable.into(), keyword, value.into(), ";".into()]
            };
            self.edits.replace(span, pieces);
        }
        if let Some(session) = &mut self.session
            && let Some(declaration) = declaration(statement)
        {
            session.declaration(&mut self.edits, self.source, declaration);
        }
    }

    /// Removes a statement, and keeps the one before it apart from the one after it.
    fn remove(&mut self, span: Span) {
        self.edits.replace(span, [";".into(), self.line_ends(span)]);
    }

    fn line_ends(&self, span: Span) -> Piece {
        line_ends(self.source, span).into()
    }

    fn finish(mut self, value: Value) -> Rendered {
        let call = format!("(...{})", self.names.arguments);
        let is_called = match &value {
            Value::Function(_) => true,
            Value::New(it) => it.contains(&call),
            _ => false,
        };
        let mut tail = Vec::new();
        match value {
            Value::Undefined => {}
            Value::Expression(span) => {
                self.edits.replace(span, ["return ".into(), span.into()]);
            }
            Value::Function(span) => {
                let pieces = ["return (".into(), span.into(), format!("){call}").into()];
                self.edits.replace(span, pieces);
            }
            Value::New(it) => tail.push(format!("\nreturn {it};").into()),
        }
        tail.push("\n};".into());
        for link in self.links {
            // Both `import` and `export` are six letters. What is left of the statement is
            // copied, because the whole of it was removed.
            let (keyword, rest) = (link.start, link.start + 6);
            tail.push(format!("\n{}", text(self.source, Span::new(keyword, rest))).into());
            tail.push(Span::new(rest, link.end).into());
        }
        tail.push("\n".into());
        // Behind `;`, a `"use strict"` is no directive, which such parameters do not allow.
        let begin = if is_called {
            format!("(...{}) => {{ ;", self.names.arguments)
        } else {
            "() => { ".to_owned()
        };
        let session = self.session.map(Session::head).unwrap_or_default();
        let head = format!("export default async {begin}{session}");
        self.edits.render(self.source, &head, &tail)
    }
}

fn text(source: &str, span: Span) -> &str {
    source.get(span.start as usize..span.end as usize).unwrap_or_default()
}

/// Returns the line ends of what is left out, so that what follows stays on its line.
pub(super) fn line_ends(source: &str, span: Span) -> String {
    text(source, span).chars().filter(|it| is_line_end(*it)).collect()
}
