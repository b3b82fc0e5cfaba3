//! The resources that are left in the host after a run, for tests.

use std::sync::Arc;
use std::time::Duration;

use isolet::{Engine, Error, Report, Value};
use serde::Serialize;

/// The maximum time to wait. A host that has released everything needs much less.
const PATIENCE: Duration = Duration::from_secs(10);

/// The resources of the engine after everything was dropped.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Host {
    sandboxes: u64,
    slots: u64,
    bytes: u64,
    worst_poll_millis: u64,
}

/// Removes the stubs from a report, because they would keep their sandboxes alive.
pub(crate) fn without_stubs(mut report: Report) -> Report {
    let nothing = |value: Value| value.map_capabilities(|_| Arc::new(()));
    match &mut report.result {
        Ok(value) => *value = nothing(std::mem::take(value)),
        Err(Error::Exception(exception) | Error::Load(exception)) => {
            *exception.value = nothing(std::mem::take(&mut *exception.value));
        }
        Err(_) => {}
    }
    for line in &mut report.logs {
        line.arguments = None;
    }
    report
}

/// Waits until nothing is left, for at most [`PATIENCE`].
pub(crate) async fn settled(engine: &Engine) -> Host {
    let empty = async {
        loop {
            let stats = engine.stats();
            if (stats.sandboxes, stats.slots, stats.bytes) == (0, 0, 0) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    // The record reports what is left by then.
    let _ = tokio::time::timeout(PATIENCE, empty).await;
    let stats = engine.stats();
    Host {
        sandboxes: stats.sandboxes,
        slots: stats.slots,
        bytes: stats.bytes,
        worst_poll_millis: u64::try_from(stats.worst_poll.as_millis()).unwrap_or(u64::MAX),
    }
}
