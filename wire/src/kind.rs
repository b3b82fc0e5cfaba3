//! The kinds of values.

use std::fmt;

use crate::format::tag;

/// The kind of a message at its top level.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Kind {
    /// `undefined`.
    Undefined,
    /// `null`.
    Null,
    /// `true` or `false`.
    Boolean,
    /// A number, whole or not.
    Number,
    /// A bigint.
    BigInt,
    /// A string.
    String,
    /// A `Date`.
    Date,
    /// A `RegExp`.
    RegExp,
    /// A wrapper object such as `new Number(1)`.
    Boxed,
    /// An array, dense or not.
    Array,
    /// A plain object, or an instance of an [`Interface`](crate::Interface).
    Object,
    /// A `Map`.
    Map,
    /// A `Set`.
    Set,
    /// An error of any kind.
    Error,
    /// An `ArrayBuffer`.
    ArrayBuffer,
    /// A typed array or a `DataView`.
    View,
    /// A function or stub.
    Capability,
}

impl Kind {
    /// Returns the kind of the value that begins at `position`.
    pub(crate) fn at(bytes: &[u8], position: usize) -> Self {
        match bytes.get(position).copied().unwrap_or(tag::UNDEFINED) {
            tag::NULL => Self::Null,
            tag::TRUE | tag::FALSE => Self::Boolean,
            tag::INT | tag::FLOAT => Self::Number,
            tag::BIG_INT => Self::BigInt,
            tag::STRING | tag::STRING_UTF16 => Self::String,
            tag::DATE => Self::Date,
            tag::REG_EXP => Self::RegExp,
            tag::BOXED => Self::Boxed,
            tag::ARRAY | tag::SPARSE_ARRAY => Self::Array,
            tag::OBJECT | tag::INTERFACE => Self::Object,
            tag::MAP => Self::Map,
            tag::SET => Self::Set,
            tag::ERROR | tag::DOM_EXCEPTION => Self::Error,
            tag::ARRAY_BUFFER => Self::ArrayBuffer,
            tag::VIEW => Self::View,
            tag::CAPABILITY => Self::Capability,
            _ => Self::Undefined,
        }
    }
}

/// Formats the kind as a word of an error message.
impl fmt::Display for Kind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Undefined => "undefined",
            Self::Null => "null",
            Self::Boolean => "boolean",
            Self::Number => "number",
            Self::BigInt => "bigint",
            Self::String => "string",
            Self::Date => "Date",
            Self::RegExp => "RegExp",
            Self::Boxed => "wrapper object",
            Self::Array => "array",
            Self::Object => "object",
            Self::Map => "Map",
            Self::Set => "Set",
            Self::Error => "Error",
            Self::ArrayBuffer => "ArrayBuffer",
            Self::View => "typed array",
            Self::Capability => "capability",
        })
    }
}
