//! The parts of the engine that the codec needs and `rquickjs` does not provide. Nothing else in
//! `value` is unsafe.

mod contents;
mod properties;
mod values;

pub(super) use contents::{
    lossy, new_buffer, new_string, new_view, view_kind, with_buffer, with_utf8, write_string,
};
pub(super) use properties::{
    Keys, array_length, define, define_disposer, define_item, has_own, own_disposer, own_named,
};
pub(super) use values::{
    Kind, address, attach_codec, attached_codec, class, kind, new_array, new_date, new_error,
    new_object, prototype,
};
