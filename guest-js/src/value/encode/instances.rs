//! Instances of classes of the platform.

use rquickjs::{Result, Value};

use super::{Encoder, Frame};
use crate::value::raw::{self, Kind};
use crate::value::{HEADERS, Instance, fields_of};

impl<'js> Encoder<'_, 'js> {
    pub(super) fn instance(
        &mut self,
        Instance { interface, fields }: Instance<'js>,
        value: Value<'js>,
    ) -> Result<()> {
        self.writer.begin_interface(interface);
        self.seen.add(value);
        let mut rest = fields_of(interface).iter().copied().zip(fields);
        // Most fields are no objects and need no frame.
        let object = loop {
            let Some((name, field)) = rest.next() else {
                self.writer.end();
                return Ok(());
            };
            if field.is_undefined() && name != HEADERS {
                continue;
            }
            self.writer.string(name);
            if name == HEADERS && self.packed_headers(&field)? {
                continue;
            }
            if raw::kind(&field) == Kind::Object {
                break field;
            }
            self.value(field)?;
        };
        // The end of the instance, which is written after its fields.
        self.frames.push(Frame::Items(Vec::new().into_iter()));
        let given: Vec<_> = rest.filter(|(_, field)| !field.is_undefined()).collect();
        self.frames.push(Frame::Fields(given.into_iter()));
        self.value(object)
    }

    /// Writes headers that are packed: undefined for none, or a string for a content-type alone.
    /// Returns false for any others.
    fn packed_headers(&mut self, headers: &Value<'js>) -> Result<bool> {
        match raw::kind(headers) {
            Kind::Undefined => self.list(0),
            Kind::String => {
                self.list(1);
                self.list(2);
                self.writer.string("content-type");
                raw::write_string(self.ctx, headers, &mut self.writer)?;
            }
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// Begins an array that is no object here, and that nothing refers to.
    fn list(&mut self, count: usize) {
        self.writer.begin_array(count);
        self.seen.add(Value::new_undefined(self.ctx.clone()));
    }
}
