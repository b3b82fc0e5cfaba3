//! A message that is being written, with the capabilities that it names.

use crate::capability::Attachment;
use crate::copy::Runs;
use crate::reader::Token;
use crate::value::Value;
use crate::view::{Buffer, View};
use crate::writer::Writer;

pub(crate) struct Output {
    pub(crate) writer: Writer,
    capabilities: Vec<Attachment>,
    refs: bool,
}

impl Output {
    pub(crate) fn new() -> Self {
        Self { writer: Writer::new(), ..Self::vacant() }
    }

    /// Creates a placeholder for an output that was lent. It is not a message, because it lacks
    /// a version.
    pub(crate) fn vacant() -> Self {
        Self { writer: Writer::vacant(), capabilities: Vec::new(), refs: false }
    }

    /// Writes a whole message as the next value.
    pub(crate) fn value(&mut self, value: &Value) {
        let first = u32::try_from(self.capabilities.len()).unwrap_or(u32::MAX);
        let before = self.writer.objects();
        self.capabilities.extend_from_slice(value.capabilities());
        self.refs |= value.has_refs();
        let moved = first > 0 && !value.capabilities().is_empty();
        let shifted = before > 0 && value.has_refs();
        if !moved && !shifted {
            self.writer.raw(value.as_bytes().get(1..).unwrap_or_default(), value.objects());
            return;
        }
        let mut runs = Runs::new(value.as_bytes(), 1);
        // Cannot fail, because the bytes of a `Value` were checked.
        while let Ok(Some(token)) = runs.next(&mut self.writer) {
            match token {
                Token::Ref(index) => self.writer.reference(index + before),
                Token::Capability(position) => {
                    self.writer.capability(position.saturating_add(first));
                }
                Token::View(View { buffer: Buffer::Ref(index), kind, byte_offset, length }) => {
                    let buffer = Buffer::Ref(index + before);
                    self.writer.view(View { kind, buffer, byte_offset, length });
                }
                _ => {}
            }
        }
    }

    pub(crate) fn capability(&mut self, capability: Attachment) {
        self.writer.capability(u32::try_from(self.capabilities.len()).unwrap_or(u32::MAX));
        self.capabilities.push(capability);
    }

    /// Marks the message as one with references.
    pub(crate) fn add_refs(&mut self, refs: bool) {
        self.refs |= refs;
    }

    /// Returns the bytes written, and eight for each capability.
    pub(crate) fn size(&self) -> usize {
        self.writer.len() + 8 * self.capabilities.len()
    }

    pub(crate) fn finish(self) -> Value {
        Value::with(self.writer, self.capabilities, self.refs)
    }
}
