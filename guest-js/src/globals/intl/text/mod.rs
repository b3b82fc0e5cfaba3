//! `Intl.Collator`, `Intl.Segmenter` and the mapping of case that depends on a locale.

mod case;
mod collation;
mod collation_data;
mod segmentation;

use std::rc::Rc;

use rquickjs::{Object, Result};

use crate::state::State;

pub fn install(native: &Object<'_>, state: &Rc<State>) -> Result<()> {
    case::install(native)?;
    collation::install(native, state)?;
    segmentation::install(native)
}
