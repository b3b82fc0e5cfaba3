//! Writing of a message item by item.

use crate::bigint::BigInt;
use crate::format::{MAX_SAFE, VERSION, tag};
use crate::interface::Interface;
use crate::text::Text;
use crate::view::{Buffer, View};

/// The number of bytes that are reserved after a run of bytes for what follows it.
const SLACK: usize = 64;

/// The capacity in bytes from which on it no longer doubles.
const LARGE: usize = 1 << 20;

/// Appends the items of one message, in the order of the format.
///
/// It only counts objects. The caller must end what it begins, write keys before values, and
/// refer only to existing objects. [`Value::from_bytes`](crate::Value::from_bytes) checks that.
#[derive(Debug, Clone)]
pub struct Writer {
    bytes: Vec<u8>,
    objects: usize,
}

/// A position that [`Writer::rewind`] goes back to.
#[derive(Debug, Clone, Copy)]
pub struct Mark {
    bytes: usize,
    objects: usize,
}

impl Default for Writer {
    fn default() -> Self {
        Self::new()
    }
}

impl Writer {
    /// Creates an empty message.
    #[must_use]
    pub fn new() -> Self {
        let mut bytes = Vec::with_capacity(SLACK);
        bytes.push(VERSION);
        Self { bytes, objects: 0 }
    }

    /// Creates a writer without a version and without an allocation.
    pub(crate) fn vacant() -> Self {
        Self { bytes: Vec::new(), objects: 0 }
    }

    /// Returns the number of objects that have begun, which is the index of the next one.
    #[must_use]
    pub fn objects(&self) -> usize {
        self.objects
    }

    /// Returns the number of bytes written.
    #[must_use]
    pub fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Returns the current position.
    #[must_use]
    pub fn mark(&self) -> Mark {
        Mark { bytes: self.bytes.len(), objects: self.objects }
    }

    /// Goes back to a position, and discards what was written after it.
    pub fn rewind(&mut self, mark: Mark) {
        self.bytes.truncate(mark.bytes);
        self.objects = self.objects.min(mark.objects);
    }

    /// Returns true if nothing was written.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.bytes.len() <= 1
    }

    /// Returns the message.
    #[must_use]
    pub fn finish(self) -> Vec<u8> {
        self.bytes
    }

    /// Writes `undefined`.
    pub fn undefined(&mut self) {
        self.push(tag::UNDEFINED);
    }

    /// Writes `null`.
    pub fn null(&mut self) {
        self.push(tag::NULL);
    }

    /// Writes `true` or `false`.
    pub fn boolean(&mut self, value: bool) {
        self.push(if value { tag::TRUE } else { tag::FALSE });
    }

    /// Writes a number, as an integer if it is one.
    pub fn number(&mut self, value: f64) {
        match crate::number::whole(value).filter(|whole| whole.abs() <= MAX_SAFE) {
            Some(whole) => self.int(whole),
            None => self.float(value),
        }
    }

    /// Writes an integer, or a bigint if a double would not hold it exactly.
    pub fn int(&mut self, value: i64) {
        if (-MAX_SAFE..=MAX_SAFE).contains(&value) {
            self.push(tag::INT);
            self.varint(((value << 1) ^ (value >> 63)).cast_unsigned());
        } else {
            self.big_int_of(value < 0, value.unsigned_abs().into());
        }
    }

    /// Writes a number of any kind.
    pub fn float(&mut self, value: f64) {
        self.push(tag::FLOAT);
        self.extend(&value.to_le_bytes());
    }

    /// Writes a bigint. The digits must be in canonical form.
    pub fn big_int(&mut self, value: BigInt<'_>) {
        self.extend(&[tag::BIG_INT, u8::from(value.negative)]);
        self.varint(value.hex.len() as u64);
        self.extend(value.hex.as_bytes());
    }

    pub(crate) fn big_int_of(&mut self, negative: bool, magnitude: u128) {
        self.big_int(BigInt { negative, hex: &format!("{magnitude:x}") });
    }

    /// Writes a string or key.
    #[inline]
    pub fn string(&mut self, text: &str) {
        self.push(tag::STRING);
        self.varint(text.len() as u64);
        self.extend(text.as_bytes());
    }

    /// Writes a string or key of UTF-16 units, as UTF-8 if possible.
    pub fn string_utf16(&mut self, units: &[u16]) {
        if let Ok(text) = String::from_utf16(units) {
            self.string(&text);
            return;
        }
        self.push(tag::STRING_UTF16);
        self.varint(units.len() as u64);
        self.reserve(2 * units.len());
        self.bytes.extend(units.iter().flat_map(|unit| unit.to_le_bytes()));
    }

    /// Writes a string or key.
    pub fn text(&mut self, text: Text<'_>) {
        match text {
            Text::Utf8(text) => self.string(text),
            Text::Utf16(units) => {
                self.push(tag::STRING_UTF16);
                self.varint(units.len() as u64);
                self.extend(units.0);
            }
        }
    }

    /// Writes a `Date`.
    pub fn date(&mut self, milliseconds: f64) {
        self.object(tag::DATE);
        self.extend(&milliseconds.to_le_bytes());
    }

    /// Writes a `RegExp`.
    pub fn reg_exp(&mut self, source: Text<'_>, flags: Text<'_>) {
        self.object(tag::REG_EXP);
        self.text(source);
        self.text(flags);
    }

    /// Writes a wrapper object. Its primitive comes next.
    pub fn boxed(&mut self) {
        self.object(tag::BOXED);
    }

    /// Begins an array without holes or properties. That many values follow, without an
    /// [`end`](Self::end).
    pub fn begin_array(&mut self, count: usize) {
        self.object(tag::ARRAY);
        self.varint(count as u64);
    }

    /// Begins an array with holes or properties. Keys and values follow: first the indices in
    /// order, then the rest.
    pub fn begin_sparse_array(&mut self, length: u32) {
        self.object(tag::SPARSE_ARRAY);
        self.varint(length.into());
    }

    /// Begins a plain object. Keys and values follow.
    pub fn begin_object(&mut self) {
        self.object(tag::OBJECT);
    }

    /// Begins an instance of a class of the platform. Keys and values follow.
    pub fn begin_interface(&mut self, interface: Interface) {
        self.object(tag::INTERFACE);
        self.push(interface as u8);
    }

    /// Begins a `Map`. Keys and values follow.
    pub fn begin_map(&mut self) {
        self.object(tag::MAP);
    }

    /// Begins a `Set`. Values follow.
    pub fn begin_set(&mut self) {
        self.object(tag::SET);
    }

    /// Begins an error. Keys and values follow, `cause` among them.
    pub fn begin_error(&mut self, name: Text<'_>, message: Text<'_>, stack: Option<Text<'_>>) {
        self.error(tag::ERROR, name, message, stack);
    }

    /// Like [`begin_error`](Self::begin_error), for what JavaScript has as a `DOMException`.
    pub fn begin_dom_exception(
        &mut self,
        name: Text<'_>,
        message: Text<'_>,
        stack: Option<Text<'_>>,
    ) {
        self.error(tag::DOM_EXCEPTION, name, message, stack);
    }

    fn error(&mut self, tag: u8, name: Text<'_>, message: Text<'_>, stack: Option<Text<'_>>) {
        self.object(tag);
        self.text(name);
        self.text(message);
        match stack {
            Some(stack) => self.text(stack),
            None => self.undefined(),
        }
    }

    /// Ends what was begun last, unless it is an array with a count.
    pub fn end(&mut self) {
        self.push(tag::END);
    }

    /// Writes an `ArrayBuffer`.
    pub fn array_buffer(&mut self, bytes: &[u8]) {
        self.object(tag::ARRAY_BUFFER);
        self.varint(bytes.len() as u64);
        self.extend(bytes);
    }

    /// Writes a typed array or data view, with its buffer unless that was written before. A
    /// view takes one index, and an inline buffer the next one.
    pub fn view(&mut self, view: View<'_>) {
        self.object(tag::VIEW);
        self.push(view.kind as u8);
        match view.buffer {
            Buffer::Inline(bytes) => self.array_buffer(bytes),
            Buffer::Ref(index) => self.reference(index),
        }
        self.varint(view.byte_offset as u64);
        self.varint(view.length as u64);
    }

    /// Writes a reference to an object that has already begun.
    pub fn reference(&mut self, index: usize) {
        self.push(tag::REF);
        self.varint(index as u64);
    }

    /// Writes the capability at a position of the message's list.
    pub fn capability(&mut self, position: u32) {
        self.object(tag::CAPABILITY);
        self.varint(position.into());
    }

    /// Overwrites a tag.
    pub(crate) fn retag(&mut self, at: usize, tag: u8) {
        if let Some(byte) = self.bytes.get_mut(at) {
            *byte = tag;
        }
    }

    /// Inserts the count of an array where its first value begins.
    pub(crate) fn insert_count(&mut self, at: usize, count: usize) {
        let end = self.bytes.len();
        self.varint(count as u64);
        let width = self.bytes.len() - end;
        if let Some(values) = self.bytes.get_mut(at..) {
            values.rotate_right(width);
        }
    }

    /// Begins an array whose count is inserted later. Returns the position of the count.
    pub(crate) fn begin_uncounted(&mut self) -> usize {
        self.object(tag::ARRAY);
        self.bytes.len()
    }

    /// Copies bytes of another message that begin so many objects.
    pub(crate) fn raw(&mut self, bytes: &[u8], objects: usize) {
        self.objects += objects;
        self.extend(bytes);
    }

    #[inline]
    fn push(&mut self, byte: u8) {
        self.reserve(1);
        self.bytes.push(byte);
    }

    #[inline]
    fn extend(&mut self, run: &[u8]) {
        self.reserve(run.len());
        self.bytes.extend_from_slice(run);
    }

    #[inline]
    fn reserve(&mut self, run: usize) {
        if self.bytes.capacity() - self.bytes.len() < run {
            self.grow(run);
        }
    }

    /// Grows the buffer. Doubling would take twice the memory of a message that is nearly all
    /// one buffer. So a long run gets what it needs, and a large buffer grows by a quarter.
    #[cold]
    fn grow(&mut self, run: usize) {
        let capacity = self.bytes.capacity();
        let step = if capacity < LARGE { capacity } else { capacity / 4 };
        self.bytes.reserve_exact(step.max(run.saturating_add(SLACK)));
    }

    #[inline]
    fn object(&mut self, tag: u8) {
        self.objects += 1;
        self.push(tag);
    }

    #[inline]
    fn varint(&mut self, mut value: u64) {
        while value >= 0x80 {
            let [low, ..] = value.to_le_bytes();
            self.push(low | 0x80);
            value >>= 7;
        }
        let [low, ..] = value.to_le_bytes();
        self.push(low);
    }
}
