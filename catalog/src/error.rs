//! Errors of a catalog.

use std::fmt;

/// Result of an operation on a catalog.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// The reason why a catalog is not made, or a value is not accepted.
///
/// Text from outside is escaped and shortened.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A name is empty or longer than 256 bytes.
    #[error("the name of a {kind} must have 1 to 256 bytes, but has {bytes}")]
    Name {
        /// "tool" or "namespace".
        kind: &'static str,
        /// Length of the name.
        bytes: usize,
    },
    /// Two tools of a namespace, or two namespaces, have the same name in JavaScript.
    #[error("{first} and {second} are both {name} in JavaScript")]
    SameName {
        /// The name that came first, quoted.
        first: String,
        /// The other name, quoted.
        second: String,
        /// The name in JavaScript.
        name: String,
    },
    /// The catalog has more than 20,000 tools.
    #[error("a catalog has at most {most} tools")]
    TooManyTools {
        /// The most tools.
        most: usize,
    },
    /// A schema cannot be used, so that no value is accepted.
    #[error("{tool}: the schema of the {part} cannot be used: {reason}")]
    Schema {
        /// Path of the tool.
        tool: String,
        /// "input" or "output".
        part: &'static str,
        /// The fault.
        reason: String,
    },
    /// A value is not as its schema has it.
    #[error("{tool}: {}", Joined(.violations))]
    Invalid {
        /// Path of the tool.
        tool: String,
        /// The first faults, at most three.
        violations: Vec<Violation>,
    },
    /// A value nests too deeply, or takes too many steps to check.
    #[error("{tool}: the {part} is too deep or too complex to be checked")]
    TooComplex {
        /// Path of the tool.
        tool: String,
        /// "input" or "output".
        part: &'static str,
    },
}

/// A part of a value that is not as the schema has it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Violation {
    /// The part as an expression of JavaScript, such as `input.paths[0]`.
    pub path: String,
    /// The expectation, and the value found: `must be a string, but is a number (42)`.
    pub reason: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.path, self.reason)
    }
}

struct Joined<'a>(&'a [Violation]);

impl fmt::Display for Joined<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, violation) in self.0.iter().enumerate() {
            let separator = if index == 0 { "" } else { "; " };
            write!(f, "{separator}{violation}")?;
        }
        Ok(())
    }
}
