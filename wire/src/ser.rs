//! From Rust values, through serde.

use serde::ser::{self, Serialize};

use crate::error::EncodeError;
use crate::format::tag;
use crate::ser::key::KeySerializer;
use crate::view::{Buffer, View, ViewKind};
use crate::writer::Writer;

mod key;

pub(crate) fn to_bytes<T: Serialize + ?Sized>(value: &T) -> Result<Vec<u8>, EncodeError> {
    let mut writer = Writer::new();
    value.serialize(Serializer(&mut writer))?;
    Ok(writer.finish())
}

struct Serializer<'w>(&'w mut Writer);

/// An array that may not know its count.
struct Items<'w> {
    writer: &'w mut Writer,
    /// Where the count belongs, if it was not known.
    uncounted: Option<usize>,
    /// How many are missing, or were written if not known.
    count: usize,
    /// Ends that close what is around it.
    ends: usize,
}

/// An object or map.
struct Entries<'w> {
    writer: &'w mut Writer,
    tag: usize,
    ends: usize,
}

impl<'w> Items<'w> {
    fn new(writer: &'w mut Writer, count: Option<usize>, ends: usize) -> Self {
        let (uncounted, count) = match count {
            Some(count) => {
                writer.begin_array(count);
                (None, count)
            }
            None => (Some(writer.begin_uncounted()), 0),
        };
        Self { writer, uncounted, count, ends }
    }

    fn item<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), EncodeError> {
        self.count = match self.uncounted {
            Some(_) => self.count + 1,
            None => self.count.checked_sub(1).ok_or_else(Self::miscounted)?,
        };
        value.serialize(Serializer(self.writer))
    }

    fn finish(self) -> Result<(), EncodeError> {
        match self.uncounted {
            Some(at) => self.writer.insert_count(at, self.count),
            None if self.count > 0 => return Err(Self::miscounted()),
            None => {}
        }
        for _ in 0..self.ends {
            self.writer.end();
        }
        Ok(())
    }

    fn miscounted() -> EncodeError {
        EncodeError("a sequence has another length than it said".to_owned())
    }
}

impl<'w> Entries<'w> {
    fn new(writer: &'w mut Writer, ends: usize) -> Self {
        let tag = writer.len();
        writer.begin_object();
        Self { writer, tag, ends }
    }

    fn field<T: Serialize + ?Sized>(&mut self, key: &str, value: &T) -> Result<(), EncodeError> {
        self.writer.string(key);
        value.serialize(Serializer(self.writer))
    }

    fn finish(self) {
        for _ in 0..=self.ends {
            self.writer.end();
        }
    }
}

impl<'w> ser::Serializer for Serializer<'w> {
    type Ok = ();
    type Error = EncodeError;
    type SerializeSeq = Items<'w>;
    type SerializeTuple = Items<'w>;
    type SerializeTupleStruct = Items<'w>;
    type SerializeTupleVariant = Items<'w>;
    type SerializeMap = Entries<'w>;
    type SerializeStruct = Entries<'w>;
    type SerializeStructVariant = Entries<'w>;

    fn serialize_bool(self, value: bool) -> Result<(), EncodeError> {
        self.0.boolean(value);
        Ok(())
    }

    fn serialize_i8(self, value: i8) -> Result<(), EncodeError> {
        self.serialize_i64(value.into())
    }

    fn serialize_i16(self, value: i16) -> Result<(), EncodeError> {
        self.serialize_i64(value.into())
    }

    fn serialize_i32(self, value: i32) -> Result<(), EncodeError> {
        self.serialize_i64(value.into())
    }

    fn serialize_i64(self, value: i64) -> Result<(), EncodeError> {
        self.0.int(value);
        Ok(())
    }

    fn serialize_i128(self, value: i128) -> Result<(), EncodeError> {
        match i64::try_from(value) {
            Ok(value) => self.0.int(value),
            Err(_) => self.0.big_int_of(value < 0, value.unsigned_abs()),
        }
        Ok(())
    }

    fn serialize_u8(self, value: u8) -> Result<(), EncodeError> {
        self.serialize_i64(value.into())
    }

    fn serialize_u16(self, value: u16) -> Result<(), EncodeError> {
        self.serialize_i64(value.into())
    }

    fn serialize_u32(self, value: u32) -> Result<(), EncodeError> {
        self.serialize_i64(value.into())
    }

    fn serialize_u64(self, value: u64) -> Result<(), EncodeError> {
        self.serialize_u128(value.into())
    }

    fn serialize_u128(self, value: u128) -> Result<(), EncodeError> {
        match i64::try_from(value) {
            Ok(value) => self.0.int(value),
            Err(_) => self.0.big_int_of(false, value),
        }
        Ok(())
    }

    fn serialize_f32(self, value: f32) -> Result<(), EncodeError> {
        self.serialize_f64(value.into())
    }

    fn serialize_f64(self, value: f64) -> Result<(), EncodeError> {
        self.0.float(value);
        Ok(())
    }

    fn serialize_char(self, value: char) -> Result<(), EncodeError> {
        self.0.string(value.encode_utf8(&mut [0; 4]));
        Ok(())
    }

    fn serialize_str(self, value: &str) -> Result<(), EncodeError> {
        self.0.string(value);
        Ok(())
    }

    fn serialize_bytes(self, value: &[u8]) -> Result<(), EncodeError> {
        self.0.view(View {
            kind: ViewKind::Uint8,
            buffer: Buffer::Inline(value),
            byte_offset: 0,
            length: value.len(),
        });
        Ok(())
    }

    fn serialize_none(self) -> Result<(), EncodeError> {
        self.0.null();
        Ok(())
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), EncodeError> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<(), EncodeError> {
        self.0.undefined();
        Ok(())
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<(), EncodeError> {
        self.serialize_unit()
    }

    fn serialize_unit_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
    ) -> Result<(), EncodeError> {
        self.serialize_str(variant)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<(), EncodeError> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<(), EncodeError> {
        let mut entries = Entries::new(self.0, 0);
        entries.field(variant, value)?;
        entries.finish();
        Ok(())
    }

    fn serialize_seq(self, count: Option<usize>) -> Result<Items<'w>, EncodeError> {
        Ok(Items::new(self.0, count, 0))
    }

    fn serialize_tuple(self, count: usize) -> Result<Items<'w>, EncodeError> {
        self.serialize_seq(Some(count))
    }

    fn serialize_tuple_struct(
        self,
        _: &'static str,
        count: usize,
    ) -> Result<Items<'w>, EncodeError> {
        self.serialize_seq(Some(count))
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        count: usize,
    ) -> Result<Items<'w>, EncodeError> {
        self.0.begin_object();
        self.0.string(variant);
        Ok(Items::new(self.0, Some(count), 1))
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Entries<'w>, EncodeError> {
        Ok(Entries::new(self.0, 0))
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Entries<'w>, EncodeError> {
        Ok(Entries::new(self.0, 0))
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Entries<'w>, EncodeError> {
        self.0.begin_object();
        self.0.string(variant);
        Ok(Entries::new(self.0, 1))
    }
}

impl ser::SerializeSeq for Items<'_> {
    type Ok = ();
    type Error = EncodeError;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), EncodeError> {
        self.item(value)
    }

    fn end(self) -> Result<(), EncodeError> {
        self.finish()
    }
}

impl ser::SerializeTuple for Items<'_> {
    type Ok = ();
    type Error = EncodeError;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), EncodeError> {
        self.item(value)
    }

    fn end(self) -> Result<(), EncodeError> {
        self.finish()
    }
}

impl ser::SerializeTupleStruct for Items<'_> {
    type Ok = ();
    type Error = EncodeError;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), EncodeError> {
        self.item(value)
    }

    fn end(self) -> Result<(), EncodeError> {
        self.finish()
    }
}

impl ser::SerializeTupleVariant for Items<'_> {
    type Ok = ();
    type Error = EncodeError;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), EncodeError> {
        self.item(value)
    }

    fn end(self) -> Result<(), EncodeError> {
        self.finish()
    }
}

impl ser::SerializeMap for Entries<'_> {
    type Ok = ();
    type Error = EncodeError;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), EncodeError> {
        if key.serialize(KeySerializer(self.writer)).is_err() {
            // What was written so far is as good a map as it was an object.
            self.writer.retag(self.tag, tag::MAP);
            key.serialize(Serializer(self.writer))?;
        }
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), EncodeError> {
        value.serialize(Serializer(self.writer))
    }

    fn end(self) -> Result<(), EncodeError> {
        self.finish();
        Ok(())
    }
}

impl ser::SerializeStruct for Entries<'_> {
    type Ok = ();
    type Error = EncodeError;

    fn serialize_field<T: Serialize + ?Sized>(
        &mut self,
        key: &'static str,
        value: &T,
    ) -> Result<(), EncodeError> {
        self.field(key, value)
    }

    fn end(self) -> Result<(), EncodeError> {
        self.finish();
        Ok(())
    }
}

impl ser::SerializeStructVariant for Entries<'_> {
    type Ok = ();
    type Error = EncodeError;

    fn serialize_field<T: Serialize + ?Sized>(
        &mut self,
        key: &'static str,
        value: &T,
    ) -> Result<(), EncodeError> {
        self.field(key, value)
    }

    fn end(self) -> Result<(), EncodeError> {
        self.finish();
        Ok(())
    }
}
