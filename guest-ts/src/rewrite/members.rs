//! Classes with decorators or `accessor` fields: their members.

use super::classes::literal_key;
use super::{Alias, Name, Piece, Rewriter, named_entry, quoted};
use oxc_ast::ast::{
    AccessorProperty, AccessorPropertyType, Class, ClassElement, Decorator, Expression,
    MethodDefinition, MethodDefinitionKind, MethodDefinitionType, PropertyDefinition,
    PropertyDefinitionType, PropertyKey,
};
use oxc_ast_visit::Visit;
use oxc_span::{GetSpan, Span};
use oxc_syntax::scope::ScopeFlags;
use std::cell::Cell;
use std::collections::HashSet;
use std::rc::Rc;

// The replacement of a member starts with a `;`. The member before it may have ended with its
// line, and a `[` would continue it.

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
    name: Option<String>,
    derived: bool,
    metadata: String,
    /// The variables of initializers that methods and accessors added.
    static_extra: Option<String>,
    instance_extra: Option<String>,
    /// The code that applies decorators, in the order of the standard: static methods, other
    /// methods, static fields, other fields.
    applied: [Vec<Piece>; 4],
    /// The decorators that are evaluated with the next key.
    keys: Vec<Vec<Piece>>,
    /// The code that runs for an instance with its next field.
    fields: Vec<String>,
    /// The replacement of the `this` outside of the class.
    outer: Option<Rc<Alias>>,
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
    fn current(&self) -> &str {
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

/// A member with decorators, and the variables for them.
struct Member {
    kind: &'static str,
    is_static: bool,
    /// An expression for its name.
    name: String,
    /// Its private name, with the `#`.
    private: Option<String>,
    decorators: String,
    initializers: String,
    extra: String,
}

impl Member {
    /// Returns the object literal that its decorators get as context.
    fn context(&self, metadata: &str) -> String {
        let Self { kind, name, is_static, private, .. } = self;
        let (has, slot) = match private {
            Some(private) => (format!("{private} in o"), format!("o.{private}")),
            None => (format!("{name} in o"), format!("o[{name}]")),
        };
        let get = if *kind == "setter" { String::new() } else { format!(", get: (o) => {slot}") };
        let set = match *kind {
            "method" | "getter" => String::new(),
            _ => format!(", set: (o, v) => {{ {slot} = v; }}"),
        };
        let is_private = private.is_some();
        format!(
            "{{ kind: \"{kind}\", name: {name}, static: {is_static}, private: {is_private}, \
             access: {{ has: (o) => {has}{get}{set} }}, metadata: {metadata} }}"
        )
    }

    /// Returns the object that has it.
    const fn holder(&self) -> &'static str {
        if self.is_static { "this" } else { "this.prototype" }
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

    fn decorates(&self, decorators: &[Decorator<'_>]) -> bool {
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

    /// Creates the variables and context of a member with decorators. Their list is evaluated
    /// with the member's key or the next one.
    fn member(
        &mut self,
        kind: &'static str,
        is_static: bool,
        key: &PropertyKey<'a>,
        decorators: &[Decorator<'a>],
        body: &mut Body,
    ) -> Member {
        let variable = self.name("d");
        body.temporaries.push(variable.clone());
        let private = match key {
            PropertyKey::PrivateIdentifier(it) => Some(format!("#{}", it.name)),
            _ => None,
        };
        // A list before a private name may have to be evaluated in the static block.
        let alias = if private.is_some() { body.outer.clone() } else { self.alias.clone() };
        let mut list = Vec::new();
        self.with_alias(alias, |rewriter| {
            list = rewriter.decorator_list(decorators, &variable, &mut body.temporaries);
        });
        body.keys.push(list);
        let (initializers, extra) = match kind {
            "field" | "accessor" => {
                let names = (self.name("i"), self.name("e"));
                body.temporaries.extend([format!("{} = []", names.0), format!("{} = []", names.1)]);
                names
            }
            _ => {
                let extra = if is_static { &body.static_extra } else { &body.instance_extra };
                ("null".to_owned(), extra.clone().unwrap_or_default())
            }
        };
        let name = private.as_deref().map(quoted).unwrap_or_default();
        Member { kind, is_static, name, private, decorators: variable, initializers, extra }
    }

    /// Returns a computed key that also evaluates the decorators before it, and an expression
    /// for the name.
    fn key(&mut self, key: &PropertyKey<'a>, body: &mut Body) -> (Vec<Piece>, String) {
        let mut pieces = vec![Piece::from("[(")];
        for list in body.keys.drain(..) {
            pieces.extend(list);
            pieces.push(", ".into());
        }
        if let Some(name) = literal_key(key) {
            pieces.push(format!("{name})]").into());
            return (pieces, name);
        }
        let variable = self.name("k");
        let key_of = self.helper("key");
        body.temporaries.push(variable.clone());
        pieces.extend([format!("{variable} = {key_of}(").into(), key.span().into(), "))]".into()]);
        self.plain_key(key, true);
        (pieces, variable)
    }

    /// Returns the end of a member's name, including its brackets.
    fn key_end(&self, key: &PropertyKey<'a>, computed: bool) -> u32 {
        let end = key.span().end;
        if !computed {
            return end;
        }
        let at = self.scanner.skip_trivia(end);
        if self.scanner.byte(at) == Some(b']') { at + 1 } else { end }
    }

    fn decorated_method(&mut self, it: &MethodDefinition<'a>, body: &mut Body) {
        let (kind, accessor) = match it.kind {
            MethodDefinitionKind::Get => ("getter", "get "),
            MethodDefinitionKind::Set => ("setter", "set "),
            _ => ("method", ""),
        };
        let mut member = self.member(kind, it.r#static, &it.key, &it.decorators, body);
        let is_static = if it.r#static { "static " } else { "" };
        let is_async = if it.value.r#async { "async " } else { "" };
        let generator = if it.value.generator { "*" } else { "" };
        let modifiers = format!("{is_async}{generator}{accessor}");
        let rest = Span::new(self.key_end(&it.key, it.computed), it.span.end);
        let group = usize::from(!it.r#static);
        let holder = member.holder();
        let Member { decorators, extra, .. } = &member;
        let (decorators, extra) = (decorators.clone(), extra.clone());
        if let Some(private) = member.private.clone() {
            let method = self.helper("method");
            let decorate = self.helper("decorate");
            let descriptor = self.name("p");
            body.temporaries.push(descriptor.clone());
            let context = member.context(&body.metadata);
            let name = &member.name;
            body.applied[group].extend([
                format!("{descriptor} = {method}({holder}, {name}, {{ {modifiers}{name}").into(),
                rest.into(),
                format!(" }}); {decorate}({descriptor}, {decorators}, {context}, null, {extra}); ")
                    .into(),
            ]);
            let stub = match kind {
                "getter" => format!("get {private}() {{ return {descriptor}.get.call(this); }}"),
                "setter" => format!("set {private}(v) {{ {descriptor}.set.call(this, v); }}"),
                _ => format!("get {private}() {{ return {descriptor}.value; }}"),
            };
            self.edits.replace(it.span, [format!(";{is_static}{stub}").into()]);
        } else {
            let (key, name) = self.key(&it.key, body);
            member.name = name;
            let mut pieces = vec![Piece::from(format!(";{is_static}{modifiers}"))];
            pieces.extend(key);
            pieces.push(rest.into());
            self.edits.replace(it.span, pieces);
            let redefine = self.helper("member");
            let context = member.context(&body.metadata);
            body.applied[group].push(
                format!("{redefine}({holder}, {decorators}, {context}, null, {extra}); ").into(),
            );
        }
        self.with_alias(None, |rewriter| {
            rewriter.visit_function(&it.value, ScopeFlags::Function);
        });
    }

    fn decorated_field(&mut self, it: &PropertyDefinition<'a>, body: &mut Body) {
        let mut member = self.member("field", it.r#static, &it.key, &it.decorators, body);
        let mut pieces = vec![Piece::from(if it.r#static { ";static " } else { ";" })];
        if let Some(private) = &member.private {
            pieces.push(private.clone().into());
        } else {
            let (key, name) = self.key(&it.key, body);
            member.name = name;
            pieces.extend(key);
        }
        pieces.push(" = ".into());
        pieces.extend(self.initial(it.value.as_ref(), Some(&member), it.r#static, body));
        pieces.push(";".into());
        self.run_extra(&member, body, &mut pieces);
        self.edits.replace(it.span, pieces);
        let decorate = self.helper("decorate");
        let context = member.context(&body.metadata);
        let Member { decorators, initializers, extra, .. } = &member;
        body.applied[if it.r#static { 2 } else { 3 }].push(
            format!("{decorate}({{}}, {decorators}, {context}, {initializers}, {extra}); ").into(),
        );
    }

    /// Returns the value of a field: what it is written with, passed through the initializers
    /// of its decorators, after what is run before it.
    fn initial(
        &mut self,
        value: Option<&Expression<'a>>,
        member: Option<&Member>,
        is_static: bool,
        body: &mut Body,
    ) -> Vec<Piece> {
        let mut pieces = Vec::new();
        let before = if is_static { Vec::new() } else { std::mem::take(&mut body.fields) };
        if !before.is_empty() {
            pieces.push(format!("({}, ", before.join(", ")).into());
        }
        if let Some(member) = member {
            let init = self.helper("init");
            let current = if is_static { body.current() } else { "this" };
            pieces.push(format!("{init}({current}, {}, ", member.initializers).into());
        }
        match value {
            Some(value) => {
                let named = member.filter(|_| is_anonymous_function(value));
                if let Some(member) = named {
                    self.hint(value, Name::Text(member.name.clone()));
                    pieces.push(format!("({{ {}", named_entry(&member.name)).into());
                }
                pieces.push(value.span().into());
                if let Some(member) = named {
                    pieces.push(format!(" }})[{}]", member.name).into());
                }
                let alias = if is_static { body.statics.clone() } else { None };
                self.with_alias(alias, |rewriter| rewriter.visit_expression(value));
            }
            None => pieces.push("void 0".into()),
        }
        if member.is_some() {
            pieces.push(")".into());
        }
        if !before.is_empty() {
            pieces.push(")".into());
        }
        pieces
    }

    /// Runs what the decorators of a field added, right after the field.
    fn run_extra(&mut self, member: &Member, body: &mut Body, pieces: &mut Vec<Piece>) {
        let run = self.helper("extra");
        let extra = &member.extra;
        if member.is_static {
            pieces.push(format!(" static {{ {run}({}, {extra}); }}", body.current()).into());
        } else {
            body.fields.push(format!("{run}(this, {extra})"));
        }
    }

    /// Rewrites `accessor` as a private field, a getter and a setter.
    fn accessor(&mut self, it: &AccessorProperty<'a>, body: &mut Body) {
        let decorated = self.decorates(&it.decorators);
        let mut member =
            decorated.then(|| self.member("accessor", it.r#static, &it.key, &it.decorators, body));
        let storage = format!("#{}", self.name("s"));
        let receiver = if it.r#static { self.receiver(body) } else { "this".to_owned() };
        let is_static = if it.r#static { "static " } else { "" };
        let read = format!("() {{ return {receiver}.{storage}; }}");
        let write = format!("(v) {{ {receiver}.{storage} = v; }}");
        let mut pieces = vec![Piece::from(format!(";{is_static}{storage}"))];
        let mut accessors: Vec<Piece> = Vec::new();
        if self.legacy && !matches!(it.key, PropertyKey::PrivateIdentifier(_)) {
            self.visit_decorators(&it.decorators);
            for decorator in &it.decorators {
                accessors.extend([decorator.span.into(), " ".into()]);
            }
        }
        let private = match &it.key {
            PropertyKey::PrivateIdentifier(key) => Some(format!("#{}", key.name)),
            _ => None,
        };
        match (&private, &mut member) {
            (Some(private), Some(member)) => {
                let descriptor = self.name("p");
                body.temporaries.push(descriptor.clone());
                accessors.push(
                    format!(
                        "{is_static}get {private}() {{ return {descriptor}.get.call(this); }} \
                         {is_static}set {private}(v) {{ {descriptor}.set.call(this, v); }}"
                    )
                    .into(),
                );
                let (method, decorate) = (self.helper("method"), self.helper("decorate"));
                let context = member.context(&body.metadata);
                let holder = member.holder();
                let Member { name, decorators, initializers, extra, .. } = &*member;
                body.applied[usize::from(!it.r#static)].push(
                    format!(
                        "{descriptor} = {method}({holder}, {name}, {{ get {name}{read}, set {name}{write} }}); \
                         {decorate}({descriptor}, {decorators}, {context}, {initializers}, {extra}); "
                    )
                    .into(),
                );
            }
            (Some(private), None) => accessors.push(
                format!("{is_static}get {private}{read} {is_static}set {private}{write}").into(),
            ),
            (None, member) => {
                let (key, name) = self.key(&it.key, body);
                accessors.push(format!("{is_static}get ").into());
                accessors.extend(key);
                accessors.push(format!("{read} {is_static}set [{name}]{write}").into());
                if let Some(member) = member {
                    member.name = name;
                    let redefine = self.helper("member");
                    let context = member.context(&body.metadata);
                    let holder = member.holder();
                    let Member { decorators, initializers, extra, .. } = &*member;
                    body.applied[usize::from(!it.r#static)].push(
                        format!("{redefine}({holder}, {decorators}, {context}, {initializers}, {extra}); ")
                            .into(),
                    );
                } else if let Some(value) = &it.value {
                    self.name_member(&it.key, value);
                }
            }
        }
        if it.value.is_some() || member.is_some() {
            pieces.push(" = ".into());
            pieces.extend(self.initial(it.value.as_ref(), member.as_ref(), it.r#static, body));
        }
        pieces.push("; ".into());
        if let Some(member) = &member {
            self.run_extra(member, body, &mut pieces);
        }
        pieces.extend(accessors);
        self.edits.replace(it.span, pieces);
    }

    /// Returns the class as it was written, for its static storage.
    fn receiver(&mut self, body: &mut Body) -> String {
        if let Some(original) = &body.original {
            return original.clone();
        }
        if let Some(name) = &body.name {
            return name.clone();
        }
        let original = self.name("o");
        body.temporaries.push(original.clone());
        body.original = Some(original.clone());
        original
    }

    /// Rewrites a member without decorators in a class that has some.
    fn other_element(&mut self, element: &ClassElement<'a>, body: &mut Body) {
        let (key, computed) = match element {
            ClassElement::MethodDefinition(it) => (Some(&it.key), it.computed),
            ClassElement::PropertyDefinition(it) => (Some(&it.key), it.computed),
            _ => (None, false),
        };
        if let (Some(key), true, false) = (key, computed, body.keys.is_empty()) {
            let span = key.span();
            let mut pieces = vec![Piece::from("(")];
            for list in body.keys.drain(..) {
                pieces.extend(list);
                pieces.push(", ".into());
            }
            pieces.extend([span.into(), ")".into()]);
            self.edits.replace(span, pieces);
        }
        if let ClassElement::PropertyDefinition(it) = element
            && !it.r#static
            && !body.fields.is_empty()
        {
            let before = std::mem::take(&mut body.fields).join(", ");
            match &it.value {
                Some(value) if !is_anonymous_function(value) => self.edits.replace(
                    value.span(),
                    [format!("({before}, ").into(), value.span().into(), ")".into()],
                ),
                // A function is named after the field only if it is the whole value.
                _ => {
                    let field = format!(";#{} = ({before}); ", self.name("f"));
                    self.edits.replace(it.span, [field.into(), it.span.into()]);
                }
            }
        }
        self.plain_element(element, body.statics.clone());
    }
}

/// Returns true for a function or class that takes its name from its place.
fn is_anonymous_function(value: &Expression<'_>) -> bool {
    match value.get_inner_expression() {
        Expression::ArrowFunctionExpression(_) => true,
        Expression::FunctionExpression(it) => it.id.is_none(),
        Expression::ClassExpression(it) => it.id.is_none(),
        _ => false,
    }
}
