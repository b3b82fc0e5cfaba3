//! A whole message.

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use crate::capability::Attachment;
use crate::checked::Checked;
use crate::copy;
use crate::de::Decoder;
use crate::elements::Elements;
use crate::error::{DecodeError, EncodeError, WireError};
use crate::kind::Kind;
use crate::output::Output;
use crate::part::Part;
use crate::reader::Token;
use crate::shared::Shared;
use crate::walker::{Event, Skim, Walker};
use crate::writer::Writer;
use crate::{json, ser};

/// A message: structured-clone data, checked once, and the capabilities that it names.
///
/// It consists of its bytes and a list. Moving it is free, a clone shares both, and dropping
/// the last clone frees one allocation of data, however deep the message is. It is `Send` and
/// `Sync`.
///
/// It can be part of any type that serde serializes into a message or deserializes from one,
/// without loss. Other formats, and serde's own buffer, cannot hold one. So it is an error in
/// `#[serde(flatten)]`, in untagged and internally tagged enums, and in adjacently tagged ones
/// whose content comes first.
#[derive(Clone)]
pub struct Value {
    bytes: Bytes,
    /// The capabilities that its positions refer to. Each position is below the length. `None`
    /// is an empty list, which takes no allocation.
    capabilities: Option<Arc<Vec<Attachment>>>,
    /// The number of objects that begin in it.
    objects: usize,
    /// True if it has references.
    refs: bool,
}

impl Value {
    /// Checks that `bytes` are a message that names only `capabilities`, all of which it keeps.
    /// Limit the number of bytes first: the check takes time linear in them, and at most 24
    /// times their memory.
    ///
    /// # Errors
    /// Errors with what is wrong and where.
    pub fn from_bytes(bytes: Vec<u8>, capabilities: Vec<Attachment>) -> Result<Self, WireError> {
        Checked::new(bytes, capabilities.len())?.with(capabilities)
    }

    /// Creates a message that is one capability.
    #[must_use]
    pub fn from_capability(capability: Attachment) -> Self {
        let mut output = Output::new();
        output.capability(capability);
        output.finish()
    }

    /// Creates the value `undefined`.
    #[must_use]
    pub fn undefined() -> Self {
        Self::written(Writer::undefined)
    }

    /// Creates the value `null`.
    #[must_use]
    pub fn null() -> Self {
        Self::written(Writer::null)
    }

    /// Creates a message from any value that serde can serialize.
    ///
    /// Structs and maps become objects. A map with a key that is neither text, number nor
    /// boolean becomes a `Map`. Bytes become a `Uint8Array`, `None` becomes null, and integers
    /// beyond ±(2^53 - 1) become bigints. A unit becomes null inside an array, object or map, and
    /// `undefined` if it is the whole value. The null of a `serde_json::Value` is a unit to serde,
    /// so a whole null needs [`null`](Self::null). Enums are tagged as `serde_json` tags them. A `Value` inside stays as it is, and its capabilities join the
    /// list, as do those that [`capability::serialize`](crate::capability::serialize) writes.
    ///
    /// # Errors
    /// Only errors if the type's own `Serialize` does. Recurses as that does.
    pub fn from_serialize<T: Serialize + ?Sized>(value: &T) -> Result<Self, EncodeError> {
        ser::to_value(value)
    }

    /// Creates an array of messages, such as the arguments of a call. Their lists of
    /// capabilities are concatenated.
    #[must_use]
    pub fn array_of(items: &[Self]) -> Self {
        let mut output = Output::new();
        output.writer.begin_array(items.len());
        for item in items {
            output.value(item);
        }
        output.finish()
    }

    /// Creates a plain object of messages, such as `env`. Their lists of capabilities are
    /// concatenated. Of two equal keys the later one counts.
    #[must_use]
    pub fn object_of<'a>(entries: impl IntoIterator<Item = (&'a str, &'a Self)>) -> Self {
        let mut output = Output::new();
        output.writer.begin_object();
        for (key, item) in entries {
            output.writer.string(key);
            output.value(item);
        }
        output.writer.end();
        output.finish()
    }

    /// Returns the same data with other capabilities in place of these.
    #[must_use]
    pub fn map_capabilities(mut self, map: impl FnMut(&Attachment) -> Attachment) -> Self {
        let mapped = self.capabilities().iter().map(map).collect();
        self.capabilities = shared(mapped);
        self
    }

    /// Returns a copy with values in the place of capabilities. `of` returns the value, or
    /// `None` for a capability that stays. Takes time linear in the copy.
    ///
    /// Returns `None` if the copy would be larger than `max_bytes`, or soon after it is: a value
    /// is written whole. Each capability counts as eight bytes.
    #[must_use]
    pub fn replace_capabilities(
        &self,
        max_bytes: usize,
        of: impl FnMut(&Attachment) -> Option<Self>,
    ) -> Option<Self> {
        copy::replace::replace(self, max_bytes, of)
    }

    /// Returns the bytes in the wire format.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Returns the bytes in the wire format. Free for the last clone of a value. Any other
    /// clone copies them.
    #[must_use]
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes.into()
    }

    /// Returns the bytes in the wire format, and the list that their positions refer to. Costs
    /// the same as [`into_bytes`](Self::into_bytes).
    #[must_use]
    pub fn into_parts(self) -> (Vec<u8>, Vec<Attachment>) {
        let capabilities = self.capabilities.map(Arc::unwrap_or_clone);
        (self.bytes.into(), capabilities.unwrap_or_default())
    }

    /// Returns the list of capabilities. A message that was taken out of another one has only
    /// those that it names.
    #[must_use]
    pub fn capabilities(&self) -> &[Attachment] {
        self.capabilities.as_ref().map_or(&[], |list| list.as_slice())
    }

    /// Returns the list of capabilities as its clones share it, or `None` if it is empty.
    #[must_use]
    pub fn shared_capabilities(&self) -> Option<&Arc<Vec<Attachment>>> {
        self.capabilities.as_ref()
    }

    /// Decodes the message into a type.
    ///
    /// Whole numbers go into integers and integers into floats, but text never becomes a
    /// number. A property that is `undefined` counts as missing. Dates become milliseconds, and
    /// regular expressions `/source/flags`. Sets become sequences, maps become maps with any
    /// keys, and errors become maps of `name`, `message`, `stack` and their own properties.
    /// Buffers and views are bytes to a type that asks for bytes, and otherwise sequences of
    /// numbers.
    ///
    /// A `Value` in the type takes everything as it is, however deep, with a copy of what it
    /// refers to and the capabilities that it names. A property that is missing or `undefined`
    /// becomes the value `undefined` only with `#[serde(default)]`. An `Option` of a `Value`
    /// takes null as `None`. [`capability::deserialize`](crate::capability::deserialize) reads
    /// a capability by itself.
    ///
    /// # Errors
    /// Errors if the type does not fit, and for a cycle, a capability, a message deeper than
    /// [`MAX_DEPTH`](crate::MAX_DEPTH), or references beyond the budget.
    pub fn to<'de, T: Deserialize<'de>>(&'de self) -> Result<T, DecodeError> {
        let shared = Shared::new(self);
        let mut decoder = Decoder::new(&shared, 1, 0);
        T::deserialize(&mut decoder)
    }

    /// Returns the items of an array, to be decoded one by one, or `None` if this is not an
    /// array.
    #[must_use]
    pub fn elements(&self) -> Option<Elements<'_>> {
        Elements::new(self)
    }

    /// Decodes one item of an array. An item beyond the end is `undefined`. Each call skips the
    /// items before it, so use [`elements`](Self::elements) to decode all of them.
    ///
    /// # Errors
    /// Same as [`to`](Self::to). Also errors if this is not an array.
    pub fn element<'de, T: Deserialize<'de>>(&'de self, index: usize) -> Result<T, DecodeError> {
        let mut elements = self.elements().ok_or(DecodeError::NotAnArray)?;
        for _ in 0..index.min(elements.len()) {
            elements.skip()?;
        }
        elements.next_or_undefined()
    }

    /// Returns the kind of the value at the top level.
    #[must_use]
    pub fn kind(&self) -> Kind {
        Kind::at(&self.bytes, 1)
    }

    /// Returns true if it is `undefined`.
    #[must_use]
    pub fn is_undefined(&self) -> bool {
        self.kind() == Kind::Undefined
    }

    /// Returns true if it has at least `values` values, keys and ends of containers. Looks at
    /// no more than that.
    #[must_use]
    pub fn has_at_least(&self, values: usize) -> bool {
        if self.bytes.len() <= values / 2 {
            return false;
        }
        let Ok(mut walker) = Walker::new(&self.bytes) else { return false };
        let mut left = values;
        while left > 0 {
            // Cannot fail, because the bytes of a `Value` were checked.
            left -= walker.skim(Skim::All, left, &mut 0, |_, _| true).unwrap_or(0);
            match walker.event() {
                Ok(Some(_)) => left = left.saturating_sub(1),
                Ok(None) | Err(_) => return false,
            }
        }
        true
    }

    /// Returns true if it holds a stream, anywhere.
    #[must_use]
    pub fn has_streams(&self) -> bool {
        // Each stream leads to a capability.
        if self.capabilities.is_none() {
            return false;
        }
        let Ok(mut walker) = Walker::new(&self.bytes) else { return false };
        loop {
            let _ = walker.skim(Skim::All, usize::MAX, &mut 0, |_, _| true);
            match walker.event() {
                Ok(Some(Event::Value(Token::Interface(interface)))) if interface.is_stream() => {
                    return true;
                }
                Ok(Some(_)) => {}
                Ok(None) | Err(_) => return false,
            }
        }
    }

    /// Returns the capability, if it is one and nothing else.
    #[must_use]
    pub fn as_capability(&self) -> Option<&Attachment> {
        self.whole().as_capability()
    }

    /// Returns the whole message, to be searched without copies.
    #[must_use]
    pub fn whole(&self) -> Part<'_> {
        Part::whole(self)
    }

    /// Returns an own property of a plain object, or the element of an array at a canonical
    /// index, as a message of its own. `None` if there is none, and for any other value:
    /// errors, maps and so on have no properties here.
    #[must_use]
    pub fn property(&self, name: &str) -> Option<Self> {
        let mut part = self.whole();
        part.enter(name).then(|| part.to_value())
    }

    /// Converts the message to JSON. Nothing is lost that JSON can say. Cannot fail.
    ///
    /// - `undefined` is left out of objects, and is null elsewhere.
    /// - NaN and the infinities are null. -0 is 0.
    /// - A bigint is a string of decimal digits, or of `0x` and hex digits if it has more than
    ///   [`MAX_DECIMAL_DIGITS`](crate::MAX_DECIMAL_DIGITS) of these.
    /// - A date is the string of `toISOString`, or null.
    /// - A regular expression is `"/source/flags"`.
    /// - A map is an object if all its keys are strings, otherwise an array of pairs. A set is
    ///   an array.
    /// - An error is an object of `name`, `message` and its own properties, without the stack.
    /// - Buffers and views are arrays of numbers.
    /// - A hole in an array is null. A sparse array that is too long for the budget is an
    ///   object.
    /// - A lone surrogate is an escape.
    /// - A function or stub is `"[Capability]"`.
    /// - An object inside itself is `"[Circular]"`. One that is referred to again is written
    ///   again until the budget ([`EXPANSION_BASE`](crate::EXPANSION_BASE)) is spent, and then
    ///   is `"[Shared]"`.
    #[must_use]
    pub fn to_json(&self) -> String {
        json::to_string(self)
    }

    /// Writes [`to_json`](Self::to_json) into `out`, piece by piece.
    ///
    /// Takes time linear in what is written and in the message. Takes at most 64 bytes of
    /// memory for each of its objects and levels, but nothing for the text. The text may be
    /// many times as long as the message. An `out` that returns an error when it has had enough
    /// bounds it.
    ///
    /// # Errors
    /// Errors with the first error of `out`, after which nothing more is written.
    pub fn write_json(&self, out: &mut impl fmt::Write) -> fmt::Result {
        json::write(self, out)
    }

    /// Returns the first `max_bytes` bytes of [`to_json`](Self::to_json), and `…` after them if
    /// there is more. Writes no more than that, however large the message is.
    #[must_use]
    pub fn to_json_prefix(&self, max_bytes: usize) -> String {
        json::prefix(self, max_bytes)
    }

    /// Creates a message without references and capabilities.
    pub(crate) fn written(write: impl FnOnce(&mut Writer)) -> Self {
        let mut writer = Writer::new();
        write(&mut writer);
        Self::with(writer, Vec::new(), false)
    }

    pub(crate) fn with(writer: Writer, capabilities: Vec<Attachment>, refs: bool) -> Self {
        let objects = writer.objects();
        Self::of(writer.finish().into(), capabilities, objects, refs)
    }

    pub(crate) fn of(
        bytes: Bytes,
        capabilities: Vec<Attachment>,
        objects: usize,
        refs: bool,
    ) -> Self {
        Self { bytes, capabilities: shared(capabilities), objects, refs }
    }

    /// Returns true if anything in it occurs twice or is inside itself.
    #[must_use]
    pub fn has_refs(&self) -> bool {
        self.refs
    }

    pub(crate) fn objects(&self) -> usize {
        self.objects
    }
}

fn shared(capabilities: Vec<Attachment>) -> Option<Arc<Vec<Attachment>>> {
    (!capabilities.is_empty()).then(|| Arc::new(capabilities))
}

/// Compares the bytes, and the lists of capabilities by identity. Different bytes may stand for
/// the same data.
impl PartialEq for Value {
    fn eq(&self, other: &Self) -> bool {
        let same = |(one, other)| Arc::ptr_eq(one, other);
        self.bytes == other.bytes
            && self.capabilities().len() == other.capabilities().len()
            && self.capabilities().iter().zip(other.capabilities()).all(same)
    }
}

impl Eq for Value {}

impl Default for Value {
    fn default() -> Self {
        Self::undefined()
    }
}

/// Formats the message as JSON, shortened.
impl fmt::Debug for Value {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Value({})", self.to_json_prefix(512))
    }
}

/// Allows anything, because a declaration cannot know more.
#[cfg(feature = "schemars")]
impl schemars::JsonSchema for Value {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Value".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        true.into()
    }
}
