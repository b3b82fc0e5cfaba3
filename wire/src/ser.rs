//! Serialization of Rust values.

use serde::ser::{self, Serialize};

use crate::embed;
use crate::error::EncodeError;
use crate::output::Output;
use crate::value::Value;
use crate::view::{Buffer, View, ViewKind};

use self::compound::{Entries, Items};

mod compound;
mod key;

pub(crate) fn to_value<T: Serialize + ?Sized>(value: &T) -> Result<Value, EncodeError> {
    let mut output = Output::new();
    value.serialize(Serializer(&mut output))?;
    Ok(output.finish())
}

struct Serializer<'w>(&'w mut Output);

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
        self.0.writer.boolean(value);
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
        self.0.writer.int(value);
        Ok(())
    }

    fn serialize_i128(self, value: i128) -> Result<(), EncodeError> {
        match i64::try_from(value) {
            Ok(value) => self.0.writer.int(value),
            Err(_) => self.0.writer.big_int_of(value < 0, value.unsigned_abs()),
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
            Ok(value) => self.0.writer.int(value),
            Err(_) => self.0.writer.big_int_of(false, value),
        }
        Ok(())
    }

    fn serialize_f32(self, value: f32) -> Result<(), EncodeError> {
        self.serialize_f64(value.into())
    }

    fn serialize_f64(self, value: f64) -> Result<(), EncodeError> {
        self.0.writer.float(value);
        Ok(())
    }

    fn serialize_char(self, value: char) -> Result<(), EncodeError> {
        self.0.writer.string(value.encode_utf8(&mut [0; 4]));
        Ok(())
    }

    fn serialize_str(self, value: &str) -> Result<(), EncodeError> {
        self.0.writer.string(value);
        Ok(())
    }

    fn serialize_bytes(self, value: &[u8]) -> Result<(), EncodeError> {
        self.0.writer.view(View {
            kind: ViewKind::Uint8,
            buffer: Buffer::Inline(value),
            byte_offset: 0,
            length: value.len(),
        });
        Ok(())
    }

    fn serialize_none(self) -> Result<(), EncodeError> {
        self.0.writer.null();
        Ok(())
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), EncodeError> {
        value.serialize(self)
    }

    /// Inside a container a unit is most often the null of a `serde_json::Value`. As a whole value
    /// it is the result of a function that returns nothing.
    fn serialize_unit(self) -> Result<(), EncodeError> {
        if self.0.writer.is_empty() {
            self.0.writer.undefined();
        } else {
            self.0.writer.null();
        }
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
        name: &'static str,
        value: &T,
    ) -> Result<(), EncodeError> {
        if name == embed::WRITTEN {
            return embed::lend(self.0, |scratch| value.serialize(Serializer(scratch)));
        }
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
        self.0.writer.begin_object();
        self.0.writer.string(variant);
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
        self.0.writer.begin_object();
        self.0.writer.string(variant);
        Ok(Entries::new(self.0, 1))
    }
}
