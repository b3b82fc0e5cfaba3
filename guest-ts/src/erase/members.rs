//! Classes: modifiers, fields, overloads and abstract members.

use super::Eraser;
use crate::edits::Guard;
use crate::scan::length;
use oxc_ast::ast::{
    AccessorPropertyType, Class, ClassElement, MethodDefinition, MethodDefinitionType,
    PropertyDefinition, PropertyDefinitionType,
};
use oxc_ast_visit::{Visit, walk};
use oxc_span::{GetSpan, Span};

impl<'a> Eraser<'_> {
    pub(super) fn class(&mut self, class: &Class<'a>) {
        if class.r#abstract {
            self.modifiers(class.span.start, class.body.span.start);
        }
        if let (Some(first), Some(last)) = (class.implements.first(), class.implements.last()) {
            let keyword = self.scanner.skip_trivia_back(first.span.start);
            let start = keyword.saturating_sub(length("implements"));
            if self.scanner.text(start, keyword) == "implements" {
                self.edits.blank(Span::new(start, last.span.end));
            } else {
                self.lower = true;
            }
        }
        self.visit_decorators(&class.decorators);
        if let Some(parameters) = &class.type_parameters {
            self.visit_ts_type_parameter_declaration(parameters);
        }
        if let Some(heritage) = &class.heritage {
            self.visit_class_heritage(heritage);
        }
        self.visit_class_body(&class.body);
    }

    pub(super) fn class_element(&mut self, element: &ClassElement<'a>) {
        match element {
            ClassElement::StaticBlock(it) => self.visit_static_block(it),
            ClassElement::TSIndexSignature(it) => self.erase_member(it.span),
            ClassElement::MethodDefinition(it) => self.method(it),
            ClassElement::PropertyDefinition(it) => self.field(it),
            ClassElement::AccessorProperty(it) => {
                if it.r#type == AccessorPropertyType::TSAbstractAccessorProperty {
                    self.erase_member(it.span);
                } else {
                    self.rewrite = true;
                }
            }
        }
    }

    fn method(&mut self, method: &MethodDefinition<'a>) {
        if method.r#type == MethodDefinitionType::TSAbstractMethodDefinition
            || method.value.body.is_none()
        {
            // Otherwise a decorator on an overload would go unnoticed.
            self.visit_decorators(&method.decorators);
            self.erase_member(method.span);
            return;
        }
        let key = method.key.span();
        self.modifiers(method.span.start, key.start);
        if method.optional {
            let end = self.key_end(key, method.computed);
            self.blank_next(end, b'?');
        }
        walk::walk_method_definition(self, method);
    }

    fn field(&mut self, field: &PropertyDefinition<'a>) {
        if field.declare || field.r#type == PropertyDefinitionType::TSAbstractPropertyDefinition {
            self.visit_decorators(&field.decorators);
            self.erase_member(field.span);
            return;
        }
        let key = field.key.span();
        self.modifiers(field.span.start, key.start);
        if field.optional || field.definite {
            let end = self.key_end(key, field.computed);
            self.blank_next(end, if field.optional { b'?' } else { b'!' });
        }
        walk::walk_property_definition(self, field);
        // After `get: T` and a line end, a field named `get` must not become the accessor of
        // what follows. After `x = y as T`, a `[` or `*` must not continue the value.
        if let Some(tail) = self.edits.erased_tail(field.span.end) {
            self.edits.mark(tail, b';');
        }
    }

    fn erase_member(&mut self, span: Span) {
        self.edits.blank(span);
        self.edits.guard(span.start, Guard::Member);
    }

    /// Erases TypeScript's modifiers among the words from `start` to `end`.
    fn modifiers(&mut self, start: u32, end: u32) {
        let mut at = start;
        let mut first = true;
        while at < end {
            let word = self.scanner.word(at);
            let after = at + length(word);
            match word {
                "public" | "private" | "protected" | "readonly" | "override" | "abstract" => {
                    self.edits.blank(Span::new(at, after));
                    if first {
                        // The word may be all that kept the member from joining the field
                        // before it.
                        self.edits.guard(at, Guard::Member);
                        first = false;
                    }
                }
                "static" | "async" | "get" | "set" => first = false,
                _ => return,
            }
            at = self.scanner.skip_trivia(after);
        }
    }

    /// Returns the end of a member's name, including its brackets.
    fn key_end(&mut self, key: Span, computed: bool) -> u32 {
        if !computed {
            return key.end;
        }
        let at = self.scanner.skip_trivia(key.end);
        if self.scanner.byte(at) != Some(b']') {
            self.lower = true;
        }
        at + 1
    }
}
