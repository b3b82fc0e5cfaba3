//! `crypto` and `Math.random`, based on the sandbox's own random generator.

mod subtle;

use std::fmt::Write;
use std::rc::Rc;

use rquickjs::{Ctx, Exception, Function, Object, Result, Value};

use super::raw;
use crate::state::State;

/// The maximum number of bytes that one call may ask for.
const QUOTA: usize = 65_536;

pub fn install<'js>(native: &Object<'js>, state: &Rc<State>) -> Result<()> {
    subtle::install(native, state)?;
    let ctx = native.ctx().clone();
    let source = Rc::clone(state);
    let unit = move || source.random_unit();
    native.set("randomUnit", Function::new(ctx.clone(), unit)?)?;

    let source = Rc::clone(state);
    let randomize = move |ctx: Ctx<'js>, array: Value<'js>| randomize(&ctx, &source, &array);
    native.set("randomize", Function::new(ctx.clone(), randomize)?)?;

    let source = Rc::clone(state);
    let uuid = move || {
        let mut bytes = [0; 16];
        source.random_bytes(&mut bytes);
        // Version 4, variant 1.
        bytes[6] = bytes[6] & 0x0F | 0x40;
        bytes[8] = bytes[8] & 0x3F | 0x80;
        let mut text = String::with_capacity(36);
        for (index, byte) in bytes.iter().enumerate() {
            if matches!(index, 4 | 6 | 8 | 10) {
                text.push('-');
            }
            // Writing to a string does not fail.
            let _ = write!(text, "{byte:02x}");
        }
        text
    };
    native.set("randomUuid", Function::new(ctx.clone(), uuid)?)?;

    let origin = Rc::clone(state);
    native.set("timeOrigin", Function::new(ctx, move || origin.time_origin.get())?)
}

/// Fills an array of integers if its length in bytes is within the quota. Returns that length,
/// or -1 for any other value.
fn randomize<'js>(ctx: &Ctx<'js>, state: &State, array: &Value<'js>) -> Result<i64> {
    let integers = array.as_object().filter(|object| {
        let class = raw::class_name(object);
        class.ends_with("Array") && class != "Array" && !class.starts_with("Float")
    });
    let Some(integers) = integers else { return Ok(-1) };
    if raw::is_immutable(integers) {
        return Err(Exception::throw_type(ctx, "The array is immutable."));
    }
    let filled = raw::with_bytes(integers, |bytes| {
        if bytes.len() <= QUOTA {
            state.random_bytes(bytes);
        }
        bytes.len()
    });
    Ok(i64::try_from(filled.unwrap_or(0)).unwrap_or(i64::MAX))
}
