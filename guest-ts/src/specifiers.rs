//! Finds where a program names other modules.

use oxc_ast::ast::{
    ArrowFunctionExpression, CallExpression, ExportAllDeclaration, ExportFromDeclaration,
    Expression, Function, IdentifierReference, ImportDeclaration, ImportExpression,
    ObjectExpression, ObjectPropertyKind, Program, StringLiteral, TSType, TryStatement, WithClause,
};
use oxc_ast_visit::{Visit, walk};
use oxc_semantic::{Scoping, SemanticBuilder};
use oxc_span::{GetSpan, Span};
use oxc_syntax::scope::ScopeFlags;

/// The construct that names a module.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SpecifierKind {
    /// `import … from`, `import "…"`, `export … from`
    StaticImport,
    /// `import("…")`
    DynamicImport,
    /// `require("…")`
    Require,
    /// `require.resolve("…")`
    RequireResolve,
}

/// The name of a module in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Specifier {
    /// The byte offset of the literal, which includes its quotes.
    pub start: u32,
    /// The byte offset of the end of the literal. If its only attribute is a `type` that a linker
    /// applies (`bytes`, `json` or `text`), it is that of the end of the attribute: whoever replaces
    /// the literal leaves the attribute out.
    pub end: u32,
    /// The value of the literal.
    pub text: String,
    /// The construct around it.
    pub kind: SpecifierKind,
    /// The value of the attribute `type`, such as `json`.
    pub attribute_type: Option<String>,
    /// True if the program catches the error of a module that is missing: the call stands in a
    /// `try` block with a handler.
    pub caught: bool,
}

/// The values of the attribute `type` that a linker applies.
const APPLIED: [&str; 3] = ["bytes", "json", "text"];

/// The specifiers of a program.
#[derive(Debug, Default)]
pub(crate) struct Specifiers {
    /// The literals in their order.
    pub(crate) literals: Vec<Specifier>,
    /// The offsets of `import()` and `require()` calls without a literal, in their order.
    pub(crate) unresolved: Vec<u32>,
}

/// Returns the specifiers of a program. Calls of a `require` that the program declares are not
/// among them.
pub(crate) fn specifiers(program: &Program<'_>) -> Specifiers {
    let requires = program.source_text.contains("require");
    let scoping = requires.then(|| SemanticBuilder::new().build(program).semantic.into_scoping());
    let mut collector = Collector { scoping, found: Specifiers::default(), in_try: false };
    collector.visit_program(program);
    let mut found = collector.found;
    found.literals.sort_by_key(|it| it.start);
    found.unresolved.sort_unstable();
    found
}

struct Collector {
    /// The scopes, if the text has a `require` at all.
    scoping: Option<Scoping>,
    found: Specifiers,
    /// True in a `try` block with a handler, except in the functions there.
    in_try: bool,
}

impl Collector {
    fn declaration(&mut self, source: &StringLiteral<'_>, with: Option<&WithClause<'_>>) {
        let attribute_type = with.and_then(|with| {
            let attribute = with.with_entries.iter().find(|it| it.key.as_arena_str() == "type")?;
            Some(attribute.value.value.to_string())
        });
        let applied =
            with.filter(|with| with.with_entries.len() == 1 && is_applied(&attribute_type));
        self.found.literals.push(Specifier {
            start: source.span.start,
            end: applied.map_or(source.span.end, |with| with.span.end),
            text: source.value.to_string(),
            kind: SpecifierKind::StaticImport,
            attribute_type,
            caught: false,
        });
    }

    fn call(
        &mut self,
        call: Span,
        source: Option<&Expression<'_>>,
        kind: SpecifierKind,
        attribute_type: Option<String>,
    ) {
        match source.and_then(literal) {
            Some((span, text)) => self.found.literals.push(Specifier {
                start: span.start,
                end: span.end,
                text: text.to_owned(),
                kind,
                attribute_type,
                caught: self.in_try,
            }),
            None => self.found.unresolved.push(call.start),
        }
    }

    /// Returns true for a `require` that no declaration shadows. One that is only declared to
    /// TypeScript shadows nothing.
    fn is_require(&self, name: &IdentifierReference<'_>) -> bool {
        let Some(scoping) = &self.scoping else { return false };
        let Some(reference) = name.reference_id.get() else { return false };
        let symbol = scoping.get_reference(reference).symbol_id();
        name.name == "require" && symbol.is_none_or(|it| scoping.symbol_flags(it).is_ambient())
    }

    /// Returns the kind of a call, if it is one of `require` or `require.resolve`.
    fn kind(&self, callee: &Expression<'_>) -> Option<SpecifierKind> {
        match callee.get_inner_expression() {
            Expression::Identifier(it) => self.is_require(it).then_some(SpecifierKind::Require),
            Expression::StaticMemberExpression(it) if it.property.name == "resolve" => {
                let Expression::Identifier(object) = &it.object else { return None };
                self.is_require(object).then_some(SpecifierKind::RequireResolve)
            }
            _ => None,
        }
    }

    fn with_try(&mut self, in_try: bool, visit: impl FnOnce(&mut Self)) {
        let outer = core::mem::replace(&mut self.in_try, in_try);
        visit(self);
        self.in_try = outer;
    }
}

impl<'a> Visit<'a> for Collector {
    fn visit_ts_type(&mut self, _: &TSType<'a>) {
        // Nothing of a type is left at run time.
    }

    fn visit_import_declaration(&mut self, it: &ImportDeclaration<'a>) {
        self.declaration(&it.source, it.with_clause.as_deref());
    }

    fn visit_export_all_declaration(&mut self, it: &ExportAllDeclaration<'a>) {
        self.declaration(&it.source, it.with_clause.as_deref());
    }

    fn visit_export_from_declaration(&mut self, it: &ExportFromDeclaration<'a>) {
        self.declaration(&it.source, it.with_clause.as_deref());
    }

    fn visit_import_expression(&mut self, it: &ImportExpression<'a>) {
        let attribute_type = it.options.as_ref().and_then(attribute_type);
        let count = self.found.literals.len();
        self.call(it.span, Some(&it.source), SpecifierKind::DynamicImport, attribute_type);
        // Brackets around the literal would lose their end.
        let is_bare =
            matches!(it.source, Expression::StringLiteral(_) | Expression::TemplateLiteral(_));
        if let (true, Some(options), Some(found)) =
            (is_bare, &it.options, self.found.literals.get_mut(count))
            && is_applied(&found.attribute_type)
            && has_type_alone(options)
        {
            found.end = options.span().end;
        }
        walk::walk_import_expression(self, it);
    }

    fn visit_call_expression(&mut self, it: &CallExpression<'a>) {
        if let Some(kind) = self.kind(&it.callee) {
            let source = match it.arguments.as_slice() {
                [only] => only.as_expression(),
                _ => None,
            };
            self.call(it.span, source, kind, None);
        }
        walk::walk_call_expression(self, it);
    }

    fn visit_try_statement(&mut self, it: &TryStatement<'a>) {
        let caught = self.in_try || it.handler.is_some();
        self.with_try(caught, |this| this.visit_block_statement(&it.block));
        if let Some(handler) = &it.handler {
            self.visit_catch_clause(handler);
        }
        if let Some(finalizer) = &it.finalizer {
            self.visit_block_statement(finalizer);
        }
    }

    fn visit_function(&mut self, it: &Function<'a>, flags: ScopeFlags) {
        self.with_try(false, |this| walk::walk_function(this, it, flags));
    }

    fn visit_arrow_function_expression(&mut self, it: &ArrowFunctionExpression<'a>) {
        self.with_try(false, |this| walk::walk_arrow_function_expression(this, it));
    }
}

/// Returns the place and the value of a string, or of a template that has no substitutions.
fn literal<'e>(expression: &'e Expression<'_>) -> Option<(Span, &'e str)> {
    match expression.get_inner_expression() {
        Expression::StringLiteral(it) => Some((it.span, it.value.as_str())),
        Expression::TemplateLiteral(it) => match it.quasis.as_slice() {
            [only] => only.value.cooked.as_ref().map(|text| (it.span, text.as_str())),
            _ => None,
        },
        _ => None,
    }
}

fn is_applied(attribute_type: &Option<String>) -> bool {
    attribute_type.as_deref().is_some_and(|it| APPLIED.contains(&it))
}

/// Returns true if an object has a property `with` alone, and that a property `type` alone.
fn has_type_alone(options: &Expression<'_>) -> bool {
    let one = |it: &Expression<'_>| matches!(it, Expression::ObjectExpression(it) if it.properties.len() == 1);
    let Expression::ObjectExpression(object) = options else { return false };
    one(options) && property(object, "with").is_some_and(one)
}

/// Returns `json` of `{ with: { type: "json" } }`.
fn attribute_type(options: &Expression<'_>) -> Option<String> {
    let Expression::ObjectExpression(options) = options else { return None };
    let Expression::ObjectExpression(attributes) = property(options, "with")? else { return None };
    literal(property(attributes, "type")?).map(|(_, text)| text.to_owned())
}

/// Returns the value of a property of an object literal.
fn property<'e, 'a>(object: &'e ObjectExpression<'a>, name: &str) -> Option<&'e Expression<'a>> {
    object.properties.iter().find_map(|it| match it {
        ObjectPropertyKind::ObjectProperty(it) if it.key.static_name()? == name => Some(&it.value),
        _ => None,
    })
}
