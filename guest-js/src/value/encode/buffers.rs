//! Views of buffers. A buffer is written once, with the first view of it.

use isolet_wire::{Buffer, View, ViewKind};
use rquickjs::{Ctx, Result, Value};

use super::Encoder;
use crate::value::codec::{Class, Codec, Intrinsic};
use crate::value::{raw, refuse};

impl<'js> Encoder<'_, 'js> {
    pub(super) fn view(
        &mut self,
        codec: &Codec<'js>,
        value: Value<'js>,
        kind: ViewKind,
    ) -> Result<()> {
        let [buffer, byte_offset, length] = match kind {
            ViewKind::DataView => [
                Intrinsic::DataViewBuffer,
                Intrinsic::DataViewByteOffset,
                Intrinsic::DataViewByteLength,
            ],
            _ => [Intrinsic::ViewBuffer, Intrinsic::ViewByteOffset, Intrinsic::ViewLength],
        };
        let buffer: Value<'js> = codec.ask(buffer, &value)?;
        if codec.class(&buffer) != Class::ArrayBuffer {
            return Err(self.refused("SharedArrayBuffer"));
        }
        if raw::with_buffer(self.ctx, &buffer, |bytes| bytes.is_none()) {
            return Err(detached(self.ctx));
        }
        // If the buffer has shrunk below them, the getters of a typed array return 0 and those
        // of a data view throw.
        let byte_offset = codec.ask::<f64>(byte_offset, &value)?;
        let length = codec.ask::<f64>(length, &value)?;
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "lengths")]
        let (byte_offset, length) = (byte_offset as usize, length as usize);
        self.seen.add(value);
        let seen = self.seen.find(&buffer);
        let end = length.saturating_mul(kind.element_size()).saturating_add(byte_offset);
        if seen.and_then(|index| self.buffers.get(&index)).is_some_and(|&written| written < end) {
            return Err(refuse(self.ctx, "An ArrayBuffer grew while it was cloned."));
        }
        let Self { ctx, writer, .. } = self;
        let written = raw::with_buffer(ctx, &buffer, |bytes| {
            let bytes = bytes.unwrap_or_default();
            let buffer = seen.map_or(Buffer::Inline(bytes), Buffer::Ref);
            writer.view(View { kind, buffer, byte_offset, length });
            bytes.len()
        });
        if seen.is_none() {
            let index = self.seen.add(buffer);
            self.buffers.insert(index, written);
        }
        Ok(())
    }
}

pub(super) fn detached(ctx: &Ctx<'_>) -> rquickjs::Error {
    refuse(ctx, "An ArrayBuffer is detached and could not be cloned.")
}
