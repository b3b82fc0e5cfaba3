//! Finds what a program exports, and how that is run.

use oxc_ast::ast::{
    AssignmentExpression, AssignmentTarget, Class, ClassElement, ExportDefaultDeclarationKind,
    Expression, Function, MethodDefinitionKind, ModuleExportName, ObjectPropertyKind, Statement,
};
use oxc_span::{GetSpan, Span};

/// The names of functions and methods that are the start of a program, the likeliest first.
pub(super) const ENTRY_NAMES: [&str; 5] = ["main", "run", "execute", "handler", "default"];

/// The names of the variables that are added to a program.
pub(super) struct Names {
    /// Holds what the program exports, if that has no name of its own.
    pub(super) default: String,
    /// Holds the arguments.
    pub(super) arguments: String,
}

impl Names {
    /// Makes names that occur nowhere in a text.
    pub(super) fn new(text: &str) -> Self {
        let dollars = |it: &str| it.len() - it.trim_start_matches('$').len();
        let most = text.split('_').map(dollars).max().unwrap_or(0);
        let prefix = format!("_{}", "$".repeat(most + 1));
        Self { default: format!("{prefix}default"), arguments: format!("{prefix}args") }
    }
}

/// The default export of a program, or what `module.exports` is set to.
pub(super) enum Exported<'p, 'a> {
    Function(&'p Function<'a>),
    Class(&'p Class<'a>),
    Expression(&'p Expression<'a>),
    /// A declaration that `export { name as default }` exports.
    Name(&'p str),
}

impl<'p, 'a> Exported<'p, 'a> {
    pub(super) fn new(statement: &'p Statement<'a>) -> Option<Self> {
        match statement {
            Statement::ExportDefaultDeclaration(it) => match &it.declaration {
                ExportDefaultDeclarationKind::FunctionDeclaration(it) => {
                    it.body.is_some().then_some(Self::Function(it))
                }
                ExportDefaultDeclarationKind::ClassDeclaration(it) => Some(Self::Class(it)),
                other => other.as_expression().map(Self::Expression),
            },
            Statement::TSExportAssignment(it) => Some(Self::Expression(&it.expression)),
            Statement::ExportNamedDeclaration(it) => {
                let default = it.specifiers.iter().find(|it| it.exported.name() == "default")?;
                match &default.local {
                    ModuleExportName::IdentifierReference(it) => Some(Self::Name(it.name.as_str())),
                    _ => None,
                }
            }
            Statement::ExpressionStatement(it) => match &it.expression {
                Expression::AssignmentExpression(it) if assigns_exports(it) => {
                    Some(Self::Expression(&it.right))
                }
                _ => None,
            },
            _ => None,
        }
    }

    /// Returns the name that the program can use itself.
    pub(super) fn name(&self) -> Option<&'p str> {
        match self {
            Self::Function(it) => it.id.as_ref().map(|it| it.name.as_str()),
            Self::Class(it) => it.id.as_ref().map(|it| it.name.as_str()),
            Self::Expression(_) => None,
            Self::Name(name) => Some(name),
        }
    }

    /// Returns the place of the value, unless it is declared elsewhere.
    pub(super) fn span(&self) -> Option<Span> {
        match self {
            Self::Function(it) => Some(it.span),
            Self::Class(it) => Some(it.span),
            Self::Expression(it) => Some(it.span()),
            Self::Name(_) => None,
        }
    }

    /// Returns the expression that runs it, and the name of the function that is called, if it
    /// has one that the program can use itself.
    pub(super) fn run(&self, names: &Names) -> (String, Option<&'p str>) {
        let Names { default, arguments } = names;
        let name = self.name().unwrap_or(default);
        let call = |callee: &str| format!("{callee}(...{arguments})");
        let class = |class: &Class<'a>| match entry_method(class) {
            Some((method, true)) => call(&format!("{name}.{method}")),
            Some((method, false)) => call(&format!("new {name}().{method}")),
            None => name.to_owned(),
        };
        let any = format!("typeof {name} === \"function\" ? {} : {name}", call(name));
        match self {
            Self::Function(_) => (call(name), self.name()),
            Self::Class(it) => (class(it), self.name()),
            Self::Name(_) => (any, self.name()),
            Self::Expression(it) => match it.get_inner_expression() {
                Expression::Identifier(it) => (any, Some(it.name.as_str())),
                Expression::ClassExpression(it) => (class(it), None),
                Expression::ObjectExpression(it) => match entry_property(&it.properties) {
                    Some((key, function)) => (call(&format!("{name}.{key}")), function),
                    None => (name.to_owned(), None),
                },
                it if is_function(it) => (call(name), None),
                _ => (any, None),
            },
        }
    }
}

/// Returns true for `module.exports = …`, `exports.run = …` and the like.
fn assigns_exports(it: &AssignmentExpression<'_>) -> bool {
    let AssignmentTarget::StaticMemberExpression(target) = &it.left else { return false };
    let name = target.property.name.as_str();
    let is_exports = match target.object.get_inner_expression() {
        Expression::Identifier(it) if it.name == "module" => return name == "exports",
        Expression::Identifier(it) => it.name == "exports",
        Expression::StaticMemberExpression(it) => {
            it.property.name == "exports" && it.object.is_specific_id("module")
        }
        _ => false,
    };
    is_exports && ENTRY_NAMES.contains(&name)
}

/// Returns the method of a class that is the start of a program, and true if it is static.
fn entry_method(class: &Class<'_>) -> Option<(&'static str, bool)> {
    let method = |element: &ClassElement<'_>, name: &str| match element {
        ClassElement::MethodDefinition(it) => {
            let is_method = it.kind == MethodDefinitionKind::Method;
            (is_method && it.key.static_name()? == name).then_some(it.r#static)
        }
        _ => None,
    };
    ENTRY_NAMES
        .into_iter()
        .find_map(|name| class.body.body.iter().find_map(|it| Some((name, method(it, name)?))))
}

/// Returns the property of an object that is the start of a program, and the name of the
/// function that is its value.
fn entry_property<'p>(
    properties: &'p [ObjectPropertyKind<'_>],
) -> Option<(&'static str, Option<&'p str>)> {
    let value = |property: &'p ObjectPropertyKind<'_>, name: &str| match property {
        ObjectPropertyKind::ObjectProperty(it) if it.key.static_name()? == name => {
            match it.value.get_inner_expression() {
                Expression::Identifier(it) => Some(Some(it.name.as_str())),
                value => is_function(value).then_some(None),
            }
        }
        _ => None,
    };
    ENTRY_NAMES
        .into_iter()
        .find_map(|name| properties.iter().find_map(|it| Some((name, value(it, name)?))))
}

pub(super) fn is_function(expression: &Expression<'_>) -> bool {
    matches!(
        expression.get_inner_expression(),
        Expression::ArrowFunctionExpression(_) | Expression::FunctionExpression(_)
    )
}
