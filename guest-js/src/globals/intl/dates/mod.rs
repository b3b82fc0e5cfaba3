//! `Intl.DateTimeFormat`, and the local time of `Date`.

mod calendar;
pub mod zone;

use std::rc::Rc;

use rquickjs::{Object, Result};

use crate::state::State;

pub fn install<'js>(native: &Object<'js>, state: &Rc<State>) -> Result<()> {
    calendar::install(native)?;
    zone::install(native, state)
}
