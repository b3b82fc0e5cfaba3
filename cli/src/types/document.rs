//! Configuration files as a tree of values whose places are known.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::path::Path;

use jsonc_parser::ast;
use jsonc_parser::common::Ranged as _;
use jsonc_parser::{CollectOptions, ParseOptions, parse_to_ast};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::disk;

/// The maximum number of bytes of a file. Both parsers bound the depth.
pub(super) const MAX_BYTES: u64 = 1 << 20;

/// A value, and the byte of the text where it begins.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) at: usize,
    pub(super) value: Value,
}

/// A value of JSON or TOML. A date of TOML is a string.
#[derive(Debug)]
pub(super) enum Value {
    Null,
    Boolean,
    Number,
    String(String),
    List(Vec<Node>),
    /// Names and values, in the order of the file.
    Table(Vec<(String, Node)>),
}

impl Node {
    /// Returns the member of that name, unless it is null.
    pub(super) fn get(&self, name: &str) -> Option<&Node> {
        let Value::Table(fields) = &self.value else { return None };
        let (_, found) = fields.iter().find(|(key, _)| key == name)?;
        (!matches!(found.value, Value::Null)).then_some(found)
    }
}

/// A configuration file.
pub(crate) struct Document {
    /// The path, for errors.
    name: String,
    pub(crate) text: String,
    pub(super) root: Node,
}

impl Document {
    /// Reads a file, by the ending of its name as TOML or as JSON with comments.
    ///
    /// # Errors
    /// Errors if it cannot be read, is too large or is malformed. The error names the place.
    pub(crate) fn read(path: &Path) -> Result<Self, String> {
        let text = disk::read_at_most(path, MAX_BYTES)
            .map_err(|error| format!("{}: {error}", path.display()))?;
        Self::parse(path, text)
    }

    /// Parses the text of a file.
    ///
    /// # Errors
    /// Errors if it is malformed. The error names the place.
    pub(super) fn parse(path: &Path, mut text: String) -> Result<Self, String> {
        let name = path.display().to_string();
        // Windows' editors begin a file with it.
        if text.starts_with('\u{feff}') {
            text.remove(0);
        }
        let is_toml = path.extension().is_some_and(|extension| extension == "toml");
        let parsed = if is_toml { of_toml(&text) } else { of_jsonc(&text) };
        match parsed {
            Ok(root) => Ok(Self { name, text, root }),
            Err((at, message)) => Err(place(&name, &text, at) + &message),
        }
    }

    /// Returns a message about the value at a byte of the text.
    pub(super) fn error(&self, at: usize, message: &str) -> String {
        place(&self.name, &self.text, at) + message
    }
}

/// Returns `file:line:column: `, as compilers write it. Columns count characters.
pub(super) fn place(name: &str, text: &str, at: usize) -> String {
    let before = text.get(..at).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    format!("{name}:{line}:{column}: ")
}

type Parsed = Result<Node, (usize, String)>;

fn of_jsonc(text: &str) -> Parsed {
    // As Wrangler reads it: JSON with comments and trailing commas.
    let options = ParseOptions {
        allow_comments: true,
        allow_trailing_commas: true,
        allow_loose_object_property_names: false,
        allow_missing_commas: false,
        allow_single_quoted_strings: false,
        allow_hexadecimal_numbers: false,
        allow_unary_plus_numbers: false,
        allow_bare_decimal_point_numbers: false,
        allow_non_finite_numbers: false,
        allow_extended_string_escapes: false,
    };
    let result = parse_to_ast(text, &CollectOptions::default(), &options)
        .map_err(|error| (error.range().start, error.kind().to_string()))?;
    let root = result.value.ok_or_else(|| (0, "The file is empty".to_owned()))?;
    of_json(root)
}

fn of_json(given: ast::Value<'_>) -> Parsed {
    let at = given.range().start;
    let value = match given {
        ast::Value::NullKeyword(_) => Value::Null,
        ast::Value::BooleanLit(_) => Value::Boolean,
        ast::Value::NumberLit(_) => Value::Number,
        ast::Value::StringLit(text) => Value::String(text.value.into_owned()),
        ast::Value::Array(list) => {
            Value::List(list.elements.into_iter().map(of_json).collect::<Result<_, _>>()?)
        }
        ast::Value::Object(object) => {
            let mut names = BTreeSet::new();
            let mut fields = Vec::new();
            for field in object.properties {
                let name = field.name.into_string();
                // TOML forbids it too. Programs that read JSON differ in which value they take.
                if !names.insert(name.clone()) {
                    return Err((field.range.start, format!("the name {name:?} is given twice")));
                }
                fields.push((name, of_json(field.value)?));
            }
            Value::Table(fields)
        }
    };
    Ok(Node { at, value })
}

fn of_toml(text: &str) -> Parsed {
    let table = DeTable::parse(text)
        .map_err(|error| (error.span().map_or(0, |span| span.start), error.message().to_owned()))?;
    let at = table.span().start;
    Ok(Node { at, value: of_table(table.into_inner()) })
}

fn of_table(table: DeTable<'_>) -> Value {
    let mut fields: Vec<_> = table
        .into_iter()
        .map(|(name, value)| (name.span().start, name.into_inner(), of_toml_value(value)))
        .collect();
    // The table has them in the order of their names.
    fields.sort_by_key(|(at, ..)| *at);
    Value::Table(fields.into_iter().map(|(_, name, node)| (Cow::into_owned(name), node)).collect())
}

fn of_toml_value(given: Spanned<DeValue<'_>>) -> Node {
    let at = given.span().start;
    let value = match given.into_inner() {
        DeValue::String(text) => Value::String(text.into_owned()),
        DeValue::Datetime(date) => Value::String(date.to_string()),
        DeValue::Boolean(_) => Value::Boolean,
        DeValue::Integer(_) | DeValue::Float(_) => Value::Number,
        DeValue::Array(list) => Value::List(list.into_iter().map(of_toml_value).collect()),
        DeValue::Table(table) => of_table(table),
    };
    Node { at, value }
}
