//! Messages and capabilities inside types that serde serializes and deserializes.
//!
//! Serde has no representation for either, so they travel as a newtype struct with a name that
//! only this crate's serializer and deserializer know. The contents go through a thread-local
//! slot. The format always fills the slot, immediately around the one call in which the type
//! empties it. A type that meets another format finds the slot empty and fails. Whatever a call
//! leaves behind, by an error or a panic, is gone when the call ends.

use std::cell::Cell;
use std::fmt;
use std::thread::LocalKey;

use serde::de::value::UnitDeserializer;
use serde::de::{self, Deserialize, Deserializer, Visitor};
use serde::ser::{self, Serialize, Serializer};

use crate::capability::Attachment;
use crate::error::{DecodeError, EncodeError};
use crate::output::Output;
use crate::value::Value;

/// The name of the newtype struct that is written.
pub(crate) const WRITTEN: &str = "$isolet::Written";
/// The name of the newtype struct that reads any value.
pub(crate) const VALUE: &str = "$isolet::Value";
/// The name of the newtype struct that reads a capability.
pub(crate) const CAPABILITY: &str = "$isolet::Capability";

const FOREIGN_SERIALIZER: &str = "an isolet value can only be written into an isolet message, \
     and not through a type that serde flattens or tags internally";
const FOREIGN_DESERIALIZER: &str = "an isolet value can only be read from an isolet message, \
     and not through a type that serde flattens, tags internally or leaves untagged";

struct Lent {
    output: Output,
    written: bool,
}

thread_local! {
    static LENT: Cell<Option<Lent>> = const { Cell::new(None) };
    static HANDED: Cell<Option<Value>> = const { Cell::new(None) };
}

/// Runs `inside` with `item` in the slot, and returns what is left in the slot.
fn hand<T, R>(
    slot: &'static LocalKey<Cell<Option<T>>>,
    item: T,
    inside: impl FnOnce() -> R,
) -> (R, Option<T>) {
    struct Restore<T: 'static>(&'static LocalKey<Cell<Option<T>>>, Option<T>);
    impl<T> Drop for Restore<T> {
        fn drop(&mut self) {
            self.0.set(self.1.take());
        }
    }
    let restore = Restore(slot, slot.replace(Some(item)));
    let result = inside();
    (result, restore.0.take())
}

/// The item that is written in place of its newtype struct.
#[derive(Clone, Copy)]
pub(crate) enum Item<'a> {
    Value(&'a Value),
    Capability(&'a Attachment),
}

/// Begins to write an item. Called by the type.
pub(crate) fn write<S: Serializer>(item: Item<'_>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_newtype_struct(WRITTEN, &item)
}

impl Serialize for Item<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match LENT.take() {
            Some(Lent { mut output, written: false }) => {
                match *self {
                    Self::Value(value) => output.value(value),
                    Self::Capability(capability) => output.capability(capability.clone()),
                }
                LENT.set(Some(Lent { output, written: true }));
                // Goes to the scratch output of `lend`, because nothing else creates an `Ok`.
                serializer.serialize_unit()
            }
            other => {
                LENT.set(other);
                Err(ser::Error::custom(FOREIGN_SERIALIZER))
            }
        }
    }
}

/// Writes an item. Called by the format. Lends the output to what `inside` serializes, which
/// gets a scratch output for itself.
pub(crate) fn lend(
    output: &mut Output,
    inside: impl FnOnce(&mut Output) -> Result<(), EncodeError>,
) -> Result<(), EncodeError> {
    let lent = Lent { output: std::mem::replace(output, Output::vacant()), written: false };
    let (result, returned) = hand(&LENT, lent, || inside(output));
    let foreign = || ser::Error::custom(FOREIGN_SERIALIZER);
    let Lent { output: grown, written } = returned.ok_or_else(foreign)?;
    *output = grown;
    result?;
    if written { Ok(()) } else { Err(foreign()) }
}

/// Passes a value to the type that asked for it. Called by the format.
pub(crate) fn give<'de, V: Visitor<'de>>(
    value: Value,
    visitor: V,
) -> Result<V::Value, DecodeError> {
    let unit = UnitDeserializer::new();
    hand(&HANDED, value, || visitor.visit_newtype_struct(unit)).0
}

struct Taker(&'static str);

impl<'de> Visitor<'de> for Taker {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} of an isolet message", self.0)
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, _: D) -> Result<Value, D::Error> {
        HANDED.take().ok_or_else(|| de::Error::custom(FOREIGN_DESERIALIZER))
    }
}

/// Reads a capability. Called by the type.
pub(crate) fn read_capability<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Attachment, D::Error> {
    let value = deserializer.deserialize_newtype_struct(CAPABILITY, Taker("a capability"))?;
    let (_, mut capabilities) = value.into_parts();
    capabilities.pop().ok_or_else(|| de::Error::custom("expected a capability"))
}

/// Only serializes into a message, see [`Value::from_serialize`].
impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        write(Item::Value(self), serializer)
    }
}

/// Only deserializes from a message, see [`Value::to`].
impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_newtype_struct(VALUE, Taker("a value"))
    }
}
