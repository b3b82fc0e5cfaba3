//! Errors of decoding and encoding.

use std::fmt::Display;

use crate::kind::Kind;

/// The error for bytes that are not a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("malformed message: {problem} at byte {offset}")]
pub struct WireError {
    /// The kind of problem.
    pub problem: Problem,
    /// The offset in bytes where it was noticed.
    pub offset: usize,
}

/// The reason why bytes are not a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Problem {
    /// The first byte is not a version that this crate knows.
    #[error("unknown version")]
    Version,
    /// The bytes end before the message does.
    #[error("unexpected end")]
    Truncated,
    /// There are bytes after the message.
    #[error("trailing bytes")]
    Trailing,
    /// A tag does not exist, or is not allowed here.
    #[error("unexpected tag")]
    Tag,
    /// A varint is longer than necessary, or too large.
    #[error("bad varint")]
    Varint,
    /// An integer is outside what a JavaScript number holds exactly.
    #[error("integer out of range")]
    Integer,
    /// A bigint is not in canonical form.
    #[error("bad bigint")]
    BigInt,
    /// Text is not UTF-8, or is UTF-16 without need.
    #[error("bad text")]
    Text,
    /// The keys of a sparse array are out of order or beyond its length.
    #[error("bad key of a sparse array")]
    Key,
    /// A reference to an object that has not begun, or that is of the wrong kind.
    #[error("bad reference")]
    Reference,
    /// A view's kind does not exist, or it exceeds its buffer.
    #[error("bad view")]
    View,
    /// A position beyond the message's capabilities.
    #[error("no such capability")]
    Capability,
}

/// The reason why a message could not be decoded into a Rust value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DecodeError {
    /// The type expects something else. The text is serde's.
    #[error("{0}")]
    Type(String),
    /// An object contains itself, so it would have no end as plain data.
    #[error("a cyclic value cannot become plain data")]
    Cyclic,
    /// Shared references and holes of sparse arrays expand to more than the budget.
    #[error("the value's shared references and holes expand to too much data")]
    Expansion,
    /// The value is deeper than [`MAX_DEPTH`](crate::MAX_DEPTH).
    #[error("the value is nested deeper than {} levels", crate::MAX_DEPTH)]
    Depth,
    /// A function or stub was found where data was expected.
    #[error("a capability cannot become plain data")]
    Capability,
    /// Something else was found where a function or stub was expected.
    #[error("expected a capability, found {0}")]
    NotACapability(Kind),
    /// [`Elements`](crate::Elements) was requested for something else.
    #[error("not an array")]
    NotAnArray,
    /// The bytes are not a message.
    #[error(transparent)]
    Wire(#[from] WireError),
}

impl serde::de::Error for DecodeError {
    fn custom<T: Display>(message: T) -> Self {
        Self::Type(message.to_string())
    }
}

/// The error of a Rust value that could not be encoded, because its own `Serialize` refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct EncodeError(pub(crate) String);

impl serde::ser::Error for EncodeError {
    fn custom<T: Display>(message: T) -> Self {
        Self(message.to_string())
    }
}
