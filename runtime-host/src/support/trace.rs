//! The spans and events that subscribers of `tracing` receive.

use std::fmt::Display;

use tracing::Level;
use tracing::field::Empty;

/// The span of an invocation.
#[derive(Clone)]
pub(crate) struct Span(tracing::Span);

impl Span {
    /// Returns a span that nobody sees.
    pub(crate) fn none() -> Self {
        Self(tracing::Span::none())
    }

    /// Begins the span of an invocation.
    pub(crate) fn invocation(
        worker: &str,
        compatibility_date: Option<&str>,
        entrypoint: &str,
        method: &[String],
    ) -> Self {
        // Texts are quoted, because they are the guest's.
        Self(tracing::info_span!(
            target: "isolet",
            "isolet.invocation",
            worker = ?worker,
            compatibility_date,
            entrypoint = ?entrypoint,
            method = ?method,
            outcome = Empty,
            fuel = Empty,
            turns = Empty,
            capability_calls = Empty,
        ))
    }

    /// Records how the invocation ended and what it used.
    pub(crate) fn record(&self, outcome: &str, fuel: u64, turns: u64, capability_calls: u64) {
        self.0.record("outcome", outcome);
        self.0.record("fuel", fuel);
        self.0.record("turns", turns);
        self.0.record("capability_calls", capability_calls);
    }

    /// Reports a log line of the invocation.
    pub(crate) fn line(&self, level: impl Display, text: &str) {
        tracing::info!(target: "isolet::console", parent: &self.0, level = %level, text = ?text);
    }
}

/// Returns true if a subscriber wants the spans of invocations.
pub(crate) fn is_enabled() -> bool {
    tracing::enabled!(target: "isolet", Level::INFO)
}

/// Reports that an app image cannot be kept on disk.
#[cfg(feature = "cache")]
pub(crate) fn image_not_kept(error: &dyn Display) {
    tracing::warn!(target: "isolet", error = %error, "an app image cannot be kept on disk");
}

/// Reports that a tail of the worker misses an event.
pub(crate) fn event_lost(worker: &str) {
    tracing::warn!(target: "isolet", worker = ?worker, "a tail is too slow: an event is lost");
}
