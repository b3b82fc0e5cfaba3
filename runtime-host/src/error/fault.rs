//! Errors on the side of the host: exhausted resources, and what should not happen.

use std::time::Duration;

use super::internal::InternalError;
use super::{Error, LimitError, LimitKind, Overload};

/// Returns the resource of the machine or the pool that has run out, if the error says
/// so.
pub(crate) fn overload(error: &wasmtime::Error) -> Option<Overload> {
    if error.downcast_ref::<wasmtime::PoolConcurrencyLimitError>().is_some() {
        return Some(Overload::Sandboxes);
    }
    let code = error.chain().find_map(|cause| {
        let errno = cause.downcast_ref::<rustix::io::Errno>().map(|errno| errno.raw_os_error());
        errno.or_else(|| cause.downcast_ref::<std::io::Error>()?.raw_os_error())
    })?;
    match rustix::io::Errno::from_raw_os_error(code) {
        rustix::io::Errno::MFILE | rustix::io::Errno::NFILE => Some(Overload::Descriptors),
        rustix::io::Errno::NOMEM | rustix::io::Errno::AGAIN => Some(Overload::Mappings),
        _ => None,
    }
}

/// Returns [`Error::Overloaded`] if a resource has run out, and [`Error::Internal`]
/// otherwise.
pub(crate) fn at_fault(error: wasmtime::Error) -> Error {
    overload(&error).map_or_else(|| internal(error), Error::from)
}

pub(crate) fn internal(error: impl Into<wasmtime::Error>) -> Error {
    Error::Internal(InternalError::new(error))
}

/// Returns [`Error::Internal`] with a text that says what is wrong.
pub(crate) fn defect(text: &'static str) -> Error {
    Error::Internal(InternalError::text(text))
}

/// Returns the error for a driver that ended without an answer.
pub(crate) fn lost() -> Error {
    defect("the sandbox's driver ended without an answer")
}

impl LimitError {
    /// Returns the error for a wall time limit that has passed.
    pub(crate) fn wall(limit: Duration, actual: Duration) -> Self {
        Self { kind: LimitKind::Wall, limit: millis(limit), actual: millis(actual) }
    }
}

pub(crate) fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

/// Returns the error for a sandbox whose numbers have run out. Numbers are never reused,
/// so the next call gets a new sandbox.
pub(crate) fn worn_out() -> Error {
    let limit = u64::from(u32::MAX);
    LimitError { kind: LimitKind::Numbers, limit, actual: limit + 1 }.into()
}

/// Returns the error for something that isolet's own guest never says.
pub(crate) fn lie(what: &str) -> Error {
    Error::Internal(InternalError::text(format!("the guest {what}")))
}
