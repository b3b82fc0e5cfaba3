//! Classes with decorators or `accessor` fields: the class as a whole.
//!
//! Decorators are evaluated where the standard says, between the keys of the members, in
//! computed keys. A static block in front of all others applies them. A class with decorators
//! of its own becomes an expression in a block that has the inner binding of its name.

use super::body::{Body, is_erased};
use super::{Alias, Export, Level, Name, Piece, Rewriter, Statics, named_entry, quoted};
use oxc_ast::ast::{
    ArrowFunctionExpression, AwaitExpression, Class, ClassElement, Decorator, Expression, Function,
    ObjectProperty, PropertyKey,
};
use oxc_ast_visit::{Visit, walk};
use oxc_span::{GetSpan, Span};
use oxc_syntax::scope::ScopeFlags;
use std::cell::Cell;
use std::rc::Rc;

/// The positions of the parts of a class.
struct Parts {
    /// The start, from the first decorator on.
    start: u32,
    /// The span after the keyword and the name.
    rest: Span,
}

impl<'a> Rewriter<'_> {
    /// Rewrites a class that a statement declares.
    pub(super) fn declared_class(&mut self, class: &Class<'a>, statement: Span, export: &Export) {
        let name = class.id.as_ref().map(|id| id.name.as_str());
        let assign = match (export, name) {
            (Export::Namespace(parameter), Some(name)) => format!(" {parameter}.{name} = {name};"),
            _ => String::new(),
        };
        if !self.is_rewritten(class) {
            if !assign.is_empty() {
                self.edits.replace(statement, [class.span.into(), assign.into()]);
            }
            self.plain_class(class);
            return;
        }
        let parts = self.parts(class);
        let whole = Span::new(statement.start.min(parts.start), statement.end);
        if class.decorators.is_empty() || self.legacy {
            // Reserved before the inner ones, one of which may have the same span.
            let slot = self.edits.reserve(whole);
            let mut body = Body::new(class);
            self.class_body(class, &mut body);
            let declared = if matches!(export, Export::Namespace(_)) { class.span } else { whole };
            self.edits.fill(slot, [body.declarations().into(), declared.into(), assign.into()]);
            return;
        }
        let slot = self.edits.reserve(whole);
        let (current, mut pieces) =
            self.decorated(class, &parts, quoted(name.unwrap_or("default")));
        let result = self.name("r");
        pieces.insert(0, format!("let {result}; {{ ").into());
        let binding = match (export, name) {
            (Export::Module, Some(name)) => format!("export let {name} = {result};"),
            (Export::Default, Some(name)) => {
                format!("let {name} = {result}; export {{ {name} as default }};")
            }
            (Export::Default, None) => format!("export default {result};"),
            (_, Some(name)) => format!("let {name} = {result};"),
            (_, None) => String::new(),
        };
        pieces.push(format!(" {result} = {current}; }} {binding}{assign}").into());
        self.edits.fill(slot, pieces);
    }

    /// Rewrites a class that is an expression.
    pub(super) fn class_expression(&mut self, class: &Class<'a>) {
        let name = self.named.remove(&class.span.start);
        if !self.is_rewritten(class) {
            self.plain_class(class);
            return;
        }
        let parts = self.parts(class);
        let slot = self.edits.reserve(Span::new(parts.start, class.span.end));
        let (open, close) = if has_await(class) {
            ("(await (async () => { ", " })())")
        } else {
            ("(() => { ", " })()")
        };
        let (copied, name) = match name {
            Some(Name::Text(name)) => (String::new(), Some(name)),
            Some(Name::Key(key)) => {
                let name = self.name("k");
                (format!("const {name} = {key}; "), Some(name))
            }
            None => (String::new(), None),
        };
        if class.decorators.is_empty() || self.legacy {
            let mut body = Body::new(class);
            self.class_body(class, &mut body);
            let declarations = body.declarations();
            if declarations.is_empty() {
                self.edits.fill(slot, [class.span.into()]);
                return;
            }
            let (before, after) = match &name {
                Some(name) => (format!("({{ {}", named_entry(name)), format!(" }})[{name}]")),
                None => ("(0, ".to_owned(), ")".to_owned()),
            };
            self.edits.fill(
                slot,
                [
                    format!("{open}{copied}{declarations}return {before}").into(),
                    class.span.into(),
                    format!("{after};{close}").into(),
                ],
            );
            return;
        }
        let name = match &class.id {
            Some(id) => quoted(&id.name),
            None => name.unwrap_or_else(|| "\"\"".to_owned()),
        };
        let (current, mut pieces) = self.decorated(class, &parts, name);
        pieces.insert(0, format!("{open}{copied}").into());
        pieces.push(format!(" return {current};{close}").into());
        self.edits.fill(slot, pieces);
    }

    /// Returns the variable that holds a class with decorators of its own, and the statements
    /// that create the class.
    fn decorated(
        &mut self,
        class: &Class<'a>,
        parts: &Parts,
        name: String,
    ) -> (String, Vec<Piece>) {
        let current = self.name("c");
        let original = self.name("o");
        let decorators = self.name("d");
        let mut body = Body::new(class);
        body.temporaries.extend([current.clone(), original.clone()]);
        let list = self.decorator_list(&class.decorators, &decorators, &mut body.temporaries);
        let extra = self.name("e");
        body.temporaries.push(format!("{extra} = []"));
        body.original = Some(original.clone());
        body.decorated = Some((decorators, extra));
        let alias =
            Alias { current: current.clone(), original: original.clone(), used: Cell::new(true) };
        body.statics = Some(Rc::new(alias));
        self.statics.push(Statics {
            class: class.id.as_ref().and_then(|id| id.symbol_id.get()),
            names: body.private_statics(class),
            original,
        });
        self.class_body(class, &mut body);
        self.statics.pop();
        let mut pieces = vec![Piece::from(body.declarations()), "const ".into()];
        pieces.extend(list);
        let inner = match &class.id {
            Some(id) => format!("; let {};", id.name),
            None => ";".to_owned(),
        };
        let entry = named_entry(&name);
        pieces.extend([
            format!("{inner} ({{ {entry}class").into(),
            parts.rest.into(),
            " });".into(),
        ]);
        (current, pieces)
    }

    fn parts(&self, class: &Class<'a>) -> Parts {
        let first = class.decorators.first().map_or(class.span.start, |it| it.span.start);
        let mut at = class.span.start;
        for decorator in &class.decorators {
            // Decorators before `export` are outside of the class.
            if decorator.span.start >= at {
                at = decorator.span.end;
            }
        }
        at = self.scanner.skip_trivia(at);
        if self.scanner.word(at) == "abstract" {
            at = self.scanner.skip_trivia(at + crate::scan::length("abstract"));
        }
        let keyword = at + crate::scan::length("class");
        let rest = class.id.as_ref().map_or(keyword, |id| id.span.end);
        Parts { start: first.min(class.span.start), rest: Span::new(rest, class.span.end) }
    }

    /// Returns true if a class is more than JavaScript with types.
    fn is_rewritten(&self, class: &Class<'a>) -> bool {
        let decorated = |it: &[Decorator<'_>]| !it.is_empty() && !self.legacy;
        decorated(&class.decorators)
            || class.body.body.iter().any(|element| match element {
                ClassElement::AccessorProperty(_) => true,
                ClassElement::MethodDefinition(it) => decorated(&it.decorators),
                ClassElement::PropertyDefinition(it) => decorated(&it.decorators),
                _ => false,
            })
    }

    /// Visits a class that stays as it is, except for what is inside its members.
    fn plain_class(&mut self, class: &Class<'a>) {
        if self.legacy {
            self.visit_decorators(&class.decorators);
        }
        if let Some(heritage) = &class.heritage {
            self.visit_expression(&heritage.expression);
        }
        for element in &class.body.body {
            if !is_erased(element) {
                self.plain_element(element, None);
            }
        }
    }

    /// Visits a member that stays as it is, except for what is inside it.
    pub(super) fn plain_element(&mut self, element: &ClassElement<'a>, statics: Option<Rc<Alias>>) {
        match element {
            ClassElement::StaticBlock(it) => self.with_alias(statics, |rewriter| {
                rewriter.at_level(Level::Block, |rewriter| walk::walk_static_block(rewriter, it));
            }),
            ClassElement::MethodDefinition(it) => {
                self.old_decorators(&it.key, &it.decorators);
                self.plain_key(&it.key, it.computed);
                self.visit_function(&it.value, ScopeFlags::Function);
            }
            ClassElement::PropertyDefinition(it) => {
                self.old_decorators(&it.key, &it.decorators);
                self.plain_key(&it.key, it.computed);
                if let Some(value) = &it.value {
                    self.name_member(&it.key, value);
                    let alias = if it.r#static { statics } else { None };
                    self.with_alias(alias, |rewriter| rewriter.visit_expression(value));
                }
            }
            ClassElement::AccessorProperty(_) | ClassElement::TSIndexSignature(_) => {}
        }
    }

    /// Visits decorators from before the standard. Those of private members never worked.
    pub(super) fn old_decorators(&mut self, key: &PropertyKey<'a>, decorators: &[Decorator<'a>]) {
        for decorator in decorators {
            if matches!(key, PropertyKey::PrivateIdentifier(_)) {
                self.remove(decorator.span);
            } else {
                self.visit_decorator(decorator);
            }
        }
    }

    pub(super) fn plain_key(&mut self, key: &PropertyKey<'a>, computed: bool) {
        if let (true, Some(key)) = (computed, key.as_expression()) {
            self.visit_expression(key);
        }
    }

    /// Names an anonymous class after the field that it is the value of.
    pub(super) fn name_member(&mut self, key: &PropertyKey<'a>, value: &Expression<'a>) {
        if let PropertyKey::PrivateIdentifier(it) = key {
            self.hint(value, Name::Text(quoted(&format!("#{}", it.name))));
        } else {
            self.name_by_key(key, value);
        }
    }

    pub(super) fn name_property(&mut self, it: &ObjectProperty<'a>) {
        self.name_by_key(&it.key, &it.value);
    }

    fn name_by_key(&mut self, key: &PropertyKey<'a>, value: &Expression<'a>) {
        let Expression::ClassExpression(class) = value.get_inner_expression() else { return };
        if class.id.is_some() || !self.is_rewritten(class) {
            return;
        }
        if let Some(name) = literal_key(key) {
            self.hint(value, Name::Text(name));
        } else {
            let variable = self.name("k");
            let key_of = self.helper("key");
            let span = key.span();
            self.edits
                .replace(span, [format!("{variable} = {key_of}(").into(), span.into(), ")".into()]);
            self.tail.push(format!("\nvar {variable};").into());
            self.hint(value, Name::Key(variable));
        }
    }

    /// Replaces the object of a private static member by the class as it was written, even
    /// where its name stands for what its decorators made of it. Returns true if the object is
    /// that class.
    pub(super) fn private_object(&mut self, object: &Expression<'a>, name: &str) -> bool {
        let Some(statics) = self.statics.iter().rev().find(|it| it.names.contains(name)) else {
            return false;
        };
        let is_class = match object {
            Expression::Identifier(it) => {
                let id = it.reference_id.get();
                statics.class.is_some()
                    && statics.class == id.and_then(|id| self.scoping.get_reference(id).symbol_id())
            }
            Expression::ThisExpression(_) => {
                self.alias.as_ref().is_some_and(|it| it.original == statics.original)
            }
            _ => false,
        };
        if is_class {
            let original = statics.original.clone();
            self.edits.replace(object.span(), [original.into()]);
        }
        is_class
    }

    /// Returns `variable = [decorators]`, with each bound to the object that it is taken from.
    pub(super) fn decorator_list(
        &mut self,
        decorators: &[Decorator<'a>],
        variable: &str,
        temporaries: &mut Vec<String>,
    ) -> Vec<Piece> {
        let mut pieces = vec![Piece::from(format!("{variable} = ["))];
        for decorator in decorators {
            let expression = decorator.expression.get_inner_expression();
            let object = match expression {
                Expression::StaticMemberExpression(it) => Some(&it.object),
                Expression::ComputedMemberExpression(it) => Some(&it.object),
                Expression::PrivateFieldExpression(it) => Some(&it.object),
                _ => None,
            };
            match object {
                Some(Expression::Super(_)) => {
                    pieces.extend([expression.span().into(), ".bind(this), ".into()]);
                }
                Some(object) => {
                    let holder = self.name("h");
                    let member = Span::new(object.span().end, expression.span().end);
                    pieces.extend([
                        format!("({holder} = ").into(),
                        object.span().into(),
                        ")".into(),
                        member.into(),
                        format!(".bind({holder}), ").into(),
                    ]);
                    temporaries.push(holder);
                }
                None => pieces.extend([expression.span().into(), ", ".into()]),
            }
            self.visit_expression(&decorator.expression);
        }
        pieces.push("]".into());
        pieces
    }
}

/// Returns the name of a key that is known without evaluation, as an expression.
pub(super) fn literal_key(key: &PropertyKey<'_>) -> Option<String> {
    match key {
        PropertyKey::StaticIdentifier(it) => Some(quoted(&it.name)),
        PropertyKey::StringLiteral(it) if !it.lone_surrogates => Some(quoted(&it.value)),
        PropertyKey::NumericLiteral(it) => {
            use oxc_syntax::number::ToJsString;
            Some(quoted(&it.value.to_js_string()))
        }
        _ => None,
    }
}

/// Returns true if what is evaluated with a class, and not in its members, awaits.
fn has_await(class: &Class<'_>) -> bool {
    #[derive(Default)]
    struct Finder(bool);
    impl<'a> Visit<'a> for Finder {
        fn visit_await_expression(&mut self, _: &AwaitExpression<'a>) {
            self.0 = true;
        }
        fn visit_function(&mut self, _: &Function<'a>, _: ScopeFlags) {}
        fn visit_arrow_function_expression(&mut self, _: &ArrowFunctionExpression<'a>) {}
        fn visit_class(&mut self, _: &Class<'a>) {}
    }
    let mut finder = Finder::default();
    finder.visit_decorators(&class.decorators);
    if let Some(heritage) = &class.heritage {
        finder.visit_expression(&heritage.expression);
    }
    for element in &class.body.body {
        let (decorators, key, computed) = match element {
            ClassElement::MethodDefinition(it) => (&it.decorators, &it.key, it.computed),
            ClassElement::PropertyDefinition(it) => (&it.decorators, &it.key, it.computed),
            ClassElement::AccessorProperty(it) => (&it.decorators, &it.key, it.computed),
            _ => continue,
        };
        finder.visit_decorators(decorators);
        if let (true, Some(key)) = (computed, key.as_expression()) {
            finder.visit_expression(key);
        }
    }
    finder.0
}
