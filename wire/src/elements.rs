//! The items of an array, one by one.

use serde::Deserialize;

use crate::copy::extract;
use crate::de::Decoder;
use crate::error::{DecodeError, WireError};
use crate::format::array_index;
use crate::reader::{Reader, Token};
use crate::shared::Shared;
use crate::value::Value;
use crate::walker::Walker;

/// A cursor over the items of an array, each of which may be decoded as another type. A hole is
/// `undefined`, and named properties are left out.
///
/// An item that fails to decode is skipped like any other.
pub struct Elements<'a> {
    shared: Shared<'a>,
    position: usize,
    index: usize,
    length: usize,
    sparse: bool,
}

impl<'a> Elements<'a> {
    pub(crate) fn new(value: &'a Value) -> Option<Self> {
        let mut reader = Reader::new(value.as_bytes()).ok()?;
        let (length, sparse) = match reader.token().ok()? {
            Token::Array(count) => (count, false),
            Token::SparseArray(length) => (length as usize, true),
            _ => return None,
        };
        let shared = Shared::new(value);
        Some(Self { shared, position: reader.position(), index: 0, length, sparse })
    }

    /// Raises the budget for expanding shared references to at least `bytes` bytes.
    #[must_use]
    pub fn expanding(self, bytes: usize) -> Self {
        self.shared.budget.borrow_mut().raise(bytes);
        self
    }

    /// Returns the number of items that are left.
    #[must_use]
    #[allow(clippy::len_without_is_empty, reason = "a cursor, not a collection")]
    pub fn len(&self) -> usize {
        self.length - self.index
    }

    /// Decodes the next item, or returns `None` after the last one.
    ///
    /// # Errors
    /// Same as [`Value::to`]. All items share one budget for shared references.
    #[allow(clippy::should_implement_trait, reason = "each item has its own type")]
    pub fn next<T: Deserialize<'a>>(&mut self) -> Option<Result<T, DecodeError>> {
        (self.len() > 0).then(|| self.next_or_undefined())
    }

    /// Decodes the next item, or `undefined` after the last, as a JavaScript
    /// function does with its parameters.
    ///
    /// # Errors
    /// Same as [`Value::to`].
    pub fn next_or_undefined<T: Deserialize<'a>>(&mut self) -> Result<T, DecodeError> {
        let Some(start) = self.advance()? else {
            let undefined = Shared::undefined();
            return T::deserialize(&mut Decoder::new(&undefined, 0, 0));
        };
        let mut decoder = Decoder::new(&self.shared, start, 1);
        let result = T::deserialize(&mut decoder);
        let end = decoder.position();
        self.position = if result.is_ok() && end > start { end } else { self.end_of(start)? };
        result
    }

    /// Returns the next item as a message of its own, or `None` after the last one. The message
    /// contains everything that the item refers to, even if that is the whole message. Its
    /// capabilities are those that it names.
    ///
    /// # Errors
    /// Never errors for a valid message.
    pub fn next_value(&mut self) -> Option<Result<Value, DecodeError>> {
        (self.len() > 0).then(|| {
            let Some(start) = self.advance()? else { return Ok(Value::undefined()) };
            let (value, end) = extract(&self.shared, start)?;
            self.position = end;
            Ok(value)
        })
    }

    /// Skips the next item, if there is one.
    ///
    /// # Errors
    /// Never errors for a valid message.
    pub fn skip(&mut self) -> Result<(), DecodeError> {
        if let Some(start) = self.advance()? {
            self.position = self.end_of(start)?;
        }
        Ok(())
    }

    /// Returns where the next item begins, or `None` for a hole or after the last one.
    fn advance(&mut self) -> Result<Option<usize>, WireError> {
        if self.index == self.length {
            return Ok(None);
        }
        let index = self.index as u64;
        self.index += 1;
        if !self.sparse {
            return Ok(Some(self.position));
        }
        let mut reader = Reader::at(self.shared.bytes, self.position);
        let key = reader.key()?;
        let here = key.and_then(|key| key.as_str().and_then(array_index)) == Some(index);
        Ok(here.then(|| reader.position()))
    }

    fn end_of(&self, start: usize) -> Result<usize, WireError> {
        let mut walker = Walker::at(self.shared.bytes, start);
        while walker.event()?.is_some() {}
        Ok(walker.position())
    }
}
