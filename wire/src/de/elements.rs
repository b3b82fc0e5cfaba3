//! The elements of buffers and views, as a sequence of numbers.

use serde::de::value::{F64Deserializer, I64Deserializer, U64Deserializer};
use serde::de::{DeserializeSeed, SeqAccess, Visitor};

use crate::error::DecodeError;
use crate::number::whole;
use crate::view::{Element, ViewKind, elements};

pub(super) struct ElementItems<I>(I);

impl ElementItems<()> {
    pub(super) fn visit<'de, V: Visitor<'de>>(
        kind: ViewKind,
        bytes: &'de [u8],
        visitor: V,
    ) -> Result<V::Value, DecodeError> {
        let mut items = ElementItems(elements(kind, bytes));
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
        match element {
            Element::Int(value) => seed.deserialize(I64Deserializer::new(value)),
            Element::Uint(value) => seed.deserialize(U64Deserializer::new(value)),
            Element::Float(value) => seed.deserialize(F64Deserializer::new(value)),
        }
        .map(Some)
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.0.len())
    }
}
