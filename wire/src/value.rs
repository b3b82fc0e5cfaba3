//! A whole message.

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use crate::capability::Attachment;
use crate::checked::Checked;
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

/// A message: structured-clone data, checked once, and the capabilities that
/// it names.
///
/// It is its bytes and a list: moving it is free, a clone shares both, and dropping
/// the last one frees one allocation of data, however deep. `Send + Sync`.
///
/// It can be a part of any type that serde writes into a message or reads from
/// one, and loses nothing there. Other formats, and serde's own buffer, cannot
/// hold one: that is an error with `#[serde(flatten)]`, untagged and internally
/// tagged enums, and adjacently tagged ones whose content comes first.
#[derive(Clone)]
pub struct Value {
    bytes: Bytes,
    /// What its capability positions mean; each is below the length. None is an empty
    /// list, which takes no allocation.
    capabilities: Option<Arc<Vec<Attachment>>>,
    /// How many objects begin in it.
    objects: usize,
    /// Whether references occur.
    refs: bool,
}

impl Value {
    /// Checks that bytes are a message that names only `capabilities`, which
    /// it keeps all. Limit the bytes' number first: this takes time and at most
    /// 24 times their memory, both linear.
    ///
    /// # Errors
    /// What is wrong and where.
    pub fn from_bytes(bytes: Vec<u8>, capabilities: Vec<Attachment>) -> Result<Self, WireError> {
        Checked::new(bytes, capabilities.len())?.with(capabilities)
    }

    /// A message that is one capability.
    #[must_use]
    pub fn from_capability(capability: Attachment) -> Self {
        let mut output = Output::new();
        output.capability(capability);
        output.finish()
    }

    /// `undefined`.
    #[must_use]
    pub fn undefined() -> Self {
        Self::written(Writer::undefined)
    }

    /// `null`.
    #[must_use]
    pub fn null() -> Self {
        Self::written(Writer::null)
    }

    /// Whatever serde can write. Structs and maps become objects, unless a
    /// key is neither text, number nor boolean: then a `Map`. Bytes become a
    /// `Uint8Array`, unit `undefined`, `None` null, integers beyond ±(2^53 - 1)
    /// bigints; enums are tagged as `serde_json` tags them. A `Value` in it stays
    /// as it is, and its capabilities join the list, as do those that
    /// [`capability::serialize`](crate::capability::serialize) writes.
    ///
    /// # Errors
    /// Only what the type's own `Serialize` refuses. Recurses as that does.
    pub fn from_serialize<T: Serialize + ?Sized>(value: &T) -> Result<Self, EncodeError> {
        ser::to_value(value)
    }

    /// An array of messages, such as the arguments of a call. Their lists of
    /// capabilities become one, one after another.
    #[must_use]
    pub fn array_of(items: &[Self]) -> Self {
        let mut output = Output::new();
        output.writer.begin_array(items.len());
        for item in items {
            output.value(item);
        }
        output.finish()
    }

    /// A plain object of messages, such as `env`. Their lists of capabilities
    /// become one; of two equal keys the later counts.
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

    /// The same data, naming other capabilities in the place of these.
    #[must_use]
    pub fn map_capabilities(mut self, map: impl FnMut(&Attachment) -> Attachment) -> Self {
        let mapped = self.capabilities().iter().map(map).collect();
        self.capabilities = shared(mapped);
        self
    }

    /// The bytes, as they cross.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The bytes, as they cross. Free for the last clone of a value; any other copies
    /// them.
    #[must_use]
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes.into()
    }

    /// The bytes, as they cross, and the list that their positions mean. Costs what
    /// [`into_bytes`](Self::into_bytes) does.
    #[must_use]
    pub fn into_parts(self) -> (Vec<u8>, Vec<Attachment>) {
        let capabilities = self.capabilities.map(Arc::unwrap_or_clone);
        (self.bytes.into(), capabilities.unwrap_or_default())
    }

    /// The list of capabilities. A message that was taken out of another has
    /// only those that it names.
    #[must_use]
    pub fn capabilities(&self) -> &[Attachment] {
        self.capabilities.as_ref().map_or(&[], |list| list.as_slice())
    }

    /// The list of capabilities as its clones share it; none if it is empty.
    #[must_use]
    pub fn shared_capabilities(&self) -> Option<&Arc<Vec<Attachment>>> {
        self.capabilities.as_ref()
    }

    /// Decodes into a type.
    ///
    /// Numbers that are whole go into integers and integers into floats, but
    /// text never becomes a number. A property that is `undefined` counts as
    /// missing. Dates are milliseconds, regular expressions `/source/flags`,
    /// sets sequences, maps maps with any keys, errors maps of `name`,
    /// `message`, `stack` and their own properties; buffers and views are
    /// bytes to a type that asks for bytes, and else sequences of numbers.
    ///
    /// A `Value` in the type takes everything as it is, however deep, with a
    /// copy of what it refers to and the capabilities that it names. A property
    /// that is missing or `undefined` is `undefined` to it only by
    /// `#[serde(default)]`; an `Option` of it takes null as `None`. A capability
    /// by itself is read by [`capability::deserialize`](crate::capability::deserialize).
    ///
    /// # Errors
    /// A type that does not fit, a cycle, a capability, a message deeper than
    /// [`MAX_DEPTH`](crate::MAX_DEPTH), or references beyond the budget.
    pub fn to<'de, T: Deserialize<'de>>(&'de self) -> Result<T, DecodeError> {
        let shared = Shared::new(self);
        let mut decoder = Decoder::new(&shared, 1, 0);
        T::deserialize(&mut decoder)
    }

    /// The items of an array, to be decoded one by one. None if this is not
    /// an array.
    #[must_use]
    pub fn elements(&self) -> Option<Elements<'_>> {
        Elements::new(self)
    }

    /// Decodes one item of an array; beyond its end it is `undefined`. Each
    /// call skips over the items before: for all of them take
    /// [`elements`](Self::elements).
    ///
    /// # Errors
    /// As [`to`](Self::to), and if this is not an array.
    pub fn element<'de, T: Deserialize<'de>>(&'de self, index: usize) -> Result<T, DecodeError> {
        let mut elements = self.elements().ok_or(DecodeError::NotAnArray)?;
        for _ in 0..index.min(elements.len()) {
            elements.skip()?;
        }
        elements.next_or_undefined()
    }

    /// What it is at its top level.
    #[must_use]
    pub fn kind(&self) -> Kind {
        Kind::at(&self.bytes, 1)
    }

    /// Whether it is `undefined`.
    #[must_use]
    pub fn is_undefined(&self) -> bool {
        self.kind() == Kind::Undefined
    }

    /// Whether there are so many values, keys and ends of containers in it, or more.
    /// Looks at no more.
    #[must_use]
    pub fn has_at_least(&self, values: usize) -> bool {
        if self.bytes.len() <= values / 2 {
            return false;
        }
        let Ok(mut walker) = Walker::new(&self.bytes) else { return false };
        let mut left = values;
        while left > 0 {
            // The bytes of a `Value` were checked.
            left -= walker.skim(Skim::All, left, &mut 0, |_, _| true).unwrap_or(0);
            match walker.event() {
                Ok(Some(_)) => left = left.saturating_sub(1),
                Ok(None) | Err(_) => return false,
            }
        }
        true
    }

    /// Whether it holds a stream, anywhere.
    #[must_use]
    pub fn has_streams(&self) -> bool {
        // Each leads to a capability.
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

    /// The capability, if it is one and nothing else.
    #[must_use]
    pub fn as_capability(&self) -> Option<&Attachment> {
        self.whole().as_capability()
    }

    /// All of it, to be looked through without copies.
    #[must_use]
    pub fn whole(&self) -> Part<'_> {
        Part::whole(self)
    }

    /// An own property of a plain object, or the element of an array at a
    /// canonical index, as a message of its own. None if there is none, and of
    /// anything else: errors, maps and so on have no properties here.
    #[must_use]
    pub fn property(&self, name: &str) -> Option<Self> {
        let mut part = self.whole();
        part.enter(name).then(|| part.to_value())
    }

    /// JSON, with nothing lost that JSON can say. Cannot fail.
    ///
    /// `undefined` is left out of objects and null elsewhere, and so are NaN
    /// and the infinities; -0 is 0; a bigint is a string of decimal digits, or
    /// of `0x` and hex digits if it has more than
    /// [`MAX_DECIMAL_DIGITS`](crate::MAX_DECIMAL_DIGITS) of these; a date the
    /// string of `toISOString` or null; a regular expression
    /// `"/source/flags"`; a map an object if all its keys are strings, else an
    /// array of pairs; a set an array; an error an object of `name`, `message`
    /// and its own properties, without the stack; buffers and views are arrays
    /// of numbers, holes in arrays null. A lone surrogate is an escape. A
    /// function or stub is `"[Capability]"`, an object inside itself
    /// `"[Circular]"`, and one that is referred to again is written again until
    /// the budget ([`EXPANSION_BASE`](crate::EXPANSION_BASE)) is spent, then
    /// `"[Shared]"`. A sparse array too long for the budget is an object.
    #[must_use]
    pub fn to_json(&self) -> String {
        json::to_string(self)
    }

    /// Writes [`to_json`](Self::to_json) into `out`, piece by piece.
    ///
    /// Takes time in what is written and in the message, and at most 64 bytes of memory
    /// for each of its objects and levels, but nothing for the text. The text may be
    /// many times as long as the message: an `out` that returns an error when it has
    /// had enough bounds it.
    ///
    /// # Errors
    /// The first error of `out`, after which nothing more is written.
    pub fn write_json(&self, out: &mut impl fmt::Write) -> fmt::Result {
        json::write(self, out)
    }

    /// The first `max_bytes` bytes of [`to_json`](Self::to_json), and `…` after
    /// them if there is more. Writes no more than that, however large it all is.
    #[must_use]
    pub fn to_json_prefix(&self, max_bytes: usize) -> String {
        json::prefix(self, max_bytes)
    }

    /// A message without references and capabilities.
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

    /// Whether anything in it occurs twice, or is inside itself.
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

/// Compares the bytes, of which more than one may say the same, and the lists
/// of capabilities by identity.
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

/// As JSON, shortened.
impl fmt::Debug for Value {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Value({})", self.to_json_prefix(512))
    }
}

/// Anything: a declaration cannot know more.
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
