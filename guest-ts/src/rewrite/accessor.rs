//! `accessor` fields.

use super::body::Body;
use super::members::Member;
use super::{Piece, Rewriter};
use oxc_ast::ast::{AccessorProperty, PropertyKey};
use oxc_ast_visit::Visit;

impl<'a> Rewriter<'_> {
    /// Rewrites `accessor` as a private field, a getter and a setter.
    pub(super) fn accessor(&mut self, it: &AccessorProperty<'a>, body: &mut Body) {
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
}
