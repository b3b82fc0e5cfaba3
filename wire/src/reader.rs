//! Tokens from bytes that may be anything.

use crate::bigint::BigInt;
use crate::error::{Problem, WireError};
use crate::format::{MAX_ARRAY_LENGTH, MAX_SAFE, VERSION, tag};
use crate::interface::Interface;
use crate::text::{Text, Units};
use crate::view::{Buffer, View, ViewKind};

/// One token. The token of a container is only its beginning.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Token<'a> {
    /// The end of a container.
    End,
    /// `undefined`.
    Undefined,
    /// `null`.
    Null,
    /// `true` or `false`.
    Boolean(bool),
    /// A whole number within ±(2^53 - 1).
    Int(i64),
    /// Any other number. It may also be whole. There is only one NaN.
    Float(f64),
    /// A bigint.
    BigInt(BigInt<'a>),
    /// A string.
    String(Text<'a>),
    /// A `Date`, in milliseconds.
    Date(f64),
    /// A `RegExp`.
    RegExp {
        /// The pattern.
        source: Text<'a>,
        /// The flags.
        flags: Text<'a>,
    },
    /// A wrapper object. The next token is its boolean, number, bigint or string.
    Boxed,
    /// An array of that many values. They follow, without an end.
    Array(usize),
    /// A sparse array of that length. Keys and values follow.
    SparseArray(u32),
    /// A plain object. Keys and values follow.
    Object,
    /// An instance of a class of the platform. Keys and values follow. To everything but
    /// JavaScript it is a plain object.
    Interface(Interface),
    /// A `Map`. Keys and values follow.
    Map,
    /// A `Set`. Values follow.
    Set,
    /// An error. Keys and values follow.
    Error {
        /// The name, such as `TypeError`.
        name: Text<'a>,
        /// The message.
        message: Text<'a>,
        /// The stack.
        stack: Option<Text<'a>>,
        /// True if JavaScript has it as a `DOMException`.
        dom: bool,
    },
    /// An `ArrayBuffer`.
    ArrayBuffer(&'a [u8]),
    /// A typed array or data view. An inline buffer is part of the token.
    View(View<'a>),
    /// A reference to an object that has begun, by index.
    Ref(usize),
    /// A position in the message's list of capabilities.
    Capability(u32),
}

impl Token<'_> {
    /// Returns true if keys or values follow, and then an end.
    #[must_use]
    pub fn is_container(&self) -> bool {
        matches!(
            self,
            Self::Array(_)
                | Self::SparseArray(_)
                | Self::Object
                | Self::Interface(_)
                | Self::Map
                | Self::Set
                | Self::Error { .. }
        )
    }

    /// Returns the number of objects that it begins. A view with its buffer is two.
    #[must_use]
    pub fn objects(&self) -> usize {
        match self {
            Self::Date(_)
            | Self::RegExp { .. }
            | Self::Boxed
            | Self::Array(_)
            | Self::SparseArray(_)
            | Self::Object
            | Self::Interface(_)
            | Self::Map
            | Self::Set
            | Self::Error { .. }
            | Self::ArrayBuffer(_)
            | Self::Capability(_) => 1,
            Self::View(view) => 1 + usize::from(matches!(view.buffer, Buffer::Inline(_))),
            _ => 0,
        }
    }
}

/// Reads tokens one after another. Each token is checked by itself, so that lengths lie within
/// the bytes. The caller must know whether a token is allowed where it occurs, and what a
/// reference or capability refers to.
#[derive(Debug, Clone)]
pub struct Reader<'a> {
    bytes: &'a [u8],
    position: usize,
}

impl<'a> Reader<'a> {
    /// Creates a reader at the beginning of a message.
    ///
    /// # Errors
    /// Errors with [`Problem::Version`] if the version is not known.
    pub fn new(bytes: &'a [u8]) -> Result<Self, WireError> {
        match bytes.first() {
            Some(&VERSION) => Ok(Self { bytes, position: 1 }),
            _ => Err(WireError { problem: Problem::Version, offset: 0 }),
        }
    }

    /// Creates a reader inside a message that was checked.
    pub(crate) fn at(bytes: &'a [u8], position: usize) -> Self {
        Self { bytes, position: position.min(bytes.len()) }
    }

    pub(crate) fn seek(&mut self, position: usize) {
        self.position = position.min(self.bytes.len());
    }

    /// Returns the number of bytes that were read.
    #[must_use]
    pub fn position(&self) -> usize {
        self.position
    }

    /// Returns the number of bytes that are left.
    #[must_use]
    pub fn remaining(&self) -> usize {
        self.bytes.len() - self.position
    }

    /// Returns the tag of the next token.
    pub(crate) fn peek(&self) -> Option<u8> {
        self.bytes.get(self.position).copied()
    }

    /// Checks that the message ends here.
    ///
    /// # Errors
    /// Errors with [`Problem::Trailing`] if there are more bytes.
    pub fn finish(&self) -> Result<(), WireError> {
        if self.remaining() == 0 { Ok(()) } else { Err(self.error(Problem::Trailing)) }
    }

    /// Creates an error at this position.
    #[must_use]
    pub fn error(&self, problem: Problem) -> WireError {
        WireError { problem, offset: self.position }
    }

    /// Reads a key, or the end of the container.
    ///
    /// # Errors
    /// Errors with [`Problem::Tag`] if it is neither.
    #[inline]
    pub fn key(&mut self) -> Result<Option<Text<'a>>, WireError> {
        match self.peek() {
            Some(tag::END) => {
                self.position += 1;
                Ok(None)
            }
            _ => self.text().map(Some),
        }
    }

    /// Reads a token.
    ///
    /// # Errors
    /// Errors with what is wrong with the token.
    #[inline]
    pub fn token(&mut self) -> Result<Token<'a>, WireError> {
        let at = self.position;
        let tag = self.byte()?;
        Ok(match tag {
            tag::END => Token::End,
            tag::UNDEFINED => Token::Undefined,
            tag::NULL => Token::Null,
            tag::TRUE => Token::Boolean(true),
            tag::FALSE => Token::Boolean(false),
            tag::INT => Token::Int(self.int()?),
            tag::FLOAT => Token::Float(self.float()?),
            tag::STRING => Token::String(Text::Utf8(self.utf8()?)),
            tag::OBJECT => Token::Object,
            tag::ARRAY => {
                let count = self.length()?;
                // Each value takes at least one byte.
                if count > self.remaining() {
                    return Err(self.error(Problem::Truncated));
                }
                Token::Array(count)
            }
            tag::REF => Token::Ref(self.length()?),
            _ => {
                self.position = at;
                self.rare()?
            }
        })
    }

    /// Skips the next token, if it is a primitive other than a bigint or UTF-16 text. Returns
    /// true if it was skipped.
    #[inline]
    pub(crate) fn skip_primitive(&mut self) -> Result<bool, WireError> {
        let Some(tag) = self.peek() else { return Ok(false) };
        match tag {
            tag::UNDEFINED | tag::NULL | tag::TRUE | tag::FALSE => self.position += 1,
            tag::INT => {
                self.position += 1;
                self.int()?;
            }
            tag::FLOAT => {
                self.position += 1;
                self.float()?;
            }
            tag::STRING => {
                self.position += 1;
                self.utf8()?;
            }
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// Reads the tokens that are rare in small messages.
    #[cold]
    fn rare(&mut self) -> Result<Token<'a>, WireError> {
        let at = self.position;
        Ok(match self.byte()? {
            tag::BIG_INT => Token::BigInt(self.big_int()?),
            tag::STRING_UTF16 => Token::String(Text::Utf16(self.utf16()?)),
            tag::DATE => Token::Date(self.float()?),
            tag::REG_EXP => Token::RegExp { source: self.text()?, flags: self.text()? },
            tag::BOXED => Token::Boxed,
            tag::SPARSE_ARRAY => {
                let length = self.varint()?;
                if length > MAX_ARRAY_LENGTH {
                    return Err(self.error(Problem::Varint));
                }
                Token::SparseArray(u32::try_from(length).unwrap_or(u32::MAX))
            }
            tag::INTERFACE => {
                let interface = Interface::from_byte(self.byte()?);
                let error = WireError { problem: Problem::Tag, offset: at };
                Token::Interface(interface.ok_or(error)?)
            }
            tag::MAP => Token::Map,
            tag::SET => Token::Set,
            tag @ (tag::ERROR | tag::DOM_EXCEPTION) => {
                let (name, message) = (self.text()?, self.text()?);
                let stack = if self.peek() == Some(tag::UNDEFINED) {
                    self.position += 1;
                    None
                } else {
                    Some(self.text()?)
                };
                Token::Error { name, message, stack, dom: tag == tag::DOM_EXCEPTION }
            }
            tag::ARRAY_BUFFER => Token::ArrayBuffer(self.block()?),
            tag::VIEW => Token::View(self.view()?),
            tag::CAPABILITY => {
                let position = self.varint()?;
                let position = u32::try_from(position);
                Token::Capability(position.map_err(|_| self.error(Problem::Capability))?)
            }
            _ => return Err(WireError { problem: Problem::Tag, offset: at }),
        })
    }

    fn view(&mut self) -> Result<View<'a>, WireError> {
        let kind = ViewKind::from_byte(self.byte()?).ok_or(self.error(Problem::View))?;
        let buffer = match self.byte()? {
            tag::ARRAY_BUFFER => Buffer::Inline(self.block()?),
            tag::REF => Buffer::Ref(self.length()?),
            _ => return Err(self.error(Problem::View)),
        };
        let view = View { kind, buffer, byte_offset: self.length()?, length: self.length()? };
        match view.buffer {
            Buffer::Inline(bytes) if view.window(bytes.len()).is_none() => {
                Err(self.error(Problem::View))
            }
            _ => Ok(view),
        }
    }

    fn text(&mut self) -> Result<Text<'a>, WireError> {
        match self.byte()? {
            tag::STRING => self.utf8().map(Text::Utf8),
            tag::STRING_UTF16 => self.utf16().map(Text::Utf16),
            _ => Err(WireError { problem: Problem::Tag, offset: self.position - 1 }),
        }
    }

    #[inline]
    fn utf8(&mut self) -> Result<&'a str, WireError> {
        let bytes = self.block()?;
        std::str::from_utf8(bytes).map_err(|_| self.error(Problem::Text))
    }

    fn utf16(&mut self) -> Result<Units<'a>, WireError> {
        let length = self.length()?.checked_mul(2).ok_or(self.error(Problem::Varint))?;
        let units = Units(self.take(length)?);
        if char::decode_utf16(units.iter()).all(|unit| unit.is_ok()) {
            return Err(self.error(Problem::Text));
        }
        Ok(units)
    }

    fn big_int(&mut self) -> Result<BigInt<'a>, WireError> {
        let sign = self.byte()?;
        let big_int = BigInt { negative: sign == 1, hex: self.utf8()? };
        if sign > 1 || !big_int.is_canonical() {
            return Err(self.error(Problem::BigInt));
        }
        Ok(big_int)
    }

    #[inline]
    fn int(&mut self) -> Result<i64, WireError> {
        let zigzag = self.varint()?;
        let value = (zigzag >> 1).cast_signed() ^ -(zigzag & 1).cast_signed();
        if (-MAX_SAFE..=MAX_SAFE).contains(&value) {
            Ok(value)
        } else {
            Err(self.error(Problem::Integer))
        }
    }

    fn float(&mut self) -> Result<f64, WireError> {
        let bytes = self.take(8)?.first_chunk().ok_or(self.error(Problem::Truncated))?;
        let value = f64::from_le_bytes(*bytes);
        // An engine that boxes values into NaNs must never see a different NaN.
        Ok(if value.is_nan() { f64::NAN } else { value })
    }

    #[inline]
    fn block(&mut self) -> Result<&'a [u8], WireError> {
        let length = self.length()?;
        self.take(length)
    }

    fn length(&mut self) -> Result<usize, WireError> {
        let length = self.varint()?;
        usize::try_from(length).map_err(|_| self.error(Problem::Varint))
    }

    #[inline]
    fn varint(&mut self) -> Result<u64, WireError> {
        let first = self.byte()?;
        if first < 0x80 {
            return Ok(first.into());
        }
        self.long_varint(first)
    }

    fn long_varint(&mut self, first: u8) -> Result<u64, WireError> {
        let mut value = u64::from(first & 0x7f);
        for shift in (7..64).step_by(7) {
            let byte = self.byte()?;
            let bits = u64::from(byte & 0x7f);
            value |= bits << shift;
            if byte < 0x80 {
                let canonical = byte > 0 && (shift < 63 || bits == 1);
                return if canonical { Ok(value) } else { Err(self.error(Problem::Varint)) };
            }
        }
        Err(self.error(Problem::Varint))
    }

    #[inline]
    fn byte(&mut self) -> Result<u8, WireError> {
        let byte = self.peek().ok_or(self.error(Problem::Truncated))?;
        self.position += 1;
        Ok(byte)
    }

    #[inline]
    fn take(&mut self, length: usize) -> Result<&'a [u8], WireError> {
        let end = self.position.checked_add(length);
        let taken = end.and_then(|end| Some((self.bytes.get(self.position..end)?, end)));
        let (bytes, end) = taken.ok_or(self.error(Problem::Truncated))?;
        self.position = end;
        Ok(bytes)
    }
}
