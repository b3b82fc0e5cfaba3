//! JavaScript text, which need not be Unicode.

use std::borrow::Cow;

/// A string: UTF-8, or UTF-16 units if it holds a lone surrogate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Text<'a> {
    /// Text without a lone surrogate, which is nearly always the case.
    Utf8(&'a str),
    /// Text with a lone surrogate.
    Utf16(Units<'a>),
}

/// UTF-16 units without alignment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Units<'a>(pub(crate) &'a [u8]);

impl<'a> Units<'a> {
    /// Returns the units in order.
    pub fn iter(self) -> impl Iterator<Item = u16> + 'a {
        self.0.chunks_exact(2).map(|unit| match unit {
            &[low, high] => u16::from_le_bytes([low, high]),
            _ => 0,
        })
    }

    /// Returns the number of units.
    #[must_use]
    pub fn len(self) -> usize {
        self.0.len() / 2
    }

    /// Returns true if there are no units.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.0.is_empty()
    }
}

impl<'a> Text<'a> {
    /// Returns the text, with U+FFFD for each lone surrogate. Only copies a text that has one.
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

    /// Returns the text, if it is Unicode.
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
