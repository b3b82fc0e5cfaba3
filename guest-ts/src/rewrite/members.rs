//! Classes with decorators or `accessor` fields: their members.

use super::body::Body;
use super::classes::literal_key;
use super::{Name, Piece, Rewriter, named_entry, quoted};
use oxc_ast::ast::{
    ClassElement, Decorator, Expression, MethodDefinition, MethodDefinitionKind,
    PropertyDefinition, PropertyKey,
};
use oxc_ast_visit::Visit;
use oxc_span::{GetSpan, Span};
use oxc_syntax::scope::ScopeFlags;

// The replacement of a member starts with a `;`. The member before it may have ended with its
// line, and a `[` would continue it.

/// A member with decorators, and the variables for them.
pub(super) struct Member {
    pub(super) kind: &'static str,
    pub(super) is_static: bool,
    /// An expression for its name.
    pub(super) name: String,
    /// Its private name, with the `#`.
    pub(super) private: Option<String>,
    pub(super) decorators: String,
    pub(super) initializers: String,
    pub(super) extra: String,
}

impl Member {
    /// Returns the object literal that its decorators get as context.
    pub(super) fn context(&self, metadata: &str) -> String {
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
    pub(super) const fn holder(&self) -> &'static str {
        if self.is_static { "this" } else { "this.prototype" }
    }
}

impl<'a> Rewriter<'_> {
    /// Creates the variables and context of a member with decorators. Their list is evaluated
    /// with the member's key or the next one.
    pub(super) fn member(
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
    pub(super) fn key(&mut self, key: &PropertyKey<'a>, body: &mut Body) -> (Vec<Piece>, String) {
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

    pub(super) fn decorated_method(&mut self, it: &MethodDefinition<'a>, body: &mut Body) {
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

    pub(super) fn decorated_field(&mut self, it: &PropertyDefinition<'a>, body: &mut Body) {
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
    pub(super) fn initial(
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
    pub(super) fn run_extra(&mut self, member: &Member, body: &mut Body, pieces: &mut Vec<Piece>) {
        let run = self.helper("extra");
        let extra = &member.extra;
        if member.is_static {
            pieces.push(format!(" static {{ {run}({}, {extra}); }}", body.current()).into());
        } else {
            body.fields.push(format!("{run}(this, {extra})"));
        }
    }

    /// Rewrites a member without decorators in a class that has some.
    pub(super) fn other_element(&mut self, element: &ClassElement<'a>, body: &mut Body) {
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
