//! Walks a program and plans how to turn it into JavaScript in place.
//!
//! Types are erased where they stand, so that every line and column keeps its meaning. What
//! only a transformer can express (an `enum`, JSX) is reported as [`Plan::Lower`], and what the
//! transformer does not support as [`Plan::Rewrite`]. Anything unexpected is lowered, which is
//! always correct and only costs a source map.

mod members;
mod modules;
mod statements;

pub(crate) use statements::is_type_statement;

use crate::compilation::Jsx;
use crate::edits::{Edits, Guard};
use crate::rewrite::factories;
use crate::scan::{Scanner, to_offset};
use oxc_ast::ast::{
    ArrowFunctionExpression, BinaryExpression, Class, ClassElement, Decorator, Expression,
    FormalParameter, JSXElement, JSXFragment, Program, Statement, TSAsExpression,
    TSNonNullExpression, TSSatisfiesExpression, TSThisParameter, TSType, TSTypeAnnotation,
    TSTypeAssertion, TSTypeParameterDeclaration, TSTypeParameterInstantiation, VariableDeclarator,
};
use oxc_ast_visit::{Visit, walk};
use oxc_semantic::Scoping;
use oxc_span::{GetSpan, Span};
use oxc_syntax::precedence::{GetPrecedence, Precedence};
use std::collections::HashSet;

/// A way to turn a program into JavaScript.
pub enum Plan {
    /// Erase these spans. Nothing else changes.
    Erase(Edits),
    /// Something cannot be expressed in place: transform and print the program.
    Lower,
    /// Something is not supported by the transformer: rewrite it first.
    Rewrite,
}

/// Plans the erasure of `program`.
///
/// `scoping` tells which imported names are used as values. Without it, every import stays that
/// is not marked as a type. `jsx` tells whether JSX stays.
#[must_use]
pub fn plan(
    program: &Program<'_>,
    scanner: &Scanner<'_>,
    scoping: Option<&Scoping>,
    jsx: Option<Jsx>,
) -> Plan {
    let mut eraser = Eraser {
        scanner,
        scoping,
        edits: Edits::default(),
        in_list: false,
        lower: false,
        rewrite: false,
        enums: HashSet::new(),
        factories: (jsx == Some(Jsx::Preserve)).then(|| factories(program)),
    };
    eraser.visit_program(program);
    if eraser.rewrite {
        Plan::Rewrite
    } else if eraser.lower {
        Plan::Lower
    } else {
        Plan::Erase(eraser.edits)
    }
}

struct Eraser<'s> {
    scanner: &'s Scanner<'s>,
    scoping: Option<&'s Scoping>,
    edits: Edits,
    /// True if the next statement is one of a list, where nothing at all may take its place.
    in_list: bool,
    lower: bool,
    rewrite: bool,
    /// The names of enums.
    enums: HashSet<String>,
    /// The names of what creates elements, if JSX stays in the text.
    factories: Option<HashSet<String>>,
}

impl Eraser<'_> {
    /// Erases the single character that is expected after `end`, past whitespace.
    fn blank_next(&mut self, end: u32, expected: u8) {
        let at = self.scanner.skip_trivia(end);
        if self.scanner.byte(at) == Some(expected) {
            self.edits.blank(Span::new(at, at + 1));
        } else {
            self.lower = true;
        }
    }

    /// Erases from the keyword or sign after `expression` to `end`.
    fn blank_suffix(&mut self, expression: Span, end: u32, keyword: &str) {
        let at = self.scanner.skip_trivia(expression.end);
        if self.scanner.text(at, end).starts_with(keyword) {
            self.edits.blank(Span::new(at, end));
        } else {
            self.lower = true;
        }
    }

    /// Erases the type parameters of an arrow function. If they span lines, the `(` moves up to
    /// their place, because no line may end between `return`, `async` and the parameters of an
    /// arrow function.
    fn arrow_type_parameters(&mut self, arrow: &ArrowFunctionExpression<'_>) {
        let Some(parameters) = &arrow.type_parameters else { return };
        let open = arrow.params.span.start;
        self.edits.blank(parameters.span);
        if self.scanner.has_line_end(parameters.span.start, open) {
            if self.scanner.byte(open) == Some(b'(') {
                self.edits.blank(Span::new(open, open + 1));
                self.edits.mark(parameters.span.start, b'(');
            } else {
                self.lower = true;
            }
        }
    }

    /// Erases the return type of an arrow function. If it spans lines, the `)` moves down to
    /// its end, because no line may end between `)` and `=>`.
    fn arrow_return_type(&mut self, arrow: &ArrowFunctionExpression<'_>) {
        let Some(annotation) = &arrow.return_type else { return };
        let close = arrow.params.span.end.saturating_sub(1);
        self.edits.blank(annotation.span);
        if self.scanner.has_line_end(close, annotation.span.end) {
            let text = self.scanner.text(annotation.span.start, annotation.span.end);
            let last = text.char_indices().next_back().map_or(0, |(at, _)| at);
            if self.scanner.byte(close) == Some(b')') {
                self.edits.blank(Span::new(close, close + 1));
                self.edits.mark(annotation.span.start + to_offset(last), b')');
            } else {
                self.lower = true;
            }
        }
    }
}

impl<'a> Visit<'a> for Eraser<'_> {
    fn visit_statements(&mut self, statements: &oxc_allocator::ArenaVec<'a, Statement<'a>>) {
        for statement in statements {
            self.in_list = true;
            self.visit_statement(statement);
        }
    }

    fn visit_statement(&mut self, statement: &Statement<'a>) {
        let in_list = core::mem::take(&mut self.in_list);
        let span = statement.span();
        if self.is_erased(statement) {
            self.edits.blank(span);
            if in_list {
                self.edits.guard(span.start, Guard::Statement);
            } else {
                self.edits.mark(span.start, b';');
            }
            return;
        }
        self.keep_statement(statement);
        // Without `as T`, a `(` on the line after `a = b as T` would be read as a call of `b`.
        if let Some(tail) = self.edits.erased_tail(span.end) {
            self.edits.guard(tail, Guard::Statement);
        }
    }

    fn visit_ts_type(&mut self, _: &TSType<'a>) {
        // The node that holds a type erases the whole type.
    }

    fn visit_ts_type_annotation(&mut self, annotation: &TSTypeAnnotation<'a>) {
        self.edits.blank(annotation.span);
    }

    fn visit_ts_type_parameter_declaration(&mut self, it: &TSTypeParameterDeclaration<'a>) {
        self.edits.blank(it.span);
    }

    fn visit_ts_type_parameter_instantiation(&mut self, it: &TSTypeParameterInstantiation<'a>) {
        self.edits.blank(it.span);
    }

    fn visit_ts_this_parameter(&mut self, this: &TSThisParameter<'a>) {
        self.edits.blank(this.span);
        let at = self.scanner.skip_trivia(this.span.end);
        if self.scanner.byte(at) == Some(b',') {
            self.edits.blank(Span::new(at, at + 1));
        }
    }

    fn visit_formal_parameter(&mut self, parameter: &FormalParameter<'a>) {
        // `constructor(private x)` assigns `this.x`.
        self.lower |=
            parameter.accessibility.is_some() || parameter.readonly || parameter.r#override;
        if parameter.optional {
            self.blank_next(parameter.pattern.span().end, b'?');
        }
        walk::walk_formal_parameter(self, parameter);
    }

    fn visit_variable_declarator(&mut self, declarator: &VariableDeclarator<'a>) {
        if declarator.definite {
            self.blank_next(declarator.id.span().end, b'!');
        }
        walk::walk_variable_declarator(self, declarator);
    }

    fn visit_arrow_function_expression(&mut self, arrow: &ArrowFunctionExpression<'a>) {
        self.arrow_type_parameters(arrow);
        self.visit_formal_parameters(&arrow.params);
        self.arrow_return_type(arrow);
        self.visit_arrow_function_body(&arrow.body);
    }

    fn visit_ts_as_expression(&mut self, it: &TSAsExpression<'a>) {
        self.visit_expression(&it.expression);
        self.blank_suffix(it.expression.span(), it.span.end, "as");
    }

    fn visit_ts_satisfies_expression(&mut self, it: &TSSatisfiesExpression<'a>) {
        self.visit_expression(&it.expression);
        self.blank_suffix(it.expression.span(), it.span.end, "satisfies");
    }

    fn visit_ts_non_null_expression(&mut self, it: &TSNonNullExpression<'a>) {
        self.visit_expression(&it.expression);
        self.blank_suffix(it.expression.span(), it.span.end, "!");
    }

    fn visit_ts_type_assertion(&mut self, it: &TSTypeAssertion<'a>) {
        let operand = it.expression.span().start;
        self.visit_expression(&it.expression);
        // `return <T>` before a line end would return nothing. `() => <T>{}` would have a block
        // as its body. A statement must not start with `function`.
        if self.scanner.has_line_end(it.span.start, operand)
            || self.scanner.byte(operand) == Some(b'{')
            || matches!(self.scanner.word(operand), "function" | "class" | "async" | "let")
        {
            self.lower = true;
        }
        let end = self.assertion_end(it);
        self.edits.blank(Span::new(it.span.start, end));
    }

    fn visit_binary_expression(&mut self, it: &BinaryExpression<'a>) {
        // `a + b as T * c` is `(a + b) * c`: without `as T`, `*` would bind tighter.
        if let Some(inner) = asserted(&it.left) {
            let precedence = it.operator.precedence();
            self.lower |= match inner {
                Expression::BinaryExpression(inner) => {
                    inner.operator.precedence() < precedence
                        || precedence == Precedence::Exponentiation
                }
                Expression::UnaryExpression(_) | Expression::AwaitExpression(_) => {
                    precedence == Precedence::Exponentiation
                }
                _ => false,
            };
        }
        walk::walk_binary_expression(self, it);
    }

    fn visit_class(&mut self, class: &Class<'a>) {
        self.class(class);
    }

    fn visit_class_element(&mut self, element: &ClassElement<'a>) {
        self.class_element(element);
    }

    fn visit_decorator(&mut self, _: &Decorator<'a>) {
        self.rewrite = true;
    }

    fn visit_jsx_element(&mut self, it: &JSXElement<'a>) {
        self.lower |= self.factories.is_none();
        walk::walk_jsx_element(self, it);
    }

    fn visit_jsx_fragment(&mut self, it: &JSXFragment<'a>) {
        self.lower |= self.factories.is_none();
        walk::walk_jsx_fragment(self, it);
    }
}

impl Eraser<'_> {
    /// Returns the end of the `<T>` of a type assertion.
    fn assertion_end(&mut self, it: &TSTypeAssertion<'_>) -> u32 {
        let at = self.scanner.skip_trivia(it.type_annotation.span().end);
        if self.scanner.byte(at) != Some(b'>') {
            self.lower = true;
        }
        at + 1
    }
}

/// Returns the operand of `e as T` or `e satisfies T`, past further ones without parentheses.
fn asserted<'e, 'a>(expression: &'e Expression<'a>) -> Option<&'e Expression<'a>> {
    let mut inner = match expression {
        Expression::TSAsExpression(it) => &it.expression,
        Expression::TSSatisfiesExpression(it) => &it.expression,
        _ => return None,
    };
    loop {
        inner = match inner {
            Expression::TSAsExpression(it) => &it.expression,
            Expression::TSSatisfiesExpression(it) => &it.expression,
            _ => return Some(inner),
        };
    }
}
