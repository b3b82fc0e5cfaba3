//! Namespaces and enums, which become functions that fill an object.
//!
//! A name that a namespace exports is a property of its object, so that an assignment is seen
//! everywhere. Names are also looked up in the other declarations of the same namespace in the
//! file.

use super::{Export, Level, Piece, Rewriter, quoted};
use crate::erase::is_type_statement;
use oxc_ast::ast::{
    BinaryOperator, BindingIdentifier, BindingPattern, Declaration, ExportDefaultDeclarationKind,
    Expression, IdentifierReference, Statement, TSEnumDeclaration, TSEnumMember, TSEnumMemberName,
    TSNamespaceDeclaration, TSNamespaceDeclarationBody, VariableDeclaration,
};
use oxc_ast::match_declaration;
use oxc_ast_visit::Visit;
use oxc_ecmascript::BoundNames;
use oxc_semantic::{ScopeId, Scoping, SymbolId};
use oxc_span::{GetSpan, Span};
use oxc_syntax::constant_value::ConstantValue;
use oxc_syntax::number::ToJsString;
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

/// A namespace or an enum that is being walked.
pub(super) struct Container {
    /// The parameter that holds its object.
    pub(super) parameter: String,
    scope: Option<ScopeId>,
    depth: u32,
    /// The names that are stored only in properties: members and exported variables.
    own: Names,
    /// The names that all of its declarations export.
    merged: Names,
    /// The number of the namespace.
    key: Option<u32>,
}

type Names = Rc<HashSet<String>>;

/// The exports of the namespaces of a file, and the names of statement lists.
pub(super) struct Containers {
    /// The number of scopes around each scope.
    depths: Vec<u32>,
    /// The number of a namespace, by the namespace around it and its name, or by its symbol.
    keys: HashMap<(Option<u32>, String), u32>,
    symbols: HashMap<SymbolId, u32>,
    exports: Vec<Exports>,
    enums: HashMap<SymbolId, Names>,
    /// The names that the statement lists around the current node have declared.
    lists: Vec<HashSet<String>>,
}

#[derive(Default)]
struct Exports {
    variables: Names,
    all: Names,
}

impl Containers {
    pub(super) fn new(scoping: &Scoping) -> Self {
        let mut depths = vec![0; scoping.scopes_len()];
        for scope in scoping.scope_descendants_from_root() {
            let depth = scoping
                .scope_parent_id(scope)
                .and_then(|parent| depths.get(parent.index()).copied())
                .map_or(0, |depth: u32| depth + 1);
            if let Some(slot) = depths.get_mut(scope.index()) {
                *slot = depth;
            }
        }
        Self {
            depths,
            keys: HashMap::new(),
            symbols: HashMap::new(),
            exports: Vec::new(),
            enums: HashMap::new(),
            lists: Vec::new(),
        }
    }

    fn depth(&self, scope: ScopeId) -> u32 {
        self.depths.get(scope.index()).copied().unwrap_or(0)
    }

    pub(super) fn enter_list(&mut self, statements: &[Statement<'_>]) {
        let mut names = HashSet::new();
        for statement in statements {
            let id = match statement {
                Statement::ExportDefaultDeclaration(it) => match &it.declaration {
                    ExportDefaultDeclarationKind::FunctionDeclaration(it) => it.id.as_ref(),
                    ExportDefaultDeclarationKind::ClassDeclaration(it) => it.id.as_ref(),
                    _ => None,
                },
                Statement::ExportDeclaration(it) => declared(&it.declaration),
                match_declaration!(Statement) => declared(statement.to_declaration()),
                _ => None,
            };
            if let Some(id) = id {
                names.insert(id.name.to_string());
            }
        }
        self.lists.push(names);
    }

    pub(super) fn leave_list(&mut self) {
        self.lists.pop();
    }

    /// Adds a name to the statement list. Returns true if it is new there.
    fn declares(&mut self, name: &str) -> bool {
        self.lists.last_mut().is_none_or(|names| names.insert(name.to_owned()))
    }

    /// Collects what the namespaces among `statements` export.
    pub(super) fn collect(&mut self, statements: &[Statement<'_>]) {
        self.collect_in(statements, None);
    }

    fn collect_in(&mut self, statements: &[Statement<'_>], around: Option<u32>) {
        for statement in statements {
            if is_type_statement(statement) {
                continue;
            }
            match statement {
                Statement::ExportDeclaration(it) => {
                    if let Some(exports) = around.and_then(|key| self.exports.get_mut(key as usize))
                    {
                        exports.add(&it.declaration);
                    }
                    if let Declaration::TSNamespaceDeclaration(it) = &it.declaration {
                        self.collect_namespace(it, around, true);
                    }
                }
                Statement::TSNamespaceDeclaration(it) => {
                    self.collect_namespace(it, around, false);
                }
                _ => {}
            }
        }
    }

    fn collect_namespace(
        &mut self,
        it: &TSNamespaceDeclaration<'_>,
        around: Option<u32>,
        exported: bool,
    ) {
        let key = self.key(it, around, exported);
        match &it.body {
            TSNamespaceDeclarationBody::TSNamespaceDeclaration(inner) => {
                if let Some(exports) = self.exports.get_mut(key as usize) {
                    insert(&mut exports.all, &inner.id.name);
                }
                self.collect_namespace(inner, Some(key), true);
            }
            TSNamespaceDeclarationBody::TSModuleBlock(block) => {
                self.collect_in(&block.body, Some(key));
            }
        }
    }

    /// Returns the number of a namespace, which is the same for all of its declarations.
    fn key(&mut self, it: &TSNamespaceDeclaration<'_>, around: Option<u32>, exported: bool) -> u32 {
        let next = crate::scan::to_offset(self.exports.len());
        let key = match (around, it.id.symbol_id.get()) {
            (Some(_), _) if exported => {
                *self.keys.entry((around, it.id.name.to_string())).or_insert(next)
            }
            (_, Some(symbol)) => *self.symbols.entry(symbol).or_insert(next),
            _ => next,
        };
        if key == next {
            self.exports.push(Exports::default());
        }
        key
    }
}

impl Exports {
    fn add(&mut self, declaration: &Declaration<'_>) {
        match declaration {
            Declaration::VariableDeclaration(it) => it.bound_names(&mut |id| {
                insert(&mut self.variables, &id.name);
                insert(&mut self.all, &id.name);
            }),
            Declaration::TSImportEqualsDeclaration(it) => {
                insert(&mut self.variables, &it.id.name);
                insert(&mut self.all, &it.id.name);
            }
            Declaration::TSNamespaceDeclaration(it) => insert(&mut self.all, &it.id.name),
            Declaration::TSEnumDeclaration(it) => insert(&mut self.all, &it.id.name),
            other => {
                if let Some(id) = declared(other) {
                    insert(&mut self.all, &id.name);
                }
            }
        }
    }
}

fn insert(names: &mut Names, name: &str) {
    Rc::make_mut(names).insert(name.to_owned());
}

/// Returns the name of a class or function.
fn declared<'e, 'a>(declaration: &'e Declaration<'a>) -> Option<&'e BindingIdentifier<'a>> {
    match declaration {
        Declaration::FunctionDeclaration(it) if it.body.is_some() && !it.declare => it.id.as_ref(),
        Declaration::ClassDeclaration(it) if !it.declare => it.id.as_ref(),
        _ => None,
    }
}

impl Rewriter<'_> {
    /// Returns the expression for a name that is a property of a namespace or enum around it.
    pub(super) fn qualified(&self, it: &IdentifierReference<'_>) -> Option<String> {
        let name = it.name.as_str();
        let symbol =
            it.reference_id.get().and_then(|id| self.scoping.get_reference(id).symbol_id());
        let scope = symbol.map(|symbol| self.scoping.symbol_scope_id(symbol));
        let depth = scope.map(|scope| self.containers.depth(scope));
        for container in self.within.iter().rev() {
            let declared_here = scope.is_some() && scope == container.scope;
            if declared_here && container.own.contains(name) {
                return Some(format!("{}.{name}", container.parameter));
            }
            if depth.is_some_and(|depth| depth >= container.depth) {
                return None;
            }
            if container.merged.contains(name) {
                return Some(format!("{}.{name}", container.parameter));
            }
        }
        None
    }

    pub(super) fn namespace(
        &mut self,
        it: &TSNamespaceDeclaration<'_>,
        statement: Span,
        export: &Export,
    ) {
        let around = self.within.last().and_then(|it| it.key);
        let (head, tail, parameter) = self.envelope(&it.id.name, export);
        let key = self.containers.key(it, around, matches!(export, Export::Namespace(_)));
        let exports = self.containers.exports.get(key as usize);
        let (own, merged) =
            exports.map(|it| (Rc::clone(&it.variables), Rc::clone(&it.all))).unwrap_or_default();
        let scope = it.scope_id.get();
        let depth = scope.map_or(0, |scope| self.containers.depth(scope));
        self.within.push(Container {
            parameter: parameter.clone(),
            scope,
            depth,
            own,
            merged,
            key: Some(key),
        });
        match &it.body {
            TSNamespaceDeclarationBody::TSNamespaceDeclaration(inner) => {
                self.edits.replace(statement, [head.into(), inner.span.into(), tail.into()]);
                self.containers.lists.push(HashSet::new());
                self.at_level(Level::Namespace, |it| {
                    it.namespace(inner, inner.span, &Export::Namespace(parameter));
                });
                self.containers.leave_list();
            }
            TSNamespaceDeclarationBody::TSModuleBlock(block) => {
                let body = Span::new(block.span.start + 1, block.span.end.saturating_sub(1));
                self.edits.replace(statement, [head.into(), body.into(), tail.into()]);
                self.at_level(Level::Namespace, |it| it.visit_statements(&block.body));
            }
        }
        self.within.pop();
    }

    /// Returns what stands before and after the body of a namespace or enum, and the parameter
    /// that holds its object.
    fn envelope(&mut self, name: &str, export: &Export) -> (String, String, String) {
        let parameter = self.name("n");
        let declaration = if !self.containers.declares(name) {
            // A `;` alone would do, but must not end an `if` before it.
            ";".to_owned()
        } else if self.level == Level::Module {
            let export = if *export == Export::Module { "export " } else { "" };
            format!("{export}var {name};")
        } else {
            format!("let {name};")
        };
        let head = format!("{declaration} (function ({parameter}) {{");
        let tail = match export {
            Export::Namespace(outer) => {
                format!("\n}})({name} = {outer}.{name} || ({outer}.{name} = {{}}));")
            }
            _ => format!("\n}})({name} || ({name} = {{}}));"),
        };
        (head, tail, parameter)
    }

    pub(super) fn enumeration(
        &mut self,
        it: &TSEnumDeclaration<'_>,
        statement: Span,
        export: &Export,
    ) {
        let (head, tail, parameter) = self.envelope(&it.id.name, export);
        let scope = it.body.scope_id.get();
        let own = scope.map(|scope| self.members_of([scope])).unwrap_or_default();
        let merged = it.id.symbol_id.get().map_or_else(Names::default, |symbol| {
            if let Some(known) = self.containers.enums.get(&symbol) {
                return Rc::clone(known);
            }
            let scopes = self.scoping.get_enum_body_scopes(symbol).unwrap_or_default();
            let names = self.members_of(scopes.iter().copied());
            self.containers.enums.insert(symbol, Rc::clone(&names));
            names
        });
        let depth = scope.map_or(0, |scope| self.containers.depth(scope));
        let container =
            Container { parameter: parameter.clone(), scope, depth, own, merged, key: None };
        self.within.push(container);
        let mut pieces = vec![Piece::from(head)];
        let mut before = None;
        for member in &it.body.members {
            self.enum_member(member, before, scope, &parameter, &mut pieces);
            before = Some(member);
        }
        self.within.pop();
        pieces.push(tail.into());
        self.edits.replace(statement, pieces);
    }

    fn members_of(&self, scopes: impl IntoIterator<Item = ScopeId>) -> Names {
        let names = scopes.into_iter().flat_map(|scope| self.scoping.get_bindings(scope).keys());
        Rc::new(names.map(ToString::to_string).collect())
    }

    fn enum_member(
        &mut self,
        member: &TSEnumMember<'_>,
        before: Option<&TSEnumMember<'_>>,
        scope: Option<ScopeId>,
        parameter: &str,
        pieces: &mut Vec<Piece>,
    ) {
        let literal = self.member_name(&member.id);
        let name = match &member.id {
            TSEnumMemberName::Identifier(it) => it.name.as_str(),
            TSEnumMemberName::String(it) | TSEnumMemberName::ComputedString(it) => &it.value,
            TSEnumMemberName::ComputedTemplateString(_) => "",
        };
        let value = scope
            .and_then(|scope| self.scoping.get_binding(scope, name.into()))
            .and_then(|symbol| self.scoping.get_enum_member_value(symbol));
        let (value, is_string) = match (value, &member.initializer) {
            (Some(ConstantValue::String(text)), _) => (Piece::from(quoted(text)), true),
            (Some(ConstantValue::Number(number)), _) => {
                let text = if number.is_nan() { "NaN".to_owned() } else { number.to_js_string() };
                (text.into(), false)
            }
            (None, Some(value)) => {
                self.visit_expression(value);
                (value.span().into(), is_string(value))
            }
            // Counting continues after a constant whose value is not known here.
            (None, None) => match before {
                Some(before) if before.initializer.as_ref().is_none_or(is_constant) => {
                    let before = self.member_name(&before.id);
                    (format!("{parameter}[{before}] + 1").into(), false)
                }
                _ => ("void 0".into(), false),
            },
        };
        let mapped = if is_string {
            [format!("\n{parameter}[{literal}] = ").into(), value, ";".into()]
        } else {
            [
                format!("\n{parameter}[{parameter}[{literal}] = ").into(),
                value,
                format!("] = {literal};").into(),
            ]
        };
        pieces.extend(mapped);
    }

    /// Returns the name of a member as an expression.
    fn member_name(&self, name: &TSEnumMemberName<'_>) -> String {
        match name {
            TSEnumMemberName::Identifier(it) => quoted(&it.name),
            TSEnumMemberName::String(it) | TSEnumMemberName::ComputedString(it) => {
                self.text(it.span).to_owned()
            }
            TSEnumMemberName::ComputedTemplateString(it) => self.text(it.span).to_owned(),
        }
    }

    /// Assigns variables that a namespace exports to its object.
    pub(super) fn exported_variables(
        &mut self,
        it: &VariableDeclaration<'_>,
        statement: Span,
        parameter: &str,
    ) {
        let mut pieces: Vec<Piece> = Vec::new();
        for declarator in &it.declarations {
            let Some(init) = &declarator.init else { continue };
            match &declarator.id {
                BindingPattern::BindingIdentifier(id) => {
                    pieces.push(format!("{parameter}.{} = ", id.name).into());
                    pieces.extend([init.span().into(), ";".into()]);
                }
                pattern => {
                    self.assigned_pattern(pattern, parameter, false);
                    pieces.extend([
                        ";(".into(),
                        pattern.span().into(),
                        " = ".into(),
                        init.span().into(),
                        ");".into(),
                    ]);
                }
            }
        }
        self.edits.replace(statement, pieces);
    }

    /// Replaces the names that a pattern binds by properties.
    fn assigned_pattern(&mut self, pattern: &BindingPattern<'_>, parameter: &str, shorthand: bool) {
        match pattern {
            BindingPattern::BindingIdentifier(id) => {
                let key = if shorthand { format!("{}: ", id.name) } else { String::new() };
                self.edits.replace(id.span, [format!("{key}{parameter}.{}", id.name).into()]);
            }
            BindingPattern::AssignmentPattern(it) => {
                self.assigned_pattern(&it.left, parameter, shorthand);
            }
            BindingPattern::ObjectPattern(it) => {
                for property in &it.properties {
                    self.assigned_pattern(&property.value, parameter, property.shorthand);
                }
                if let Some(rest) = &it.rest {
                    self.assigned_pattern(&rest.argument, parameter, false);
                }
            }
            BindingPattern::ArrayPattern(it) => {
                for element in it.elements.iter().flatten() {
                    self.assigned_pattern(element, parameter, false);
                }
                if let Some(rest) = &it.rest {
                    self.assigned_pattern(&rest.argument, parameter, false);
                }
            }
        }
    }
}

/// Returns true if an expression is a string, whatever its parts are.
fn is_string(expression: &Expression<'_>) -> bool {
    let mut inner = expression;
    loop {
        inner = match inner {
            Expression::StringLiteral(_) | Expression::TemplateLiteral(_) => return true,
            Expression::ParenthesizedExpression(it) => &it.expression,
            Expression::BinaryExpression(it) if it.operator == BinaryOperator::Addition => {
                if is_string(&it.right) {
                    return true;
                }
                &it.left
            }
            _ => return false,
        };
    }
}

/// Returns true if an expression has only names and operators, so that it may be a constant.
fn is_constant(expression: &Expression<'_>) -> bool {
    match expression {
        Expression::Identifier(_)
        | Expression::StaticMemberExpression(_)
        | Expression::ComputedMemberExpression(_)
        | Expression::NumericLiteral(_) => true,
        Expression::ParenthesizedExpression(it) => is_constant(&it.expression),
        Expression::UnaryExpression(it) => is_constant(&it.argument),
        Expression::BinaryExpression(it) => is_constant(&it.left) && is_constant(&it.right),
        _ => false,
    }
}
