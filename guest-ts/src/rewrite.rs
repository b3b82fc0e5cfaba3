//! Rewrites what the transformer does not support: standard decorators and `accessor`,
//! namespaces and enums, `import x =` and `export =`.
//!
//! The result is TypeScript text without these. It is parsed and transformed like any other
//! text, so types may stay where they are.

mod classes;
mod containers;
mod members;
mod modules;
pub mod text;

use crate::erase::is_type_statement;
use crate::scan::Scanner;
use crate::transpile::Options;
use containers::{Container, Containers};
use oxc_ast::ast::{
    ArrowFunctionExpression, AssignmentExpression, AssignmentPattern, AssignmentTarget,
    AssignmentTargetPropertyIdentifier, AssignmentTargetWithDefault, BindingPattern,
    CallExpression, Class, ComputedMemberExpression, Declaration, Decorator,
    ExportDefaultDeclarationKind, Expression, FormalParameter, Function, IdentifierReference,
    ObjectProperty, PrivateFieldExpression, PrivateInExpression, Program, Statement,
    StaticMemberExpression, TSInterfaceHeritage, TSType, TSTypeAnnotation,
    TSTypeParameterDeclaration, TSTypeParameterInstantiation, TaggedTemplateExpression,
    ThisExpression, VariableDeclarator,
};
use oxc_ast::match_declaration;
use oxc_ast_visit::{Visit, walk};
use oxc_semantic::{Scoping, SymbolId};
use oxc_span::{GetSpan, Span};
use oxc_syntax::scope::ScopeFlags;
use std::cell::Cell;
use std::collections::{HashMap, HashSet};
use std::rc::Rc;
use text::{Piece, Rendered, Replacements};

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
    let head = if rewriter.commonjs { "\"use strict\"; " } else { "" };
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

    /// Returns `super[key]`, where decorators may have replaced the class, as a property that
    /// can be read and assigned.
    fn super_member(&mut self, object: &Expression<'_>, key: Piece) -> Option<Vec<Piece>> {
        let alias = self.alias.clone().filter(|_| matches!(object, Expression::Super(_)))?;
        alias.used.set(true);
        let property = self.helper("super");
        Some(vec![
            format!("{property}({}, ", alias.original).into(),
            key,
            format!(", {}).value", alias.current).into(),
        ])
    }

    /// Returns the function of a call of `super[key]`, and the `this` of the call.
    fn super_method(&mut self, callee: &Expression<'_>) -> Option<(Vec<Piece>, String)> {
        let current = self.alias.as_ref()?.current.clone();
        let pieces = match callee {
            Expression::StaticMemberExpression(it) => {
                self.super_member(&it.object, quoted(&it.property.name).into())?
            }
            Expression::ComputedMemberExpression(it) => {
                let pieces = self.super_member(&it.object, it.expression.span().into())?;
                self.visit_expression(&it.expression);
                pieces
            }
            _ => return None,
        };
        Some((pieces, current))
    }

    fn declaration(&mut self, declaration: &Declaration<'_>, statement: Span, export: Export) {
        match declaration {
            Declaration::TSNamespaceDeclaration(it) => self.namespace(it, statement, &export),
            Declaration::TSEnumDeclaration(it) => self.enumeration(it, statement, &export),
            Declaration::TSImportEqualsDeclaration(it) => {
                self.import_equals(it, statement, &export);
            }
            Declaration::ClassDeclaration(it) => self.declared_class(it, statement, &export),
            Declaration::VariableDeclaration(it) => {
                if let Export::Namespace(parameter) = &export {
                    self.exported_variables(it, statement, parameter);
                }
                walk::walk_declaration(self, declaration);
            }
            Declaration::FunctionDeclaration(it) => {
                if let (Export::Namespace(parameter), Some(id)) = (&export, &it.id) {
                    let assign = format!(" {parameter}.{0} = {0};", id.name);
                    self.edits.replace(statement, [it.span.into(), assign.into()]);
                }
                walk::walk_declaration(self, declaration);
            }
            _ => walk::walk_declaration(self, declaration),
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

impl<'a> Visit<'a> for Rewriter<'_> {
    fn visit_statements(&mut self, statements: &oxc_allocator::ArenaVec<'a, Statement<'a>>) {
        self.containers.enter_list(statements);
        for statement in statements {
            self.visit_statement(statement);
        }
        self.containers.leave_list();
    }

    fn visit_statement(&mut self, statement: &Statement<'a>) {
        let span = statement.span();
        if is_type_statement(statement) {
            // In a function, `export` of a type is not allowed and `declare` has no meaning.
            if self.level == Level::Namespace {
                self.remove(span);
            }
            return;
        }
        match statement {
            Statement::ExportDeclaration(it) => {
                self.one_kind_of_export(span);
                let export = self.namespace_parameter().map_or(Export::Module, Export::Namespace);
                self.declaration(&it.declaration, span, export);
            }
            Statement::ExportDefaultDeclaration(it) => match &it.declaration {
                _ if self.commonjs => self.one_kind_of_export(span),
                ExportDefaultDeclarationKind::ClassDeclaration(class) => {
                    self.declared_class(class, span, &Export::Default);
                }
                kind => {
                    if let Some(value) = kind.as_expression() {
                        self.hint_identifier(value, "default");
                    }
                    walk::walk_statement(self, statement);
                }
            },
            Statement::ExportNamedDeclaration(_)
            | Statement::ExportFromDeclaration(_)
            | Statement::ExportAllDeclaration(_)
                if self.commonjs =>
            {
                self.one_kind_of_export(span);
            }
            Statement::TSExportAssignment(it) => self.export_assignment(it),
            Statement::ImportDeclaration(it) if self.commonjs => self.import_as_require(it),
            match_declaration!(Statement) => {
                self.declaration(statement.to_declaration(), span, Export::No);
            }
            _ => walk::walk_statement(self, statement),
        }
    }

    fn visit_block_statement(&mut self, block: &oxc_ast::ast::BlockStatement<'a>) {
        self.at_level(Level::Block, |it| walk::walk_block_statement(it, block));
    }

    fn visit_function(&mut self, function: &Function<'a>, flags: ScopeFlags) {
        self.with_alias(None, |it| {
            it.at_level(Level::Block, |it| walk::walk_function(it, function, flags));
        });
    }

    fn visit_arrow_function_expression(&mut self, arrow: &ArrowFunctionExpression<'a>) {
        self.at_level(Level::Block, |it| walk::walk_arrow_function_expression(it, arrow));
    }

    fn visit_class(&mut self, class: &Class<'a>) {
        self.class_expression(class);
    }

    fn visit_formal_parameter(&mut self, parameter: &FormalParameter<'a>) {
        if !self.legacy {
            // The standard has no decorators on parameters, and TypeScript leaves them out.
            for decorator in &parameter.decorators {
                self.remove(decorator.span);
            }
        }
        if let (BindingPattern::BindingIdentifier(id), Some(value)) =
            (&parameter.pattern, &parameter.initializer)
        {
            self.hint_identifier(value, &id.name);
        }
        walk::walk_formal_parameter(self, parameter);
    }

    fn visit_decorator(&mut self, decorator: &Decorator<'a>) {
        walk::walk_decorator(self, decorator);
    }

    fn visit_variable_declarator(&mut self, it: &VariableDeclarator<'a>) {
        if let (BindingPattern::BindingIdentifier(id), Some(value)) = (&it.id, &it.init) {
            self.hint_identifier(value, &id.name);
        }
        walk::walk_variable_declarator(self, it);
    }

    fn visit_assignment_pattern(&mut self, it: &AssignmentPattern<'a>) {
        if let BindingPattern::BindingIdentifier(id) = &it.left {
            self.hint_identifier(&it.right, &id.name);
        }
        walk::walk_assignment_pattern(self, it);
    }

    fn visit_assignment_target_with_default(&mut self, it: &AssignmentTargetWithDefault<'a>) {
        if let AssignmentTarget::AssignmentTargetIdentifier(id) = &it.binding {
            self.hint_identifier(&it.init, &id.name);
        }
        walk::walk_assignment_target_with_default(self, it);
    }

    fn visit_assignment_expression(&mut self, it: &AssignmentExpression<'a>) {
        if let AssignmentTarget::AssignmentTargetIdentifier(id) = &it.left {
            self.hint_identifier(&it.right, &id.name);
        }
        walk::walk_assignment_expression(self, it);
    }

    fn visit_assignment_target_property_identifier(
        &mut self,
        it: &AssignmentTargetPropertyIdentifier<'a>,
    ) {
        if let Some(init) = &it.init {
            self.hint_identifier(init, &it.binding.name);
        }
        if let Some(qualified) = self.qualified(&it.binding) {
            let text = format!("{}: {qualified}", it.binding.name);
            self.edits.replace(it.binding.span, [text.into()]);
        }
        if let Some(init) = &it.init {
            self.visit_expression(init);
        }
    }

    fn visit_object_property(&mut self, it: &ObjectProperty<'a>) {
        if let (true, Expression::Identifier(name)) = (it.shorthand, &it.value) {
            if let Some(qualified) = self.qualified(name) {
                let text = format!("{}: {qualified}", name.name);
                self.edits.replace(name.span, [text.into()]);
            }
            return;
        }
        self.name_property(it);
        walk::walk_object_property(self, it);
    }

    fn visit_identifier_reference(&mut self, it: &IdentifierReference<'a>) {
        if let Some(qualified) = self.qualified(it) {
            self.edits.replace(it.span, [qualified.into()]);
        }
    }

    fn visit_this_expression(&mut self, it: &ThisExpression) {
        if let Some(alias) = &self.alias {
            alias.used.set(true);
            self.edits.replace(it.span, [alias.current.clone().into()]);
        }
    }

    fn visit_static_member_expression(&mut self, it: &StaticMemberExpression<'a>) {
        match self.super_member(&it.object, quoted(&it.property.name).into()) {
            Some(pieces) => self.edits.replace(it.span, pieces),
            None => walk::walk_static_member_expression(self, it),
        }
    }

    fn visit_computed_member_expression(&mut self, it: &ComputedMemberExpression<'a>) {
        match self.super_member(&it.object, it.expression.span().into()) {
            Some(pieces) => {
                self.edits.replace(it.span, pieces);
                self.visit_expression(&it.expression);
            }
            None => walk::walk_computed_member_expression(self, it),
        }
    }

    fn visit_call_expression(&mut self, it: &CallExpression<'a>) {
        let Some((mut pieces, current)) = self.super_method(&it.callee) else {
            walk::walk_call_expression(self, it);
            return;
        };
        pieces.push(format!(".call({current}").into());
        for argument in &it.arguments {
            pieces.extend([", ".into(), argument.span().into()]);
        }
        pieces.push(")".into());
        self.edits.replace(it.span, pieces);
        self.visit_arguments(&it.arguments);
    }

    fn visit_tagged_template_expression(&mut self, it: &TaggedTemplateExpression<'a>) {
        let Some((mut pieces, current)) = self.super_method(&it.tag) else {
            walk::walk_tagged_template_expression(self, it);
            return;
        };
        pieces.push(format!(".bind({current})").into());
        self.edits.replace(it.tag.span(), pieces);
        self.visit_template_literal(&it.quasi);
    }

    fn visit_private_field_expression(&mut self, it: &PrivateFieldExpression<'a>) {
        if !self.private_object(&it.object, &it.field.name) {
            walk::walk_private_field_expression(self, it);
        }
    }

    fn visit_private_in_expression(&mut self, it: &PrivateInExpression<'a>) {
        if !self.private_object(&it.right, &it.left.name) {
            walk::walk_private_in_expression(self, it);
        }
    }

    fn visit_ts_type(&mut self, _: &TSType<'a>) {}

    fn visit_ts_type_annotation(&mut self, _: &TSTypeAnnotation<'a>) {}

    fn visit_ts_type_parameter_declaration(&mut self, _: &TSTypeParameterDeclaration<'a>) {}

    fn visit_ts_type_parameter_instantiation(&mut self, _: &TSTypeParameterInstantiation<'a>) {}

    fn visit_ts_interface_heritage(&mut self, _: &TSInterfaceHeritage<'a>) {}
}
