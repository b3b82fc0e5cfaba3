//! Statements that are nothing but types.

use super::Eraser;
use oxc_ast::ast::{
    Declaration, ExportDefaultDeclarationKind, Expression, ImportOrExportKind, Statement,
    TSNamespaceDeclaration, TSNamespaceDeclarationBody,
};
use oxc_ast::match_declaration;
use oxc_ast_visit::{Visit, walk};

impl<'a> Eraser<'_> {
    /// Returns true if nothing of a statement is left at run time.
    pub(super) fn is_erased(&self, statement: &Statement<'a>) -> bool {
        match statement {
            Statement::TSNamespaceExportDeclaration(_) => true,
            Statement::ImportDeclaration(it) => self.is_type_import(it),
            Statement::ExportAllDeclaration(it) => it.export_kind.is_type(),
            Statement::ExportFromDeclaration(it) => {
                let mut kinds = it.specifiers.iter().map(|it| it.export_kind);
                it.export_kind.is_type()
                    || !it.specifiers.is_empty() && kinds.all(ImportOrExportKind::is_type)
            }
            Statement::ExportNamedDeclaration(it) => it.export_kind.is_type(),
            Statement::ExportDeclaration(it) => is_type_declaration(&it.declaration),
            Statement::ExportDefaultDeclaration(it) => match &it.declaration {
                ExportDefaultDeclarationKind::TSInterfaceDeclaration(_) => true,
                ExportDefaultDeclarationKind::FunctionDeclaration(it) => it.body.is_none(),
                ExportDefaultDeclarationKind::Identifier(it) => self.names_a_type(it),
                _ => false,
            },
            match_declaration!(Statement) => is_type_declaration(statement.to_declaration()),
            _ => false,
        }
    }

    /// Walks a statement of which something is left.
    pub(super) fn keep_statement(&mut self, statement: &Statement<'a>) {
        match statement {
            Statement::ImportDeclaration(it) => self.import_specifiers(it),
            Statement::ExportNamedDeclaration(it) => self.export_specifiers(&it.specifiers),
            Statement::ExportFromDeclaration(it) => self.export_specifiers(&it.specifiers),
            Statement::ExportDeclaration(it) => self.keep_declaration(&it.declaration),
            Statement::TSExportAssignment(_) => self.rewrite = true,
            match_declaration!(Statement) => self.keep_declaration(statement.to_declaration()),
            Statement::ExpressionStatement(it) => {
                // Without `as T`, `"use strict" as T` would be a directive.
                self.lower |= is_asserted_string(&it.expression);
                walk::walk_statement(self, statement);
            }
            _ => walk::walk_statement(self, statement),
        }
    }

    fn keep_declaration(&mut self, declaration: &Declaration<'a>) {
        match declaration {
            Declaration::TSEnumDeclaration(it) => {
                self.lower = true;
                // The transformer supports only one declaration of an enum.
                self.rewrite |= !self.enums.insert(it.id.name.to_string());
                walk::walk_ts_enum_declaration(self, it);
            }
            Declaration::TSNamespaceDeclaration(_) | Declaration::TSImportEqualsDeclaration(_) => {
                self.rewrite = true;
            }
            _ => self.visit_declaration(declaration),
        }
    }
}

/// Returns true if an expression is a string with nothing but types around it.
fn is_asserted_string(expression: &Expression<'_>) -> bool {
    let mut inner = expression;
    loop {
        inner = match inner {
            Expression::TSAsExpression(it) => &it.expression,
            Expression::TSSatisfiesExpression(it) => &it.expression,
            Expression::TSNonNullExpression(it) => &it.expression,
            Expression::TSTypeAssertion(it) => &it.expression,
            Expression::StringLiteral(_) => return !core::ptr::eq(inner, expression),
            _ => return false,
        };
    }
}

/// Returns true if a statement declares a type, whatever is exported or used.
pub fn is_type_statement(statement: &Statement<'_>) -> bool {
    match statement {
        Statement::TSNamespaceExportDeclaration(_) => true,
        Statement::ExportDeclaration(it) => is_type_declaration(&it.declaration),
        Statement::ExportDefaultDeclaration(it) => match &it.declaration {
            ExportDefaultDeclarationKind::TSInterfaceDeclaration(_) => true,
            ExportDefaultDeclarationKind::FunctionDeclaration(it) => it.body.is_none(),
            _ => false,
        },
        match_declaration!(Statement) => is_type_declaration(statement.to_declaration()),
        _ => false,
    }
}

fn is_type_declaration(declaration: &Declaration<'_>) -> bool {
    match declaration {
        Declaration::TSTypeAliasDeclaration(_)
        | Declaration::TSInterfaceDeclaration(_)
        | Declaration::TSExternalModuleDeclaration(_)
        | Declaration::TSGlobalDeclaration(_) => true,
        Declaration::VariableDeclaration(it) => it.declare,
        Declaration::FunctionDeclaration(it) => it.declare || it.body.is_none(),
        Declaration::ClassDeclaration(it) => it.declare,
        Declaration::TSEnumDeclaration(it) => it.declare,
        Declaration::TSNamespaceDeclaration(it) => it.declare || is_type_namespace(it),
        Declaration::TSImportEqualsDeclaration(it) => it.import_kind.is_type(),
    }
}

/// Returns true if a namespace, however deeply nested, holds nothing but types.
fn is_type_namespace(namespace: &TSNamespaceDeclaration<'_>) -> bool {
    let mut namespace = namespace;
    let block = loop {
        match &namespace.body {
            TSNamespaceDeclarationBody::TSNamespaceDeclaration(inner) => namespace = inner,
            TSNamespaceDeclarationBody::TSModuleBlock(block) => break block,
        }
    };
    block.directives.is_empty()
        && block.body.iter().all(|statement| match statement {
            Statement::ExportDeclaration(it) => is_type_declaration(&it.declaration),
            match_declaration!(Statement) => is_type_declaration(statement.to_declaration()),
            _ => false,
        })
}
