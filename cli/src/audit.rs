//! What is left in the host when a run is over, for tests.

use std::sync::Arc;
use std::time::Duration;

use isolet::{Engine, Error, Report, Value};
use serde::Serialize;

/// A host that has let go of everything does so in much less.
const PATIENCE: Duration = Duration::from_secs(10);

/// What the engine has when everything was dropped.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Host {
    sandboxes: u64,
    slots: u64,
    bytes: u64,
    worst_poll_millis: u64,
}

/// The report without the stubs in it, which would keep their sandboxes alive.
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

/// Waits until nothing is left, though not for ever.
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
    // What is left by then is what the record tells of.
    let _ = tokio::time::timeout(PATIENCE, empty).await;
    let stats = engine.stats();
    Host {
        sandboxes: stats.sandboxes,
        slots: stats.slots,
        bytes: stats.bytes,
        worst_poll_millis: u64::try_from(stats.worst_poll.as_millis()).unwrap_or(u64::MAX),
    }
}
