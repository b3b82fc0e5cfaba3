//! The arguments of one console call as data, for those who watch the worker.

use rquickjs::{Array, Ctx, Object, Result, Value};

use super::format;
use crate::state::State;
use crate::value::{self, StubHook};

/// The maximum size of all arguments in bytes. Beyond it the log line has only its text.
const MAX_DATA: usize = 1 << 16;

/// A hook that takes nothing as a capability.
struct Nothing;

impl<'js> StubHook<'js> for Nothing {
    fn capability(&mut self, _: &Ctx<'js>, _: &Value<'js>) -> Result<Option<u32>> {
        Ok(None)
    }
}

/// Encodes the arguments. A value that cannot be cloned is replaced by its text. `None` if the
/// data is too large.
pub fn encode<'js>(ctx: &Ctx<'js>, helpers: &Object<'js>, data: &Array<'js>) -> Option<Vec<u8>> {
    let cloned = clone(ctx, data.as_value()).or_else(|| one_by_one(ctx, helpers, data));
    cloned.filter(|cloned| cloned.len() <= MAX_DATA)
}

/// Encodes what was thrown, as an array of one. `None` if nobody watches, or if it cannot be
/// cloned or is too large.
pub fn thrown<'js>(ctx: &Ctx<'js>, state: &State, thrown: &Value<'js>) -> Option<Vec<u8>> {
    if !state.watched.get() {
        return None;
    }
    let list = Array::new(ctx.clone()).ok()?;
    list.set(0, thrown.clone()).ok()?;
    clone(ctx, list.as_value()).filter(|cloned| cloned.len() <= MAX_DATA)
}

fn one_by_one<'js>(ctx: &Ctx<'js>, helpers: &Object<'js>, data: &Array<'js>) -> Option<Vec<u8>> {
    let known = Array::new(ctx.clone()).ok()?;
    for index in 0..data.len() {
        let value: Value<'js> = data.get(index).ok()?;
        match clone(ctx, &value) {
            Some(_) => known.set(index, value),
            None => known.set(index, format::plain(ctx, helpers, &value)),
        }
        .ok()?;
    }
    clone(ctx, known.as_value())
}

fn clone<'js>(ctx: &Ctx<'js>, value: &Value<'js>) -> Option<Vec<u8>> {
    let cloned = value::encode(ctx, value.clone(), &mut Nothing);
    // An exception that a getter throws is discarded.
    cloned.inspect_err(|_| drop(ctx.catch())).ok()
}
