//! Classes with decorators or `accessor` fields: their bodies, and the static block that applies
//! decorators.

use super::{Alias, Piece, Rewriter};
use oxc_ast::ast::{
    AccessorPropertyType, Class, ClassElement, Decorator, MethodDefinitionType,
    PropertyDefinitionType, PropertyKey,
};
use oxc_ast_visit::Visit;
use oxc_span::{GetSpan, Span};
use std::cell::Cell;
use std::collections::HashSet;
use std::rc::Rc;

/// The parts of a rewritten class besides its members.
pub(super) struct Body {
    /// The variables beside the class, some with values.
    pub(super) temporaries: Vec<String>,
    /// The variable that holds the class as it was written, once one is needed.
    pub(super) original: Option<String>,
    /// The variables of the class's own decorators and of their initializers.
    pub(super) decorated: Option<(String, String)>,
    /// The meaning of `this` in its static parts, if it is replaced.
    pub(super) statics: Option<Rc<Alias>>,
    /// The class's name.
    pub(super) name: Option<String>,
    pub(super) derived: bool,
    pub(super) metadata: String,
    /// The variables of initializers that methods and accessors added.
    pub(super) static_extra: Option<String>,
    pub(super) instance_extra: Option<String>,
    /// The code that applies decorators, in the order of the standard: static methods, other
    /// methods, static fields, other fields.
    pub(super) applied: [Vec<Piece>; 4],
    /// The decorators that are evaluated with the next key.
    pub(super) keys: Vec<Vec<Piece>>,
    /// The code that runs for an instance with its next field.
    pub(super) fields: Vec<String>,
    /// The replacement of the `this` outside of the class.
    pub(super) outer: Option<Rc<Alias>>,
}

impl Body {
    pub(super) fn new(class: &Class<'_>) -> Self {
        Self {
            temporaries: Vec::new(),
            original: None,
            decorated: None,
            statics: None,
            name: class.id.as_ref().map(|id| id.name.to_string()),
            derived: class.heritage.is_some(),
            metadata: String::new(),
            static_extra: None,
            instance_extra: None,
            applied: Default::default(),
            keys: Vec::new(),
            fields: Vec::new(),
            outer: None,
        }
    }

    /// Returns the declaration of all variables beside the class.
    pub(super) fn declarations(&self) -> String {
        if self.temporaries.is_empty() {
            return String::new();
        }
        format!("let {}; ", self.temporaries.join(", "))
    }

    /// Returns the expression for `this` in a static part.
    pub(super) fn current(&self) -> &str {
        self.statics.as_ref().map_or("this", |it| &it.current)
    }

    /// Returns the private names that are static.
    pub(super) fn private_statics(&self, class: &Class<'_>) -> HashSet<String> {
        let names = class.body.body.iter().filter_map(|element| {
            let (key, is_static) = match element {
                ClassElement::MethodDefinition(it) => (&it.key, it.r#static),
                ClassElement::PropertyDefinition(it) => (&it.key, it.r#static),
                ClassElement::AccessorProperty(it) => (&it.key, it.r#static),
                _ => return None,
            };
            match key {
                PropertyKey::PrivateIdentifier(it) if is_static => Some(it.name.to_string()),
                _ => None,
            }
        });
        names.collect()
    }
}

/// Returns true if nothing of a member is left at run time.
pub(super) fn is_erased(element: &ClassElement<'_>) -> bool {
    match element {
        ClassElement::StaticBlock(_) => false,
        ClassElement::TSIndexSignature(_) => true,
        ClassElement::MethodDefinition(it) => {
            it.r#type == MethodDefinitionType::TSAbstractMethodDefinition || it.value.body.is_none()
        }
        ClassElement::PropertyDefinition(it) => {
            it.declare || it.r#type == PropertyDefinitionType::TSAbstractPropertyDefinition
        }
        ClassElement::AccessorProperty(it) => {
            it.r#type == AccessorPropertyType::TSAbstractAccessorProperty
        }
    }
}

impl<'a> Rewriter<'_> {
    /// Rewrites the members of a class, and adds the static block that applies decorators.
    pub(super) fn class_body(&mut self, class: &Class<'a>, body: &mut Body) {
        if let Some(heritage) = &class.heritage {
            self.visit_expression(&heritage.expression);
        }
        if self.legacy {
            self.visit_decorators(&class.decorators);
        }
        body.metadata = self.name("m");
        let outer = self.name("t");
        body.outer = Some(self.alias.clone().unwrap_or_else(|| {
            Rc::new(Alias {
                current: outer.clone(),
                original: String::new(),
                used: Cell::new(false),
            })
        }));
        self.extras(class, body);
        for element in &class.body.body {
            if is_erased(element) {
                self.remove(element.span());
                continue;
            }
            match element {
                ClassElement::MethodDefinition(it) if self.decorates(&it.decorators) => {
                    self.decorated_method(it, body);
                }
                ClassElement::PropertyDefinition(it) if self.decorates(&it.decorators) => {
                    self.decorated_field(it, body);
                }
                ClassElement::AccessorProperty(it) => self.accessor(it, body),
                _ => self.other_element(element, body),
            }
        }
        let (open, close) = (class.body.span.start, class.body.span.end);
        let head = self.leading_block(body);
        if body.outer.as_ref().is_some_and(|it| it.current == outer && it.used.get()) {
            body.temporaries.push(format!("{outer} = this"));
        }
        self.edits.replace(Span::new(open, open + 1), head);
        // A member may end without a `;`.
        let mut tail = ";".to_owned();
        if !body.fields.is_empty() {
            tail.push_str(&format!(" #{} = ({});", self.name("f"), body.fields.join(", ")));
        }
        if let Some((_, extra)) = &body.decorated {
            let run = self.helper("extra");
            tail.push_str(&format!(" static {{ {run}({}, {extra}); }}", body.current()));
        }
        tail.push('}');
        self.edits.replace(Span::new(close - 1, close), [tail.into()]);
    }

    pub(super) fn decorates(&self, decorators: &[Decorator<'_>]) -> bool {
        !decorators.is_empty() && !self.legacy
    }

    /// Creates the variables for what decorators of methods add.
    fn extras(&mut self, class: &Class<'a>, body: &mut Body) {
        for element in &class.body.body {
            let ClassElement::MethodDefinition(it) = element else { continue };
            if is_erased(element) || !self.decorates(&it.decorators) {
                continue;
            }
            let slot = if it.r#static { &mut body.static_extra } else { &mut body.instance_extra };
            if slot.is_none() {
                let name = self.name("e");
                body.temporaries.push(format!("{name} = []"));
                *slot = Some(name);
            }
        }
        if let Some(extra) = &body.instance_extra {
            let run = self.helper("extra");
            body.fields.push(format!("{run}(this, {extra})"));
        }
    }

    /// Returns the static block that applies all decorators.
    fn leading_block(&mut self, body: &mut Body) -> Vec<Piece> {
        let applies = body.decorated.is_some() || body.applied.iter().any(|it| !it.is_empty());
        let mut pieces = vec![Piece::from("{")];
        if !applies && body.original.is_none() {
            return pieces;
        }
        pieces.push(" static { ".into());
        if let Some(original) = &body.original {
            pieces.push(format!("{original} = this; ").into());
        }
        if applies {
            // Decorators without a key after them.
            for list in body.keys.drain(..) {
                pieces.extend(list);
                pieces.push("; ".into());
            }
            let metadata = &body.metadata;
            let parent = if body.derived { "Object.getPrototypeOf(this)" } else { "" };
            let make = self.helper("metadata");
            pieces.push(format!("const {metadata} = {make}({parent}); ").into());
            for group in &mut body.applied {
                pieces.append(group);
            }
            if let Some((decorators, extra)) = &body.decorated {
                let decorate = self.helper("decorate");
                let inner = body.name.as_ref().map(|it| format!("{it} = ")).unwrap_or_default();
                pieces.push(
                    format!(
                        "{inner}{} = {decorate}({{ value: this }}, {decorators}, {{ kind: \"class\", \
                         name: this.name, metadata: {metadata} }}, null, {extra}).value; ",
                        body.current()
                    )
                    .into(),
                );
            }
            let publish = self.helper("publish");
            pieces.push(format!("{publish}({}, {metadata}); ", body.current()).into());
            if let Some(extra) = &body.static_extra {
                let run = self.helper("extra");
                pieces.push(format!("{run}({}, {extra}); ", body.current()).into());
            }
        }
        pieces.push("}".into());
        pieces
    }
}
