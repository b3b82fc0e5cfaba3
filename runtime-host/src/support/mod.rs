//! Helpers that all other layers use.

pub(crate) mod backend;
pub(crate) mod config;
pub(crate) mod freed_memory;
pub(crate) mod iterative_drop;
pub(crate) mod polls;
#[cfg(any(feature = "cache", feature = "wasi"))]
pub(crate) mod sealed;
pub(crate) mod seed;
pub(crate) mod sync;
#[cfg_attr(not(feature = "tracing"), path = "no_trace.rs")]
pub(crate) mod trace;
