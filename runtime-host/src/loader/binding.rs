//! The right to load workers.

use std::sync::Arc;

use crate::engine::Engine;
use crate::engine::log::LogSink;
use crate::limits::Limits;
use crate::rpc::stub::Stub;
use crate::rpc::target::Target;

/// The right to load workers, as it travels between sandboxes. A sandbox that is given it
/// holds a [`LocalLoader`](super::local::LocalLoader), so that the workers belong to the
/// sandbox that loads them.
#[derive(Clone)]
pub(crate) struct LoaderBinding {
    pub(super) engine: Engine,
    /// The limits that no worker loaded by this right may exceed.
    pub(super) ceiling: Limits,
    pub(super) log_sink: Option<LogSink>,
    /// The id of the loader. Within one sandbox, loaders with the same id share their cache.
    pub(super) id: Option<String>,
}

impl LoaderBinding {
    pub(super) fn stub(self) -> Stub {
        Stub::to(Target::Right(Arc::new(self)))
    }
}
