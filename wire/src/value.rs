//! A whole message.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::copy::Copier;
use crate::de::{Decoder, Shared};
use crate::elements::Elements;
use crate::error::{DecodeError, EncodeError, Problem, WireError};
use crate::format::{VERSION, tag};
use crate::reader::{Reader, Token};
use crate::text::Text;
use crate::walker::Walker;
use crate::writer::Writer;
use crate::{json, ser, table};

/// Causes that [`Value::error_chain`] follows.
const MAX_CAUSES: usize = 32;

/// A message: structured-clone data, checked once.
///
/// It is its bytes: moving it is free, a clone copies them, and dropping it
/// frees one allocation, however deep the data. `Send + Sync`.
#[derive(Clone)]
pub struct Value {
    bytes: Vec<u8>,
    /// One more than the highest capability position in it.
    capabilities: u32,
    /// Whether references occur; without any, decoding needs no table.
    refs: bool,
}

/// What a message is at its top level.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Kind {
    /// `undefined`.
    Undefined,
    /// `null`.
    Null,
    /// `true` or `false`.
    Boolean,
    /// A number, whole or not.
    Number,
    /// A bigint.
    BigInt,
    /// A string.
    String,
    /// A `Date`.
    Date,
    /// A `RegExp`.
    RegExp,
    /// A wrapper object such as `new Number(1)`.
    Boxed,
    /// An array, dense or not.
    Array,
    /// A plain object.
    Object,
    /// A `Map`.
    Map,
    /// A `Set`.
    Set,
    /// An error of any kind.
    Error,
    /// An `ArrayBuffer`.
    ArrayBuffer,
    /// A typed array or a `DataView`.
    View,
    /// A function or stub.
    Capability,
}

/// What an error says. Text with lone surrogates has U+FFFD in their place.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ErrorParts {
    /// Such as `TypeError`.
    pub name: String,
    /// The message, which may be empty.
    pub message: String,
    /// The stack, as the engine writes it: frames only, a line each.
    pub stack: Option<String>,
}

impl Value {
    /// Checks that bytes are a message that names only the first
    /// `capabilities` positions of its list. Limit their number first: this
    /// takes time and at most 24 times their memory, both linear.
    ///
    /// # Errors
    /// What is wrong and where.
    pub fn from_bytes(bytes: Vec<u8>, capabilities: usize) -> Result<Self, WireError> {
        let summary = table::validate(&bytes, capabilities)?;
        Ok(Self { bytes, capabilities: summary.capabilities, refs: summary.refs })
    }

    /// `undefined`.
    #[must_use]
    pub fn undefined() -> Self {
        Self::plain(vec![VERSION, tag::UNDEFINED])
    }

    /// `null`.
    #[must_use]
    pub fn null() -> Self {
        Self::plain(vec![VERSION, tag::NULL])
    }

    /// Whatever serde can write. Structs and maps become objects, unless a
    /// key is neither text, number nor boolean: then a `Map`. Bytes become a
    /// `Uint8Array`, unit `undefined`, `None` null, integers beyond ±(2^53 - 1)
    /// bigints; enums are tagged as `serde_json` tags them.
    ///
    /// # Errors
    /// Only what the type's own `Serialize` refuses. Recurses as that does.
    pub fn from_serialize<T: Serialize + ?Sized>(value: &T) -> Result<Self, EncodeError> {
        ser::to_bytes(value).map(Self::plain)
    }

    /// An error as JavaScript will see it.
    #[must_use]
    pub fn error(parts: &ErrorParts) -> Self {
        Self::from_error_chain(std::slice::from_ref(parts))
    }

    /// An error, its cause, that one's cause and so on. Nothing is `undefined`.
    #[must_use]
    pub fn from_error_chain(chain: &[ErrorParts]) -> Self {
        let mut writer = Writer::new();
        for (index, parts) in chain.iter().enumerate() {
            if index > 0 {
                writer.string("cause");
            }
            let stack = parts.stack.as_deref().map(Text::Utf8);
            writer.begin_error(Text::Utf8(&parts.name), Text::Utf8(&parts.message), stack);
        }
        if chain.is_empty() {
            writer.undefined();
        }
        for _ in chain {
            writer.end();
        }
        Self::plain(writer.finish())
    }

    /// An array of messages, such as the arguments of a call. Each one's
    /// capability positions move up by what the ones before it name.
    #[must_use]
    pub fn array_of(items: &[Self]) -> Self {
        let mut writer = Writer::new();
        writer.begin_array(items.len());
        let refs = items.iter().any(|item| item.refs);
        let mut first = 0_u32;
        for item in items {
            Copier::append(item, &mut writer, first, refs);
            first = first.saturating_add(item.capabilities);
        }
        Self { bytes: writer.finish(), capabilities: first, refs }
    }

    /// A plain object of messages, such as `env`. Capability positions move up
    /// as with [`array_of`](Self::array_of); of two equal keys the later counts.
    #[must_use]
    pub fn object_of<'a>(entries: impl IntoIterator<Item = (&'a str, &'a Self)>) -> Self {
        let entries: Vec<_> = entries.into_iter().collect();
        let mut writer = Writer::new();
        writer.begin_object();
        let refs = entries.iter().any(|(_, item)| item.refs);
        let mut first = 0_u32;
        for (key, item) in entries {
            writer.string(key);
            Copier::append(item, &mut writer, first, refs);
            first = first.saturating_add(item.capabilities);
        }
        writer.end();
        Self { bytes: writer.finish(), capabilities: first, refs }
    }

    /// The bytes, as they cross.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The bytes, as they cross.
    #[must_use]
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// How long the message's list of capabilities must be at least: one more
    /// than the highest position in it, or in the message that it was taken
    /// from.
    #[must_use]
    pub fn capabilities(&self) -> usize {
        self.capabilities as usize
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
    /// # Errors
    /// A type that does not fit, a cycle, a capability, a message deeper than
    /// [`MAX_DEPTH`](crate::MAX_DEPTH), or references beyond the budget.
    pub fn to<'de, T: Deserialize<'de>>(&'de self) -> Result<T, DecodeError> {
        let shared = Shared::new(&self.bytes);
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
        match self.bytes.get(1).copied().unwrap_or(tag::UNDEFINED) {
            tag::NULL => Kind::Null,
            tag::TRUE | tag::FALSE => Kind::Boolean,
            tag::INT | tag::FLOAT => Kind::Number,
            tag::BIG_INT => Kind::BigInt,
            tag::STRING | tag::STRING_UTF16 => Kind::String,
            tag::DATE => Kind::Date,
            tag::REG_EXP => Kind::RegExp,
            tag::BOXED => Kind::Boxed,
            tag::ARRAY | tag::SPARSE_ARRAY => Kind::Array,
            tag::OBJECT => Kind::Object,
            tag::MAP => Kind::Map,
            tag::SET => Kind::Set,
            tag::ERROR => Kind::Error,
            tag::ARRAY_BUFFER => Kind::ArrayBuffer,
            tag::VIEW => Kind::View,
            tag::CAPABILITY => Kind::Capability,
            _ => Kind::Undefined,
        }
    }

    /// Whether it is `undefined`.
    #[must_use]
    pub fn is_undefined(&self) -> bool {
        self.kind() == Kind::Undefined
    }

    /// The position that it names, if it is a capability and nothing else.
    #[must_use]
    pub fn as_capability(&self) -> Option<u32> {
        match Reader::new(&self.bytes).and_then(|mut reader| reader.token()) {
            Ok(Token::Capability(position)) => Some(position),
            _ => None,
        }
    }

    /// What the error says, if it is one. Its own properties are there for
    /// [`to`](Self::to).
    #[must_use]
    pub fn as_error(&self) -> Option<ErrorParts> {
        self.errors(1).pop()
    }

    /// The error, its cause, that one's cause and so on, up to 32 of them and
    /// as long as each is an error; empty if this is not one.
    #[must_use]
    pub fn error_chain(&self) -> Vec<ErrorParts> {
        self.errors(MAX_CAUSES)
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
        json::write(self)
    }

    /// The first `max_bytes` bytes of [`to_json`](Self::to_json), and `…` after
    /// them if there is more. Writes no more than that, however large it all is.
    #[must_use]
    pub fn to_json_prefix(&self, max_bytes: usize) -> String {
        json::write_prefix(self, max_bytes)
    }

    pub(crate) fn plain(bytes: Vec<u8>) -> Self {
        Self { bytes, capabilities: 0, refs: false }
    }

    pub(crate) fn has_refs(&self) -> bool {
        self.refs
    }

    pub(crate) fn with(bytes: Vec<u8>, capabilities: u32, refs: bool) -> Self {
        Self { bytes, capabilities, refs }
    }

    fn errors(&self, limit: usize) -> Vec<ErrorParts> {
        let mut chain = Vec::new();
        // A cause that is a reference is looked up, so a cycle ends only at
        // the limit.
        let mut position = Some(1);
        while let Some(at) = position.take().filter(|_| chain.len() < limit) {
            position = self.error_at(at, chain.len() + 1 < limit, &mut chain).unwrap_or_default();
        }
        chain
    }

    /// Appends the error that begins at `at` and says where its cause begins.
    fn error_at(
        &self,
        at: usize,
        want_cause: bool,
        chain: &mut Vec<ErrorParts>,
    ) -> Result<Option<usize>, WireError> {
        let mut reader = Reader::at(&self.bytes, at);
        let Token::Error { name, message, stack } = self.resolve(&mut reader)? else {
            return Ok(None);
        };
        chain.push(ErrorParts {
            name: name.to_str_lossy().into_owned(),
            message: message.to_str_lossy().into_owned(),
            stack: stack.map(|stack| stack.to_str_lossy().into_owned()),
        });
        while let Some(key) = reader.key()?.filter(|_| want_cause) {
            let at = reader.position();
            if key == Text::Utf8("cause") {
                return Ok(Some(at));
            }
            let mut walker = Walker::at(&self.bytes, at);
            while walker.event()?.is_some() {}
            reader = Reader::at(&self.bytes, walker.position());
        }
        Ok(None)
    }

    /// The next token, or the one that a reference means.
    fn resolve<'a>(&'a self, reader: &mut Reader<'a>) -> Result<Token<'a>, WireError> {
        match reader.token()? {
            Token::Ref(index) => {
                let table = table::Table::new(&self.bytes)?;
                let place = table.get(index).ok_or(reader.error(Problem::Reference))?;
                reader.seek(place.start);
                reader.token()
            }
            token => Ok(token),
        }
    }
}

/// Compares the bytes: the same data may be written in more than one way.
impl PartialEq for Value {
    fn eq(&self, other: &Self) -> bool {
        self.bytes == other.bytes
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
