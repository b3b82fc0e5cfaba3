//! What every other layer stands on.

pub(crate) mod config;
pub(crate) mod iterative_drop;
pub(crate) mod polls;
pub(crate) mod seed;
pub(crate) mod sync;
