//! The right to load workers.

use std::sync::Arc;

use crate::engine::Engine;
use crate::engine::log::LogSink;
use crate::limits::Limits;
use crate::rpc::stub::Stub;
use crate::rpc::target::Target;

/// The right to load workers, as it travels. A sandbox that is handed it holds a
/// [`LocalLoader`](super::local::LocalLoader), so that what is loaded belongs to whoever loads it.
#[derive(Clone)]
pub(crate) struct LoaderBinding {
    pub(super) engine: Engine,
    /// What no worker may exceed that is loaded by this right.
    pub(super) ceiling: Limits,
    pub(super) log_sink: Option<LogSink>,
    /// Loaders of one id share what they keep, in each sandbox.
    pub(super) id: Option<String>,
}

impl LoaderBinding {
    pub(super) fn stub(self) -> Stub {
        Stub::to(Target::Right(Arc::new(self)))
    }
}
