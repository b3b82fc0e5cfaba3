//! A part of a message, in place.

use crate::capability::Attachment;
use crate::copy::extract;
use crate::error::WireError;
use crate::format::array_index;
use crate::reader::{Reader, Token};
use crate::shared::Shared;
use crate::table::Table;
use crate::text::Text;
use crate::value::Value;
use crate::walker::{Event, Walker};

/// A value within a message, without a copy.
#[derive(Debug, Clone)]
pub struct Part<'a> {
    message: &'a Value,
    start: usize,
    steps: usize,
}

impl<'a> Part<'a> {
    /// Returns the whole message as a part.
    pub(crate) fn whole(message: &'a Value) -> Self {
        // The position after the version.
        Self { message, start: 1, steps: 0 }
    }

    /// Returns the capability, if the value is one and nothing else.
    #[must_use]
    pub fn as_capability(&self) -> Option<&'a Attachment> {
        match Reader::at(self.message.as_bytes(), self.start).token() {
            Ok(Token::Capability(position)) => self.message.capabilities().get(position as usize),
            _ => None,
        }
    }

    /// Moves to an own property of a plain object, or to the element of an array at a canonical
    /// index. Returns false and stays if there is none, and for any other value: errors, maps
    /// and so on have no properties here. Takes time linear in
    /// [`bytes_ahead`](Self::bytes_ahead), or in the message if the value is a reference.
    pub fn enter(&mut self, name: &str) -> bool {
        // Cannot fail, because the bytes of a `Value` were checked.
        let found = self.find(name).ok().flatten().and_then(|start| self.target(start));
        self.start = found.unwrap_or(self.start);
        found.is_some()
    }

    /// Returns the number of bytes of the message from here on.
    #[must_use]
    pub fn bytes_ahead(&self) -> usize {
        self.message.as_bytes().len() - self.start
    }

    /// Returns the number of values, keys and ends that were examined so far. They account for
    /// the time that was taken, beside the bytes of text. A reference counts as four times the
    /// bytes of the message.
    #[must_use]
    pub fn steps(&self) -> usize {
        self.steps
    }

    /// Returns the number of values, keys and ends in it.
    #[must_use]
    pub fn values(&self) -> usize {
        Walker::at(self.message.as_bytes(), self.start).skip_all().unwrap_or(0)
    }

    /// Returns a copy, with everything that it refers to, as a message of its own.
    #[must_use]
    pub fn to_value(&self) -> Value {
        extract(&Shared::new(self.message), self.start).map(|(value, _)| value).unwrap_or_default()
    }

    /// Returns where the object lies that a reference refers to.
    fn target(&mut self, start: usize) -> Option<usize> {
        let bytes = self.message.as_bytes();
        match Reader::at(bytes, start).token() {
            Ok(Token::Ref(index)) => {
                // Locating all objects takes longer than walking over them.
                self.steps += 4 * bytes.len();
                let table = Table::new(bytes, self.message.objects()).ok()?;
                table.get(index).map(|place| place.start)
            }
            _ => Some(start),
        }
    }

    /// Returns where the value of a property begins.
    fn find(&mut self, name: &str) -> Result<Option<usize>, WireError> {
        let mut walker = Walker::at(self.message.as_bytes(), self.start);
        let index = array_index(name);
        match (walker.event()?, index) {
            (Some(Event::Value(Token::Array(count))), Some(index)) => {
                for _ in 0..index.min(count as u64) {
                    self.steps += walker.skip_value()?;
                }
                return Ok((index < count as u64).then(|| walker.position()));
            }
            (Some(Event::Value(Token::Object | Token::Interface(_))), _)
            | (Some(Event::Value(Token::SparseArray(_))), Some(_)) => {}
            _ => return Ok(None),
        }
        let mut found = None;
        while let Some(Event::Key(key)) = walker.event()? {
            if key == Text::Utf8(name) {
                found = Some(walker.position());
            }
            self.steps += 1 + walker.skip_value()?;
        }
        Ok(found)
    }
}
