//! Paths in the way of JavaScript.

use std::fmt;

use crate::name::is_identifier;
use crate::text;

/// The most characters of a key in a path.
const MAX_KEY: usize = 80;

/// The way to a part of a value: `input.paths[0]`.
pub(super) enum Path<'p> {
    Root(&'p str),
    Key(&'p Path<'p>, &'p str),
    Index(&'p Path<'p>, usize),
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Root(name) => f.write_str(name),
            Self::Key(parent, key) if is_identifier(key) && key.len() <= MAX_KEY => {
                write!(f, "{parent}.{key}")
            }
            Self::Key(parent, key) => write!(f, "{parent}[{}]", text::excerpt(key, MAX_KEY)),
            Self::Index(parent, index) => write!(f, "{parent}[{index}]"),
        }
    }
}
