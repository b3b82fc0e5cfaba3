//! Copying values from one message into another.

use std::collections::BTreeMap;

use crate::error::WireError;
use crate::reader::Token;
use crate::table::Table;
use crate::value::Value;
use crate::view::{Buffer, View};
use crate::walker::{Event, Walker};
use crate::writer::Writer;

/// Copies values, and what they refer to, out of one message.
pub(crate) struct Copier<'a, 't> {
    bytes: &'a [u8],
    table: &'t Table,
    /// Index there to index here.
    copied: BTreeMap<usize, usize>,
    /// What is added to capability positions.
    first: u32,
    /// Whether a reference was written.
    refs: bool,
}

impl<'a, 't> Copier<'a, 't> {
    /// Appends a whole message, its capability positions moved up by `first`.
    /// `numbered` says that references elsewhere depend on its objects.
    pub(crate) fn append(value: &'a Value, writer: &mut Writer, first: u32, numbered: bool) {
        let bytes = value.as_bytes();
        if !numbered && (first == 0 || value.capabilities() == 0) {
            writer.raw(bytes.get(1..).unwrap_or_default(), 0);
            return;
        }
        // The bytes of a `Value` were checked.
        let _ =
            Table::new(bytes).and_then(|table| Copier::new(bytes, &table, first).copy(1, writer));
    }

    /// Copies the value that begins at `position` into a message of its own.
    pub(crate) fn extract(
        value: &'a Value,
        table: &'t Table,
        position: usize,
    ) -> Result<Value, WireError> {
        let mut writer = Writer::new();
        let mut copier = Copier::new(value.as_bytes(), table, 0);
        copier.copy(position, &mut writer)?;
        let refs = copier.refs;
        let capabilities = u32::try_from(value.capabilities()).unwrap_or(u32::MAX);
        Ok(Value::with(writer.finish(), capabilities, refs))
    }

    fn new(bytes: &'a [u8], table: &'t Table, first: u32) -> Self {
        Self { bytes, table, copied: BTreeMap::new(), first, refs: false }
    }

    /// An object that lies elsewhere comes along where it is first met, and
    /// once, so the copy is no longer than the message.
    fn copy(&mut self, position: usize, writer: &mut Writer) -> Result<(), WireError> {
        let mut walkers = vec![Walker::at(self.bytes, position)];
        while let Some(walker) = walkers.last_mut() {
            let Some(event) = walker.event()? else {
                walkers.pop();
                continue;
            };
            let token = match event {
                Event::Value(token) => token,
                Event::Key(key) => {
                    writer.text(key);
                    continue;
                }
                Event::End => {
                    // An array with a count has no byte for its end.
                    if walker.event_start() < walker.position() {
                        writer.end();
                    }
                    continue;
                }
            };
            if let Token::Ref(index) = token {
                if let Some(&here) = self.copied.get(&index) {
                    self.reference(here, writer);
                } else if let Some(place) = self.table.get(index) {
                    walkers.push(Walker::at(self.bytes, place.start));
                }
                continue;
            }
            let (start, end) = (walker.event_start(), walker.position());
            let index = self.table.index_at(start);
            if token.objects() > 0 {
                if let Some(&here) = self.copied.get(&index) {
                    self.reference(here, writer);
                    if token.is_container() || token == Token::Boxed {
                        walker.leave(self.table.get(index).map_or(end, |place| place.end));
                    }
                    continue;
                }
                self.copied.insert(index, writer.objects());
            }
            match token {
                Token::Capability(position) => {
                    writer.capability(position.saturating_add(self.first));
                }
                Token::View(view) => {
                    let buffer = match view.buffer {
                        Buffer::Inline(_) => index + 1,
                        Buffer::Ref(buffer) => buffer,
                    };
                    self.view(view, buffer, writer);
                }
                _ => writer.raw(self.bytes.get(start..end).unwrap_or_default(), token.objects()),
            }
        }
        Ok(())
    }

    fn reference(&mut self, here: usize, writer: &mut Writer) {
        self.refs = true;
        writer.reference(here);
    }

    fn view(&mut self, view: View<'_>, buffer: usize, writer: &mut Writer) {
        if let Some(&here) = self.copied.get(&buffer) {
            self.refs = true;
            writer.view(View { buffer: Buffer::Ref(here), ..view });
            return;
        }
        self.copied.insert(buffer, writer.objects() + 1);
        let bytes = self.table.buffer(self.bytes, buffer);
        writer.view(View { buffer: Buffer::Inline(bytes), ..view });
    }
}
