//! Arrays, objects and maps that are being written.

use serde::ser::{self, Serialize};

use super::Serializer;
use super::key::KeySerializer;
use crate::error::EncodeError;
use crate::format::tag;
use crate::output::Output;

/// An array whose count may be unknown.
pub(crate) struct Items<'w> {
    output: &'w mut Output,
    /// The position of the count, if it was not known.
    uncounted: Option<usize>,
    /// The number of items that are missing or, if the count was not known, were written.
    count: usize,
    /// The number of ends that close the containers around it.
    ends: usize,
}

/// An object or map.
pub(crate) struct Entries<'w> {
    output: &'w mut Output,
    tag: usize,
    ends: usize,
}

impl<'w> Items<'w> {
    pub(super) fn new(output: &'w mut Output, count: Option<usize>, ends: usize) -> Self {
        let (uncounted, count) = match count {
            Some(count) => {
                output.writer.begin_array(count);
                (None, count)
            }
            None => (Some(output.writer.begin_uncounted()), 0),
        };
        Self { output, uncounted, count, ends }
    }

    fn item<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), EncodeError> {
        self.count = match self.uncounted {
            Some(_) => self.count + 1,
            None => self.count.checked_sub(1).ok_or_else(Self::miscounted)?,
        };
        value.serialize(Serializer(self.output))
    }

    pub(super) fn finish(self) -> Result<(), EncodeError> {
        match self.uncounted {
            Some(at) => self.output.writer.insert_count(at, self.count),
            None if self.count > 0 => return Err(Self::miscounted()),
            None => {}
        }
        for _ in 0..self.ends {
            self.output.writer.end();
        }
        Ok(())
    }

    fn miscounted() -> EncodeError {
        EncodeError("a sequence has another length than it said".to_owned())
    }
}

impl<'w> Entries<'w> {
    pub(super) fn new(output: &'w mut Output, ends: usize) -> Self {
        let tag = output.writer.len();
        output.writer.begin_object();
        Self { output, tag, ends }
    }

    pub(super) fn field<T: Serialize + ?Sized>(
        &mut self,
        key: &str,
        value: &T,
    ) -> Result<(), EncodeError> {
        self.output.writer.string(key);
        value.serialize(Serializer(self.output))
    }

    pub(super) fn finish(self) {
        for _ in 0..=self.ends {
            self.output.writer.end();
        }
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
        if key.serialize(KeySerializer(&mut self.output.writer)).is_err() {
            // The entries that were written so far are also valid in a map.
            self.output.writer.retag(self.tag, tag::MAP);
            key.serialize(Serializer(self.output))?;
        }
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), EncodeError> {
        value.serialize(Serializer(self.output))
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
