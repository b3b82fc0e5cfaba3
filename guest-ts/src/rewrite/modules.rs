//! `import x = require()`, `import x = A.B` and `export =`.

use super::{Export, Piece, Rewriter};
use oxc_ast::ast::{
    BindingIdentifier, IdentifierReference, ImportDeclaration, ImportDeclarationSpecifier, Program,
    Statement, TSExportAssignment, TSImportEqualsDeclaration, TSModuleReference, TSTypeName,
};
use oxc_ast_visit::Visit;
use oxc_semantic::Reference;
use oxc_span::{GetSpan, Span};
use std::collections::HashSet;

/// Returns true if a file is a `CommonJS` module, or exports with `export =`.
pub(super) fn is_commonjs(program: &Program<'_>) -> bool {
    program.source_type.is_commonjs()
        || program.body.iter().any(|it| matches!(it, Statement::TSExportAssignment(_)))
}

/// Returns the names by which a file with JSX creates elements: `React`, and what the comments
/// before its first statement say.
pub(crate) fn factories(program: &Program<'_>) -> HashSet<String> {
    let mut names = HashSet::new();
    if !program.source_type.is_jsx() {
        return names;
    }
    names.insert("React".to_owned());
    let first = program.body.first().map_or(u32::MAX, |it| it.span().start);
    for comment in program.comments.iter().take_while(|it| it.span.end <= first) {
        let mut words = comment.content_span().source_text(program.source_text).split_whitespace();
        while let Some(word) = words.next() {
            if matches!(word, "@jsx" | "@jsxFrag")
                && let Some(name) = words.next().and_then(|it| it.split('.').next())
            {
                names.insert(name.to_owned());
            }
        }
    }
    names
}

impl Rewriter<'_> {
    pub(super) fn export_assignment(&mut self, it: &TSExportAssignment<'_>) {
        self.remove(it.span);
        if let oxc_ast::ast::Expression::Identifier(name) = &it.expression
            && self.names_a_type(name)
        {
            return;
        }
        self.tail.extend([
            Piece::from("\nmodule.exports = "),
            it.expression.span().into(),
            ";".into(),
        ]);
        self.visit_expression(&it.expression);
    }

    pub(super) fn import_equals(
        &mut self,
        it: &TSImportEqualsDeclaration<'_>,
        statement: Span,
        export: &Export,
    ) {
        let unused =
            *export == Export::No && !self.is_value(&it.id) && !self.makes_elements(&it.id.name);
        if it.import_kind.is_type() || unused || self.is_alias_of_type(&it.module_reference) {
            self.remove(statement);
            return;
        }
        let name = it.id.name.as_str();
        let (binding, exported) = match export {
            Export::Namespace(parameter) => (format!("{parameter}.{name} = "), ""),
            Export::Module | Export::Default => (format!("const {name} = "), "export "),
            Export::No => (format!("const {name} = "), ""),
        };
        match &it.module_reference {
            TSModuleReference::ExternalModuleReference(module) => {
                let specifier = module.expression.span;
                let pieces = if self.commonjs {
                    vec![Piece::from(format!("{binding}require(")), specifier.into(), ");".into()]
                } else {
                    let required = self.module_helper("required");
                    let namespace = self.name("m");
                    vec![
                        Piece::from(format!("import * as {namespace} from ")),
                        specifier.into(),
                        format!("; {exported}{binding}{required}({namespace});").into(),
                    ]
                };
                self.edits.replace(statement, pieces);
            }
            reference => {
                let binding = binding.replacen("const ", "var ", 1);
                self.edits.replace(
                    statement,
                    [
                        Piece::from(format!("{exported}{binding}")),
                        reference.span().into(),
                        ";".into(),
                    ],
                );
                if let Some(root) = root(reference) {
                    self.visit_identifier_reference(root);
                }
            }
        }
    }

    /// Turns an import into a `require`, for a file that `export =` makes `CommonJS`.
    pub(super) fn import_as_require(&mut self, it: &ImportDeclaration<'_>) {
        let source = it.source.span;
        let Some(specifiers) = &it.specifiers else {
            self.edits.replace(it.span, [Piece::from("require("), source.into(), ");".into()]);
            return;
        };
        let kept: Vec<_> = specifiers
            .iter()
            .filter(|specifier| {
                let is_type = match specifier {
                    ImportDeclarationSpecifier::ImportSpecifier(it) => it.import_kind.is_type(),
                    _ => false,
                };
                let local = specifier.local();
                !is_type && (self.is_value(local) || self.makes_elements(&local.name))
            })
            .collect();
        if it.import_kind.is_type() || kept.is_empty() {
            self.remove(it.span);
            return;
        }
        let module = self.name("m");
        let mut text = String::new();
        for specifier in kept {
            let local = specifier.local().name.as_str();
            let value = match specifier {
                ImportDeclarationSpecifier::ImportSpecifier(it) => {
                    let name = it.imported.name();
                    if name == "default" {
                        format!("{}({module})", self.module_helper("default"))
                    } else {
                        format!("{module}[{}]", super::quoted(&name))
                    }
                }
                ImportDeclarationSpecifier::ImportDefaultSpecifier(_) => {
                    format!("{}({module})", self.module_helper("default"))
                }
                ImportDeclarationSpecifier::ImportNamespaceSpecifier(_) => {
                    format!("{}({module})", self.module_helper("namespace"))
                }
            };
            text.push_str(&format!(" const {local} = {value};"));
        }
        self.edits.replace(
            it.span,
            [
                Piece::from(format!("const {module} = require(")),
                source.into(),
                format!(");{text}").into(),
            ],
        );
    }

    /// Returns true if some use of a name is one of a value.
    fn is_value(&self, id: &BindingIdentifier<'_>) -> bool {
        id.symbol_id.get().is_some_and(|symbol| {
            !self.scoping.get_resolved_references(symbol).all(Reference::is_type)
        })
    }

    /// Returns true if what has this name creates elements. JSX uses it without naming it.
    fn makes_elements(&self, name: &str) -> bool {
        self.factories.contains(name)
    }

    /// Returns true if a name is declared in this file, and only as a type.
    fn names_a_type(&self, name: &IdentifierReference<'_>) -> bool {
        name.reference_id
            .get()
            .and_then(|id| self.scoping.get_reference(id).symbol_id())
            .is_some_and(|symbol| !self.scoping.symbol_flags(symbol).can_be_referenced_by_value())
    }

    fn is_alias_of_type(&self, reference: &TSModuleReference<'_>) -> bool {
        root(reference).is_some_and(|it| self.names_a_type(it))
    }
}

/// Returns the first name of `A.B.C`.
fn root<'e, 'a>(reference: &'e TSModuleReference<'a>) -> Option<&'e IdentifierReference<'a>> {
    let qualified = match reference {
        TSModuleReference::ExternalModuleReference(_) => return None,
        TSModuleReference::IdentifierReference(it) => return Some(it),
        TSModuleReference::QualifiedName(it) => it,
    };
    let mut left = &qualified.left;
    loop {
        match left {
            TSTypeName::IdentifierReference(it) => return Some(it),
            TSTypeName::QualifiedName(it) => left = &it.left,
            TSTypeName::ThisExpression(_) => return None,
        }
    }
}
