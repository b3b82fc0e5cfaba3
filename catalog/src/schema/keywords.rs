//! The keywords of JSON Schema, drafts 4 to 2020-12, and `nullable` of `OpenAPI`.

use serde_json::{Map, Value};

use super::parse::{Fault, Parser};
use super::{Array, Literal, Logic, Node, NodeId, Number, Object, Text, Types};
use crate::canonical;

impl<'v> Parser<'v> {
    /// Reads a keyword. Unknown keywords are ignored, as the standard says.
    pub(super) fn keyword(
        &mut self,
        node: &mut Node,
        keyword: &'v str,
        value: &'v Value,
        all: &'v Map<String, Value>,
    ) -> Result<(), Fault> {
        let read = Reader { keyword, value };
        match keyword {
            "$ref" => node.reference = Some(self.reference(read.text()?)?),
            "type" => node.types = Some(read.types()?),
            "enum" => add_literals(node, read.list()?)?,
            "const" => add_literals(node, std::slice::from_ref(value))?,

            "allOf" => logic(node).all_of = self.children(&read)?,
            "anyOf" => logic(node).any_of = self.children(&read)?,
            "oneOf" => logic(node).one_of = self.children(&read)?,
            "not" => logic(node).not = Some(self.child(value)),
            "if" => logic(node).condition = Some(self.child(value)),
            "then" => logic(node).then = Some(self.child(value)),
            "else" => logic(node).otherwise = Some(self.child(value)),

            "properties" => {
                let properties = read.map()?.iter();
                object(node).properties =
                    properties.map(|(name, it)| (name.clone(), self.child(it))).collect();
            }
            "patternProperties" => {
                let patterns = read.map()?.iter();
                object(node).patterns =
                    patterns.map(|(it, schema)| (self.pattern(it), self.child(schema))).collect();
            }
            "additionalProperties" => object(node).additional = Some(self.child(value)),
            "propertyNames" => object(node).names = Some(self.child(value)),
            "required" => object(node).required = read.texts()?.into_iter().collect(),
            "dependentRequired" => {
                for (name, value) in read.map()? {
                    let names = Reader { keyword, value }.texts()?;
                    object(node).dependent_required.push((name.clone(), names));
                }
            }
            "dependentSchemas" => {
                for (name, value) in read.map()? {
                    object(node).dependent_schemas.push((name.clone(), self.child(value)));
                }
            }
            "dependencies" => {
                for (name, value) in read.map()? {
                    let object = object(node);
                    if value.is_array() {
                        let names = Reader { keyword, value }.texts()?;
                        object.dependent_required.push((name.clone(), names));
                    } else {
                        object.dependent_schemas.push((name.clone(), self.child(value)));
                    }
                }
            }
            "minProperties" => object(node).min = Some(read.count()?),
            "maxProperties" => object(node).max = Some(read.count()?),

            "prefixItems" => array(node).prefix = self.children(&read)?,
            // Before 2020-12 an array of schemas stood here, and `additionalItems` for the rest.
            "items" if value.is_array() => {
                array(node).prefix = self.children(&read)?;
                array(node).items = all.get("additionalItems").map(|it| self.child(it));
            }
            "items" => array(node).items = Some(self.child(value)),
            "contains" => array(node).contains = Some(self.child(value)),
            "minContains" => array(node).min_contains = Some(read.count()?),
            "maxContains" => array(node).max_contains = Some(read.count()?),
            "minItems" => array(node).min = Some(read.count()?),
            "maxItems" => array(node).max = Some(read.count()?),
            "uniqueItems" => array(node).is_unique = read.flag()?,

            "minimum" if all.get("exclusiveMinimum") == Some(&Value::Bool(true)) => {
                number(node).above = Some(read.number()?);
            }
            "maximum" if all.get("exclusiveMaximum") == Some(&Value::Bool(true)) => {
                number(node).below = Some(read.number()?);
            }
            "minimum" => number(node).min = Some(read.number()?),
            "maximum" => number(node).max = Some(read.number()?),
            "exclusiveMinimum" | "exclusiveMaximum" if value.is_boolean() => {}
            "exclusiveMinimum" => number(node).above = Some(read.number()?),
            "exclusiveMaximum" => number(node).below = Some(read.number()?),
            "multipleOf" => {
                let step = read.number()?;
                if step.as_f64().is_none_or(|it| it <= 0.0) {
                    return Err(read.wrong("a number above 0"));
                }
                number(node).multiple_of = Some(step);
            }

            "minLength" => string(node).min = Some(read.count()?),
            "maxLength" => string(node).max = Some(read.count()?),
            "pattern" => string(node).pattern = Some(self.pattern(read.text()?)),

            "description" => node.notes.description = value.as_str().map(str::to_owned),
            "format" => node.notes.format = value.as_str().map(str::to_owned),
            "default" => node.notes.default = Some(value.clone()),
            "deprecated" => node.notes.is_deprecated = value == true,

            "unevaluatedProperties" | "unevaluatedItems" if value != true => {
                return Err(format!("`{keyword}` is not supported"));
            }
            "$dynamicRef" | "$recursiveRef" => {
                return Err(format!("`{keyword}` is not supported"));
            }
            _ => {}
        }
        Ok(())
    }

    /// Adds `null` to a schema that is `nullable`.
    pub(super) fn finish(&mut self, node: &mut Node, all: &Map<String, Value>) {
        if all.get("nullable") != Some(&Value::Bool(true)) {
            return;
        }
        if let Some(types) = &mut node.types {
            *types = types.and(Types::NULL);
            if let Some(literals) = &mut node.literals {
                literals.push(Literal { value: Value::Null, canonical: "null".to_owned() });
            }
        } else if let Some(logic) = &mut node.logic {
            let lists = [&mut logic.any_of, &mut logic.one_of].into_iter();
            lists.filter(|list| !list.is_empty()).for_each(|list| list.push(self.null()));
        }
    }

    fn children(&mut self, read: &Reader<'v>) -> Result<Vec<NodeId>, Fault> {
        Ok(read.list()?.iter().map(|it| self.child(it)).collect())
    }
}

fn logic(node: &mut Node) -> &mut Logic {
    node.logic.get_or_insert_default()
}

fn object(node: &mut Node) -> &mut Object {
    node.object.get_or_insert_default()
}

fn array(node: &mut Node) -> &mut Array {
    node.array.get_or_insert_default()
}

fn number(node: &mut Node) -> &mut Number {
    node.number.get_or_insert_default()
}

fn string(node: &mut Node) -> &mut Text {
    node.string.get_or_insert_default()
}

/// Restricts a node to these values, and to those that an earlier keyword named.
fn add_literals(node: &mut Node, values: &[Value]) -> Result<(), Fault> {
    let canonical = |value| canonical::canonical_json(value).ok_or("a value of `enum` is too deep");
    let mut literals = Vec::with_capacity(values.len());
    for value in values {
        literals.push(Literal { value: value.clone(), canonical: canonical(value)? });
    }
    if let Some(before) = node.literals.take() {
        literals.retain(|literal| before.iter().any(|it| it.canonical == literal.canonical));
    }
    node.literals = Some(literals);
    Ok(())
}

/// Reads the value of a keyword. Errors if it is of a wrong type.
struct Reader<'v> {
    keyword: &'v str,
    value: &'v Value,
}

impl<'v> Reader<'v> {
    fn wrong(&self, expected: &str) -> Fault {
        format!("`{}` must be {expected}", self.keyword)
    }

    fn text(&self) -> Result<&'v str, Fault> {
        self.value.as_str().ok_or_else(|| self.wrong("a string"))
    }

    fn flag(&self) -> Result<bool, Fault> {
        self.value.as_bool().ok_or_else(|| self.wrong("a boolean"))
    }

    fn list(&self) -> Result<&'v [Value], Fault> {
        self.value.as_array().map(Vec::as_slice).ok_or_else(|| self.wrong("an array"))
    }

    fn map(&self) -> Result<&'v Map<String, Value>, Fault> {
        self.value.as_object().ok_or_else(|| self.wrong("an object"))
    }

    fn texts(&self) -> Result<Vec<String>, Fault> {
        let texts = self.list()?.iter().map(|it| it.as_str().map(str::to_owned)).collect();
        Option::ok_or_else(texts, || self.wrong("an array of strings"))
    }

    fn number(&self) -> Result<serde_json::Number, Fault> {
        self.value.as_number().cloned().ok_or_else(|| self.wrong("a number"))
    }

    /// Reads a whole number, which may be written `1.0`.
    fn count(&self) -> Result<u64, Fault> {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked")]
        let whole = |it: f64| (it >= 0.0 && it.fract() == 0.0 && it < 1e15).then_some(it as u64);
        let count = self.value.as_u64().or_else(|| self.value.as_f64().and_then(whole));
        count.ok_or_else(|| self.wrong("a whole number of at least 0"))
    }

    fn types(&self) -> Result<Types, Fault> {
        let names = match self.value {
            Value::Array(names) => names.as_slice(),
            name => std::slice::from_ref(name),
        };
        names.iter().try_fold(Types::NONE, |types, name| {
            let one = name.as_str().and_then(Types::named);
            Ok(types.and(one.ok_or_else(|| self.wrong("the name of a type"))?))
        })
    }
}
