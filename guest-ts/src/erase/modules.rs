//! Imports and exports: a name that is only a type is removed from its list.

use super::Eraser;
use oxc_ast::ast::{
    ExportSpecifier, IdentifierReference, ImportDeclaration, ImportDeclarationSpecifier,
    ModuleExportName,
};
use oxc_semantic::{Reference, SymbolFlags};
use oxc_span::{GetSpan, Span};

impl<'a> Eraser<'_> {
    /// Returns true if an import brings in nothing but types. `import "x"` and
    /// `import {} from "x"` are there for their side effects.
    pub(super) fn is_type_import(&self, import: &ImportDeclaration<'a>) -> bool {
        import.import_kind.is_type()
            || import.specifiers.as_ref().is_some_and(|specifiers| {
                !specifiers.is_empty() && specifiers.iter().all(|it| self.is_type_specifier(it))
            })
    }

    /// Removes the types from an import that also has values.
    pub(super) fn import_specifiers(&mut self, import: &ImportDeclaration<'a>) {
        let Some(specifiers) = &import.specifiers else { return };
        for specifier in specifiers {
            if !self.is_type_specifier(specifier) {
                continue;
            }
            let span = specifier.span();
            if let ImportDeclarationSpecifier::ImportNamespaceSpecifier(_) = specifier {
                // `import a, * as b`: the comma stands before it.
                let end = self.scanner.skip_trivia_back(span.start);
                let comma = end.saturating_sub(1);
                if self.scanner.byte(comma) == Some(b',') {
                    self.edits.blank(Span::new(comma, span.end));
                } else {
                    self.lower = true;
                }
            } else {
                self.list_item(span);
            }
        }
    }

    /// Removes the types from an export list.
    pub(super) fn export_specifiers(&mut self, specifiers: &[ExportSpecifier<'a>]) {
        for specifier in specifiers {
            let is_type = specifier.export_kind.is_type()
                || matches!(&specifier.local,
                    ModuleExportName::IdentifierReference(it) if self.names_a_type(it));
            if is_type {
                self.list_item(specifier.span);
            }
        }
    }

    /// Returns true if an exported name is declared in this file, and only as a type.
    pub(super) fn names_a_type(&self, name: &IdentifierReference<'a>) -> bool {
        let Some(scoping) = self.scoping else { return false };
        let Some(id) = name.reference_id.get() else { return false };
        let reference = scoping.get_reference(id);
        reference.symbol_id().is_some_and(|symbol| {
            reference.is_type()
                || scoping.symbol_flags(symbol).is_ambient()
                    && scoping
                        .symbol_redeclarations(symbol)
                        .iter()
                        .all(|declaration| declaration.flags.is_ambient())
        })
    }

    fn is_type_specifier(&self, specifier: &ImportDeclarationSpecifier<'a>) -> bool {
        let local = match specifier {
            ImportDeclarationSpecifier::ImportSpecifier(it) if it.import_kind.is_type() => {
                return true;
            }
            ImportDeclarationSpecifier::ImportSpecifier(it) => &it.local,
            ImportDeclarationSpecifier::ImportDefaultSpecifier(it) => &it.local,
            ImportDeclarationSpecifier::ImportNamespaceSpecifier(it) => &it.local,
        };
        let Some(scoping) = self.scoping else { return false };
        let Some(symbol) = local.symbol_id.get() else { return false };
        if self.factories.as_ref().is_some_and(|it| it.contains(local.name.as_str())) {
            return false;
        }
        // If this file has a value of the same name, the import can only have been the type.
        (scoping.symbol_flags(symbol) - SymbolFlags::Import).is_value()
            || scoping.get_resolved_references(symbol).all(Reference::is_type)
    }

    /// Erases one item of a list, with the comma after it if there is one.
    fn list_item(&mut self, span: Span) {
        let next = self.scanner.skip_trivia(span.end);
        let comma = self.scanner.byte(next) == Some(b',');
        self.edits.blank(span);
        if comma {
            self.edits.blank(Span::new(next, next + 1));
        }
    }
}
