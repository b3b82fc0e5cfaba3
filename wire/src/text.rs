//! Text of JavaScript, which need not be Unicode.

use std::borrow::Cow;

/// A string: UTF-8, or UTF-16 units if a surrogate in it stands alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Text<'a> {
    /// Nearly always.
    Utf8(&'a str),
    /// With a lone surrogate.
    Utf16(Units<'a>),
}

/// UTF-16 units, not aligned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Units<'a>(pub(crate) &'a [u8]);

impl<'a> Units<'a> {
    /// The units in order.
    pub fn iter(self) -> impl Iterator<Item = u16> + 'a {
        self.0.chunks_exact(2).map(|unit| match unit {
            &[low, high] => u16::from_le_bytes([low, high]),
            _ => 0,
        })
    }

    /// How many units.
    #[must_use]
    pub fn len(self) -> usize {
        self.0.len() / 2
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.0.is_empty()
    }
}

impl<'a> Text<'a> {
    /// The text, with U+FFFD for each lone surrogate. Copies only those.
    #[must_use]
    pub fn to_str_lossy(self) -> Cow<'a, str> {
        match self {
            Self::Utf8(text) => Cow::Borrowed(text),
            Self::Utf16(units) => Cow::Owned(
                char::decode_utf16(units.iter())
                    .map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER))
                    .collect(),
            ),
        }
    }

    /// The text, if it is Unicode.
    #[must_use]
    pub fn as_str(self) -> Option<&'a str> {
        match self {
            Self::Utf8(text) => Some(text),
            Self::Utf16(_) => None,
        }
    }
}

impl<'a> From<&'a str> for Text<'a> {
    fn from(text: &'a str) -> Self {
        Self::Utf8(text)
    }
}
