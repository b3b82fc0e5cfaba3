//! Helpers that all other layers use.

pub(crate) mod config;
pub(crate) mod iterative_drop;
pub(crate) mod polls;
pub(crate) mod seed;
pub(crate) mod sync;
