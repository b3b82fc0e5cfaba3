//! Deserialization into Rust values, straight from the bytes.

use serde::de::value::{BorrowedStrDeserializer, StringDeserializer};
use serde::de::{self, Deserializer, IntoDeserializer, Visitor};
use serde::forward_to_deserialize_any;

use crate::MAX_DEPTH;
use crate::copy::extract;
use crate::embed;
use crate::error::{DecodeError, Problem};
use crate::format::tag;
use crate::kind::Kind;
use crate::number::whole;
use crate::reader::{Reader, Token};
use crate::shared::Shared;
use crate::text::Text;
use crate::value::Value;
use crate::view::{Buffer, ViewKind};
use crate::walker::Walker;

use self::access::{ErrorEntries, Items, ObjectEntries, Pairs, SetItems, SparseItems, Variant};
use self::elements::ElementItems;

mod access;
mod elements;
mod key;

/// The kind of number that a type wants.
#[derive(Clone, Copy, PartialEq)]
enum Want {
    Any,
    Integer,
    Wide,
    Float,
    Bytes,
}

pub(crate) struct Decoder<'s, 'de> {
    shared: &'s Shared<'de>,
    reader: Reader<'de>,
    depth: usize,
}

impl<'s, 'de> Decoder<'s, 'de> {
    pub(crate) fn new(shared: &'s Shared<'de>, position: usize, depth: usize) -> Self {
        Self { shared, reader: Reader::at(shared.bytes, position), depth }
    }

    pub(crate) fn position(&self) -> usize {
        self.reader.position()
    }

    /// Reads the next token and calls `then`. For a reference, this is the token that it refers
    /// to, and `then` reads on from there.
    #[inline]
    fn resolved<R>(
        &mut self,
        then: impl FnOnce(&mut Self, Token<'de>) -> Result<R, DecodeError>,
    ) -> Result<R, DecodeError> {
        let at = self.position();
        let token = self.reader.token()?;
        let Token::Ref(index) = token else { return then(self, token) };
        let back = self.position();
        self.reader.seek(self.shared.follow(index, at)?);
        let token = self.reader.token()?;
        let result = then(self, token);
        self.reader.seek(back);
        result
    }

    fn skip(&mut self) -> Result<(), DecodeError> {
        let mut walker = Walker::at(self.shared.bytes, self.position());
        while walker.event()?.is_some() {}
        self.reader.seek(walker.position());
        Ok(())
    }

    /// Reads the next value as a message of its own.
    fn extract(&mut self) -> Result<Value, DecodeError> {
        let start = self.position();
        let (value, end) = extract(self.shared, start)?;
        self.reader.seek(end);
        self.shared.charge(value.as_bytes().len().saturating_sub(end - start + 1))?;
        Ok(value)
    }

    /// Reads the next value, which must be a capability, as a message of its own.
    fn capability(&mut self) -> Result<Value, DecodeError> {
        let mut start = self.position();
        if let Token::Ref(index) = self.reader.token()? {
            start = self.shared.follow(index, start)?;
        }
        match Reader::at(self.shared.bytes, start).token()? {
            Token::Capability(_) => Ok(extract(self.shared, start)?.0),
            _ => Err(DecodeError::NotACapability(Kind::at(self.shared.bytes, start))),
        }
    }

    fn visit<V: Visitor<'de>>(
        &mut self,
        token: Token<'de>,
        want: Want,
        visitor: V,
    ) -> Result<V::Value, DecodeError> {
        match token {
            Token::Undefined | Token::Null => visitor.visit_unit(),
            Token::Boolean(value) => visitor.visit_bool(value),
            Token::Int(value) => visitor.visit_i64(value),
            Token::Float(value) | Token::Date(value) => visit_number(value, want, visitor),
            Token::BigInt(value) => match (value.to_i128(), want) {
                (Some(value), Want::Wide) => visitor.visit_i128(value),
                (None, Want::Wide) if value.to_u128().is_some() => {
                    visitor.visit_u128(value.to_u128().unwrap_or(u128::MAX))
                }
                (Some(number), _) => match (i64::try_from(number), u64::try_from(number)) {
                    (Ok(number), _) => visitor.visit_i64(number),
                    (_, Ok(number)) => visitor.visit_u64(number),
                    _ => visitor.visit_string(value.to_string()),
                },
                _ => visitor.visit_string(value.to_string()),
            },
            Token::String(text) => visit_text(text, visitor),
            Token::RegExp { source, flags } => {
                visitor.visit_string(format!("/{}/{}", source.to_str_lossy(), flags.to_str_lossy()))
            }
            Token::Boxed => match self.reader.token()? {
                // The format has no wrapper inside another one, so this recurses only once.
                Token::Boxed => Err(self.reader.error(Problem::Tag).into()),
                token => self.visit(token, want, visitor),
            },
            Token::ArrayBuffer(bytes) => visit_bytes(bytes, ViewKind::Uint8, want, visitor),
            Token::View(view) => {
                let buffer = match view.buffer {
                    Buffer::Inline(bytes) => bytes,
                    Buffer::Ref(index) => {
                        self.shared.charge(view.length.saturating_mul(view.kind.element_size()))?;
                        self.shared.table()?.buffer(self.shared.bytes, index)
                    }
                };
                let window = view.window(buffer.len()).and_then(|window| buffer.get(window));
                let window = window.ok_or(self.reader.error(Problem::View))?;
                visit_bytes(window, view.kind, want, visitor)
            }
            Token::Capability(_) => Err(DecodeError::Capability),
            Token::Array(_)
            | Token::SparseArray(_)
            | Token::Object
            | Token::Interface(_)
            | Token::Map
            | Token::Set
            | Token::Error { .. } => self.container(token, visitor),
            Token::End | Token::Ref(_) => Err(self.reader.error(Problem::Tag).into()),
        }
    }

    fn container<V: Visitor<'de>>(
        &mut self,
        token: Token<'de>,
        visitor: V,
    ) -> Result<V::Value, DecodeError> {
        if self.depth >= MAX_DEPTH {
            return Err(DecodeError::Depth);
        }
        self.depth += 1;
        let result = match token {
            Token::Array(count) => Items::visit(self, count, visitor),
            Token::SparseArray(length) => {
                if self.shared.budget.borrow_mut().take(length as usize) {
                    SparseItems::visit(self, length, visitor)
                } else {
                    ObjectEntries::visit(self, visitor)
                }
            }
            Token::Map => Pairs::visit(self, visitor),
            Token::Set => SetItems::visit(self, visitor),
            Token::Error { name, message, stack, .. } => {
                ErrorEntries::visit(self, [Some(name), Some(message), stack], visitor)
            }
            _ => ObjectEntries::visit(self, visitor),
        };
        self.depth -= 1;
        result
    }

    fn wanted<V: Visitor<'de>>(&mut self, want: Want, visitor: V) -> Result<V::Value, DecodeError> {
        self.resolved(|decoder, token| decoder.visit(token, want, visitor))
    }
}

fn visit_number<'de, V: Visitor<'de>>(
    value: f64,
    want: Want,
    visitor: V,
) -> Result<V::Value, DecodeError> {
    if want == Want::Float {
        return visitor.visit_f64(value);
    }
    if let Some(whole) = whole(value) {
        return visitor.visit_i64(whole);
    }
    if matches!(want, Want::Integer | Want::Wide) && value.fract() == 0.0 {
        // -0 is 0 as an integer. Casts are exact for whole floats in range.
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "in range")]
        if (-9_223_372_036_854_775_808.0..9_223_372_036_854_775_808.0).contains(&value) {
            return visitor.visit_i64(value as i64);
        } else if (0.0..18_446_744_073_709_551_616.0).contains(&value) {
            return visitor.visit_u64(value as u64);
        }
    }
    visitor.visit_f64(value)
}

fn visit_text<'de, V: Visitor<'de>>(text: Text<'de>, visitor: V) -> Result<V::Value, DecodeError> {
    match text {
        Text::Utf8(text) => visitor.visit_borrowed_str(text),
        Text::Utf16(_) => visitor.visit_string(text.to_str_lossy().into_owned()),
    }
}

fn visit_bytes<'de, V: Visitor<'de>>(
    bytes: &'de [u8],
    kind: ViewKind,
    want: Want,
    visitor: V,
) -> Result<V::Value, DecodeError> {
    if want == Want::Bytes {
        return visitor.visit_borrowed_bytes(bytes);
    }
    ElementItems::visit(kind, bytes, visitor)
}

impl<'de> Deserializer<'de> for &mut Decoder<'_, 'de> {
    type Error = DecodeError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        self.wanted(Want::Any, visitor)
    }

    fn deserialize_i8<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        self.wanted(Want::Integer, visitor)
    }

    fn deserialize_i16<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        self.wanted(Want::Integer, visitor)
    }

    fn deserialize_i32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        self.wanted(Want::Integer, visitor)
    }

    fn deserialize_i64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        self.wanted(Want::Integer, visitor)
    }

    fn deserialize_i128<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        self.wanted(Want::Wide, visitor)
    }

    fn deserialize_u8<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        self.wanted(Want::Integer, visitor)
    }

    fn deserialize_u16<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        self.wanted(Want::Integer, visitor)
    }

    fn deserialize_u32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        self.wanted(Want::Integer, visitor)
    }

    fn deserialize_u64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        self.wanted(Want::Integer, visitor)
    }

    fn deserialize_u128<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        self.wanted(Want::Wide, visitor)
    }

    fn deserialize_f32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        self.wanted(Want::Float, visitor)
    }

    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        self.wanted(Want::Float, visitor)
    }

    fn deserialize_bytes<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        self.wanted(Want::Bytes, visitor)
    }

    fn deserialize_byte_buf<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        self.wanted(Want::Bytes, visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        match self.reader.peek() {
            Some(tag::UNDEFINED | tag::NULL) => {
                self.reader.token()?;
                visitor.visit_none()
            }
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, DecodeError> {
        match name {
            embed::VALUE => embed::give(self.extract()?, visitor),
            embed::CAPABILITY => embed::give(self.capability()?, visitor),
            _ => visitor.visit_newtype_struct(self),
        }
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, DecodeError> {
        self.resolved(|decoder, token| match token {
            Token::String(Text::Utf8(name)) => {
                visitor.visit_enum(BorrowedStrDeserializer::<DecodeError>::new(name))
            }
            Token::String(name) => {
                let name: StringDeserializer<DecodeError> =
                    name.to_str_lossy().into_owned().into_deserializer();
                visitor.visit_enum(name)
            }
            Token::Object => Variant::visit(decoder, visitor),
            _ => Err(de::Error::custom("expected a variant: a string, or an object of one key")),
        })
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        self.skip()?;
        visitor.visit_unit()
    }

    forward_to_deserialize_any! {
        bool char str string unit unit_struct seq tuple tuple_struct map struct identifier
    }
}
