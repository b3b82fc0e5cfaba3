//! The contents of containers.

use serde::Deserializer;
use serde::de::{self, DeserializeSeed, EnumAccess, MapAccess, SeqAccess, VariantAccess, Visitor};

use super::Decoder;
use super::key::KeyDeserializer;
use crate::HOLE_COST;
use crate::error::{DecodeError, Problem};
use crate::format::{array_index, tag};
use crate::shared::Shared;
use crate::text::Text;

/// Errors if a type stopped before the end.
pub(super) fn all_taken(all: bool) -> Result<(), DecodeError> {
    if all {
        Ok(())
    } else {
        Err(DecodeError::Type("there are more elements than the type has room for".to_owned()))
    }
}

pub(super) struct Items<'d, 's, 'de> {
    decoder: &'d mut Decoder<'s, 'de>,
    left: usize,
}

impl<'d, 's, 'de> Items<'d, 's, 'de> {
    pub(super) fn visit<V: Visitor<'de>>(
        decoder: &'d mut Decoder<'s, 'de>,
        count: usize,
        visitor: V,
    ) -> Result<V::Value, DecodeError> {
        let mut items = Self { decoder, left: count };
        let value = visitor.visit_seq(&mut items)?;
        all_taken(items.left == 0)?;
        Ok(value)
    }
}

impl<'de> SeqAccess<'de> for Items<'_, '_, 'de> {
    type Error = DecodeError;

    fn next_element_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, DecodeError> {
        let Some(left) = self.left.checked_sub(1) else { return Ok(None) };
        self.left = left;
        seed.deserialize(&mut *self.decoder).map(Some)
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.left)
    }
}

pub(super) struct SparseItems<'d, 's, 'de> {
    decoder: &'d mut Decoder<'s, 'de>,
    hole: Shared<'de>,
    index: u64,
    length: u64,
}

impl<'d, 's, 'de> SparseItems<'d, 's, 'de> {
    pub(super) fn visit<V: Visitor<'de>>(
        decoder: &'d mut Decoder<'s, 'de>,
        length: u32,
        visitor: V,
    ) -> Result<V::Value, DecodeError> {
        let mut items =
            Self { decoder, hole: Shared::undefined(), index: 0, length: length.into() };
        let value = visitor.visit_seq(&mut items)?;
        all_taken(items.index == items.length)?;
        // The rest are named properties.
        while items.decoder.reader.key()?.is_some() {
            items.decoder.skip()?;
        }
        Ok(value)
    }
}

impl<'de> SeqAccess<'de> for SparseItems<'_, '_, 'de> {
    type Error = DecodeError;

    fn next_element_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, DecodeError> {
        if self.index == self.length {
            return Ok(None);
        }
        let index = self.index;
        self.index += 1;
        let before = self.decoder.position();
        let key = self.decoder.reader.key()?;
        if key.and_then(|key| key.as_str().and_then(array_index)) == Some(index) {
            return seed.deserialize(&mut *self.decoder).map(Some);
        }
        self.decoder.reader.seek(before);
        self.decoder.shared.charge(HOLE_COST)?;
        seed.deserialize(&mut Decoder::new(&self.hole, 0, 0)).map(Some)
    }

    fn size_hint(&self) -> Option<usize> {
        usize::try_from(self.length - self.index).ok()
    }
}

pub(super) struct SetItems<'d, 's, 'de>(&'d mut Decoder<'s, 'de>);

impl<'d, 's, 'de> SetItems<'d, 's, 'de> {
    pub(super) fn visit<V: Visitor<'de>>(
        decoder: &'d mut Decoder<'s, 'de>,
        visitor: V,
    ) -> Result<V::Value, DecodeError> {
        let mut items = Self(decoder);
        let value = visitor.visit_seq(&mut items)?;
        items.0.end()?;
        Ok(value)
    }
}

impl<'de> SeqAccess<'de> for SetItems<'_, '_, 'de> {
    type Error = DecodeError;

    fn next_element_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, DecodeError> {
        if self.0.at_end() {
            return Ok(None);
        }
        seed.deserialize(&mut *self.0).map(Some)
    }
}

pub(super) struct Pairs<'d, 's, 'de>(&'d mut Decoder<'s, 'de>);

impl<'d, 's, 'de> Pairs<'d, 's, 'de> {
    pub(super) fn visit<V: Visitor<'de>>(
        decoder: &'d mut Decoder<'s, 'de>,
        visitor: V,
    ) -> Result<V::Value, DecodeError> {
        let mut pairs = Self(decoder);
        let value = visitor.visit_map(&mut pairs)?;
        pairs.0.end()?;
        Ok(value)
    }
}

impl<'de> MapAccess<'de> for Pairs<'_, '_, 'de> {
    type Error = DecodeError;

    fn next_key_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, DecodeError> {
        if self.0.at_end() {
            return Ok(None);
        }
        seed.deserialize(&mut *self.0).map(Some)
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<S::Value, DecodeError> {
        seed.deserialize(&mut *self.0)
    }
}

pub(super) struct ObjectEntries<'d, 's, 'de>(&'d mut Decoder<'s, 'de>);

impl<'d, 's, 'de> ObjectEntries<'d, 's, 'de> {
    pub(super) fn visit<V: Visitor<'de>>(
        decoder: &'d mut Decoder<'s, 'de>,
        visitor: V,
    ) -> Result<V::Value, DecodeError> {
        let mut entries = Self(decoder);
        let value = visitor.visit_map(&mut entries)?;
        entries.0.end_of_entries()?;
        Ok(value)
    }
}

impl<'de> MapAccess<'de> for ObjectEntries<'_, '_, 'de> {
    type Error = DecodeError;

    #[inline]
    fn next_key_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, DecodeError> {
        match self.0.next_defined(|_| false)? {
            Some(key) => seed.deserialize(KeyDeserializer(key)).map(Some),
            None => Ok(None),
        }
    }

    #[inline]
    fn next_value_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<S::Value, DecodeError> {
        seed.deserialize(&mut *self.0)
    }
}

/// An error: its name, message and stack, then its own properties.
pub(super) struct ErrorEntries<'d, 's, 'de> {
    decoder: &'d mut Decoder<'s, 'de>,
    parts: [Option<Text<'de>>; 3],
    value: Option<Text<'de>>,
}

impl<'d, 's, 'de> ErrorEntries<'d, 's, 'de> {
    const NAMES: [&'static str; 3] = ["name", "message", "stack"];

    pub(super) fn visit<V: Visitor<'de>>(
        decoder: &'d mut Decoder<'s, 'de>,
        parts: [Option<Text<'de>>; 3],
        visitor: V,
    ) -> Result<V::Value, DecodeError> {
        let mut entries = Self { decoder, parts, value: None };
        let value = visitor.visit_map(&mut entries)?;
        entries.decoder.end_of_entries()?;
        Ok(value)
    }
}

impl<'de> MapAccess<'de> for ErrorEntries<'_, '_, 'de> {
    type Error = DecodeError;

    fn next_key_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, DecodeError> {
        for (name, part) in Self::NAMES.into_iter().zip(&mut self.parts) {
            self.value = part.take();
            if self.value.is_some() {
                return seed.deserialize(KeyDeserializer(Text::Utf8(name))).map(Some);
            }
        }
        match self.decoder.next_defined(|key| Self::NAMES.contains(&key))? {
            Some(key) => seed.deserialize(KeyDeserializer(key)).map(Some),
            None => Ok(None),
        }
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<S::Value, DecodeError> {
        match self.value.take() {
            Some(text) => seed.deserialize(KeyDeserializer(text)),
            None => seed.deserialize(&mut *self.decoder),
        }
    }
}

/// A variant with content, which is an object with one key.
pub(super) struct Variant<'d, 's, 'de>(&'d mut Decoder<'s, 'de>);

impl<'d, 's, 'de> Variant<'d, 's, 'de> {
    pub(super) fn visit<V: Visitor<'de>>(
        decoder: &'d mut Decoder<'s, 'de>,
        visitor: V,
    ) -> Result<V::Value, DecodeError> {
        if decoder.depth >= crate::MAX_DEPTH {
            return Err(DecodeError::Depth);
        }
        decoder.depth += 1;
        let value = visitor.visit_enum(Variant(&mut *decoder))?;
        decoder.depth -= 1;
        decoder.end_of_entries()?;
        Ok(value)
    }
}

impl<'de> EnumAccess<'de> for Variant<'_, '_, 'de> {
    type Error = DecodeError;
    type Variant = Self;

    fn variant_seed<S: DeserializeSeed<'de>>(
        self,
        seed: S,
    ) -> Result<(S::Value, Self), DecodeError> {
        let key = self.0.reader.key()?;
        let key = key.ok_or_else(|| DecodeError::Type("expected one key".to_owned()))?;
        Ok((seed.deserialize(KeyDeserializer(key))?, self))
    }
}

impl<'de> VariantAccess<'de> for Variant<'_, '_, 'de> {
    type Error = DecodeError;

    fn unit_variant(self) -> Result<(), DecodeError> {
        de::Deserialize::deserialize(self.0)
    }

    fn newtype_variant_seed<S: DeserializeSeed<'de>>(
        self,
        seed: S,
    ) -> Result<S::Value, DecodeError> {
        seed.deserialize(self.0)
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, DecodeError> {
        self.0.deserialize_any(visitor)
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, DecodeError> {
        self.0.deserialize_any(visitor)
    }
}

impl<'de> Decoder<'_, 'de> {
    fn at_end(&self) -> bool {
        self.reader.peek() == Some(tag::END)
    }

    /// Reads the end of a container.
    fn end(&mut self) -> Result<(), DecodeError> {
        all_taken(self.at_end())?;
        self.reader.token()?;
        Ok(())
    }

    /// Returns the next key whose value is not `undefined`. Does not read the end.
    fn next_defined(
        &mut self,
        skipped: impl Fn(&str) -> bool,
    ) -> Result<Option<Text<'de>>, DecodeError> {
        while !self.at_end() {
            let key = self.reader.key()?.ok_or(self.reader.error(Problem::Tag))?;
            if self.reader.peek() == Some(tag::UNDEFINED) {
                self.reader.token()?;
            } else if key.as_str().is_some_and(&skipped) {
                self.skip()?;
            } else {
                return Ok(Some(key));
            }
        }
        Ok(None)
    }

    /// Reads the end of an object, of which only `undefined` values may be left.
    fn end_of_entries(&mut self) -> Result<(), DecodeError> {
        let left = self.next_defined(|_| false)?;
        all_taken(left.is_none())?;
        self.end()
    }
}
