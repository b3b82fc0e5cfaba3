//! Types of values.

use serde_json::Value;

/// A set of the types of JSON Schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Types(u8);

const NAMES: [(&str, Types, &str); 7] = [
    ("string", Types::STRING, "a string"),
    ("number", Types::NUMBER, "a number"),
    ("integer", Types::INTEGER, "an integer"),
    ("boolean", Types::BOOLEAN, "a boolean"),
    ("array", Types::ARRAY, "an array"),
    ("object", Types::OBJECT, "an object"),
    ("null", Types::NULL, "null"),
];

impl Types {
    pub(crate) const NONE: Self = Self(0);
    pub(crate) const STRING: Self = Self(1);
    pub(crate) const NUMBER: Self = Self(2);
    pub(crate) const INTEGER: Self = Self(4);
    pub(crate) const BOOLEAN: Self = Self(8);
    pub(crate) const ARRAY: Self = Self(16);
    pub(crate) const OBJECT: Self = Self(32);
    pub(crate) const NULL: Self = Self(64);

    pub(crate) fn named(name: &str) -> Option<Self> {
        NAMES.iter().find(|(known, ..)| *known == name).map(|(_, types, _)| *types)
    }

    /// Returns the types that a value has. A whole number is an integer, even if written `1.0`.
    pub(crate) fn of(value: &Value) -> Self {
        match value {
            Value::Null => Self::NULL,
            Value::Bool(_) => Self::BOOLEAN,
            Value::Number(number) => match number.as_f64() {
                Some(float) if number.is_f64() && float.fract() != 0.0 => Self::NUMBER,
                _ => Self::NUMBER.and(Self::INTEGER),
            },
            Value::String(_) => Self::STRING,
            Value::Array(_) => Self::ARRAY,
            Value::Object(_) => Self::OBJECT,
        }
    }

    #[must_use]
    pub(crate) fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Returns true if a type is in both sets.
    pub(crate) fn has(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// Returns the set in words, such as "a string or null".
    pub(crate) fn words(self) -> String {
        let named = NAMES.iter().filter(|(_, types, _)| self.has(*types));
        named.map(|(.., words)| *words).collect::<Vec<_>>().join(" or ")
    }
}
