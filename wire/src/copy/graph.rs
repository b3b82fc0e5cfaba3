//! Copying of values that refer to other parts of the message.

use std::collections::BTreeMap;

use super::Named;
use crate::error::WireError;
use crate::reader::Token;
use crate::table::Table;
use crate::value::Value;
use crate::view::{Buffer, View};
use crate::walker::{Event, Walker};
use crate::writer::Writer;

/// A copy of a value, and of what it refers to, out of one message.
pub(super) struct Graph<'a, 't> {
    bytes: &'a [u8],
    table: &'t Table,
    named: Named<'a>,
    writer: Writer,
    /// Maps each index in the source to one in the copy.
    copied: BTreeMap<usize, usize>,
    /// True if a reference was written.
    refs: bool,
}

impl<'a, 't> Graph<'a, 't> {
    pub(super) fn new(bytes: &'a [u8], table: &'t Table, named: Named<'a>) -> Self {
        Self { bytes, table, named, writer: Writer::new(), copied: BTreeMap::new(), refs: false }
    }

    /// Copies the value. An object that lies elsewhere is copied where it is first met, and
    /// only once, so the copy is no longer than the message.
    pub(super) fn copy(mut self, start: usize) -> Result<Value, WireError> {
        let mut walkers = vec![Walker::at(self.bytes, start)];
        while let Some(walker) = walkers.last_mut() {
            let Some(event) = walker.event()? else {
                walkers.pop();
                continue;
            };
            let token = match event {
                Event::Value(token) => token,
                Event::Key(key) => {
                    self.writer.text(key);
                    continue;
                }
                Event::End => {
                    // An array with a count has no byte for its end.
                    if walker.event_start() < walker.position() {
                        self.writer.end();
                    }
                    continue;
                }
            };
            if let Token::Ref(index) = token {
                if let Some(&here) = self.copied.get(&index) {
                    self.reference(here);
                } else if let Some(place) = self.table.get(index) {
                    walkers.push(Walker::at(self.bytes, place.start));
                }
                continue;
            }
            let (start, end) = (walker.event_start(), walker.position());
            if token.objects() > 0 {
                let index = self.table.index_at(start);
                if let Some(&here) = self.copied.get(&index) {
                    self.reference(here);
                    if token.is_container() || token == Token::Boxed {
                        walker.leave(self.table.get(index).map_or(end, |place| place.end));
                    }
                    continue;
                }
                self.copied.insert(index, self.writer.objects());
            }
            match token {
                Token::Capability(position) => {
                    let position = self.named.position(position)?;
                    self.writer.capability(position);
                }
                Token::View(view) => self.view(view, start),
                _ => {
                    let bytes = self.bytes.get(start..end).unwrap_or_default();
                    self.writer.raw(bytes, token.objects());
                }
            }
        }
        Ok(Value::with(self.writer, self.named.named, self.refs))
    }

    fn reference(&mut self, here: usize) {
        self.refs = true;
        self.writer.reference(here);
    }

    fn view(&mut self, view: View<'_>, start: usize) {
        let buffer = match view.buffer {
            Buffer::Inline(_) => self.table.index_at(start) + 1,
            Buffer::Ref(buffer) => buffer,
        };
        if let Some(&here) = self.copied.get(&buffer) {
            self.refs = true;
            self.writer.view(View { buffer: Buffer::Ref(here), ..view });
            return;
        }
        self.copied.insert(buffer, self.writer.objects() + 1);
        let bytes = self.table.buffer(self.bytes, buffer);
        self.writer.view(View { buffer: Buffer::Inline(bytes), ..view });
    }
}
