//! Copying of a message with values in the place of some of its capabilities.

use std::collections::BTreeMap;

use super::Runs;
use crate::capability::Attachment;
use crate::output::Output;
use crate::reader::Token;
use crate::value::Value;
use crate::view::{Buffer, View};

/// The positions of objects in a copy, by those in the source.
#[derive(Default)]
struct Moved {
    /// From each index in the source on, the number of objects that the copy has more.
    shifts: Vec<(usize, isize)>,
}

impl Moved {
    fn last(&self) -> isize {
        self.shifts.last().map_or(0, |&(_, shift)| shift)
    }

    fn more(&mut self, from: usize, objects: isize) {
        self.shifts.push((from, self.last() + objects));
    }

    fn to(&self, index: usize) -> usize {
        let known = self.shifts.partition_point(|&(from, _)| from <= index);
        let shift = known.checked_sub(1).map_or(0, |at| self.shifts[at].1);
        index.saturating_add_signed(shift)
    }
}

/// Copies a message. `of` returns the value that replaces a capability, or `None` if it stays.
/// A value that replaces a capability which occurs twice is written twice.
///
/// Returns `None` if the copy would take more than `max_bytes`, capabilities at eight bytes each.
pub(crate) fn replace(
    source: &Value,
    max_bytes: usize,
    mut of: impl FnMut(&Attachment) -> Option<Value>,
) -> Option<Value> {
    let mut output = Output::new();
    output.add_refs(source.has_refs());
    let mut moved = Moved::default();
    let mut replaced: BTreeMap<usize, Value> = BTreeMap::new();
    let mut runs = Runs::new(source.as_bytes(), 1);
    // Cannot fail, because the bytes of a `Value` were checked.
    while let Ok(Some(token)) = runs.next(&mut output.writer) {
        let here = output.writer.objects().saturating_add_signed(-moved.last());
        match token {
            Token::Capability(position) => {
                let capability = source.capabilities().get(position as usize)?;
                if let Some(value) = of(capability) {
                    output.value(&value);
                    moved.more(here + 1, value.objects().cast_signed() - 1);
                    replaced.insert(here, value);
                } else {
                    output.capability(capability.clone());
                }
            }
            Token::Ref(index) => {
                if let Some(value) = replaced.get(&index) {
                    output.value(value);
                    moved.more(here, value.objects().cast_signed());
                } else {
                    output.writer.reference(moved.to(index));
                }
            }
            Token::View(View { buffer: Buffer::Ref(index), kind, byte_offset, length }) => {
                let buffer = Buffer::Ref(moved.to(index));
                output.writer.view(View { kind, buffer, byte_offset, length });
            }
            _ => {}
        }
        if output.size() > max_bytes {
            return None;
        }
    }
    Some(output.finish())
}
