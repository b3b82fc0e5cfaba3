//! The places in a program where something is rewritten.

use super::text::Piece;
use super::{Export, Level, Rewriter, quoted};
use crate::erase::is_type_statement;
use oxc_allocator::ArenaVec;
use oxc_ast::ast::{
    ArrowFunctionExpression, AssignmentExpression, AssignmentPattern, AssignmentTarget,
    AssignmentTargetPropertyIdentifier, AssignmentTargetWithDefault, BindingPattern,
    BlockStatement, CallExpression, Class, ComputedMemberExpression, Declaration, Decorator,
    ExportDefaultDeclarationKind, Expression, FormalParameter, Function, IdentifierReference,
    ObjectProperty, PrivateFieldExpression, PrivateInExpression, Statement, StaticMemberExpression,
    TSInterfaceHeritage, TSType, TSTypeAnnotation, TSTypeParameterDeclaration,
    TSTypeParameterInstantiation, TaggedTemplateExpression, ThisExpression, VariableDeclarator,
};
use oxc_ast::match_declaration;
use oxc_ast_visit::{Visit, walk};
use oxc_span::{GetSpan, Span};
use oxc_syntax::scope::ScopeFlags;

impl<'a> Visit<'a> for Rewriter<'_> {
    fn visit_statements(&mut self, statements: &ArenaVec<'a, Statement<'a>>) {
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

    fn visit_block_statement(&mut self, block: &BlockStatement<'a>) {
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

impl Rewriter<'_> {
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
}
