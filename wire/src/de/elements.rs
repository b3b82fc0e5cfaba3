//! The elements of buffers and views, as a sequence of numbers.

use serde::de::{DeserializeSeed, Deserializer, SeqAccess, Visitor};
use serde::forward_to_deserialize_any;

use crate::embed;
use crate::error::DecodeError;
use crate::kind::Kind;
use crate::number::whole;
use crate::value::Value;
use crate::view::{Element, ViewKind, elements};

pub(super) struct ElementItems<I>(I, ViewKind);

impl ElementItems<()> {
    pub(super) fn visit<'de, V: Visitor<'de>>(
        kind: ViewKind,
        bytes: &'de [u8],
        visitor: V,
    ) -> Result<V::Value, DecodeError> {
        let mut items = ElementItems(elements(kind, bytes), kind);
        let value = visitor.visit_seq(&mut items)?;
        super::access::all_taken(items.0.len() == 0)?;
        Ok(value)
    }
}

impl<'de, I: ExactSizeIterator<Item = Element>> SeqAccess<'de> for ElementItems<I> {
    type Error = DecodeError;

    fn next_element_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, DecodeError> {
        let Some(element) = self.0.next() else { return Ok(None) };
        let element = match element {
            Element::Float(value) => whole(value).map_or(element, Element::Int),
            element => element,
        };
        seed.deserialize(ElementDeserializer(element, self.1)).map(Some)
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.0.len())
    }
}

struct ElementDeserializer(Element, ViewKind);

impl ElementDeserializer {
    fn kind(&self) -> Kind {
        match self.1 {
            ViewKind::BigInt64 | ViewKind::BigUint64 => Kind::BigInt,
            _ => Kind::Number,
        }
    }

    /// Returns the element as a JavaScript value.
    fn value(&self) -> Value {
        Value::written(|writer| match (self.0, self.kind()) {
            (Element::Int(value), Kind::BigInt) => {
                writer.big_int_of(value < 0, value.unsigned_abs().into());
            }
            (Element::Uint(value), Kind::BigInt) => writer.big_int_of(false, value.into()),
            (Element::Int(value), _) => writer.int(value),
            (Element::Uint(value), _) => writer.int(i64::try_from(value).unwrap_or(i64::MAX)),
            (Element::Float(value), _) => writer.number(value),
        })
    }
}

impl<'de> Deserializer<'de> for ElementDeserializer {
    type Error = DecodeError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        match self.0 {
            Element::Int(value) => visitor.visit_i64(value),
            Element::Uint(value) => visitor.visit_u64(value),
            Element::Float(value) => visitor.visit_f64(value),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, DecodeError> {
        match name {
            embed::VALUE => embed::give(self.value(), visitor),
            embed::CAPABILITY => Err(DecodeError::NotACapability(self.kind())),
            _ => visitor.visit_newtype_struct(self),
        }
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit
        unit_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}
