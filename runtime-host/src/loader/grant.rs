//! The right to load workers, as it travels.

use crate::engine::Engine;
use crate::limits::Limits;
use crate::log::LogSink;

/// The right to load workers. It does nothing by itself: a sandbox that is handed
/// it holds a [`LocalLoader`](super::LocalLoader), so that what is loaded belongs to
/// whoever loads it, however the right got there.
pub(crate) struct Grant {
    pub(super) engine: Engine,
    /// What no worker may exceed that is loaded by this right.
    pub(super) ceiling: Limits,
    pub(super) log_sink: Option<LogSink>,
    /// Loaders of one id share what they keep, in each sandbox.
    pub(super) id: Option<String>,
}

impl Grant {
    pub(crate) fn new(
        engine: &Engine,
        ceiling: &Limits,
        log_sink: Option<LogSink>,
        id: Option<String>,
    ) -> Self {
        Self { engine: engine.clone(), ceiling: ceiling.clone(), log_sink, id }
    }
}
