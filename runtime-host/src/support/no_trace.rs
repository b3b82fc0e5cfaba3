//! The replacement of `trace` without the feature `tracing`.

use std::fmt::Display;

#[derive(Clone)]
pub(crate) struct Span;

impl Span {
    pub(crate) fn none() -> Self {
        Self
    }

    pub(crate) fn invocation(_: &str, _: Option<&str>, _: &str, _: &[String]) -> Self {
        Self
    }

    pub(crate) fn record(&self, _: &str, _: u64, _: u64, _: u64) {}

    pub(crate) fn line(&self, _: impl Display, _: &str) {}
}

pub(crate) fn is_enabled() -> bool {
    false
}

#[cfg(feature = "cache")]
pub(crate) fn image_not_kept(_: &dyn Display) {}

pub(crate) fn event_lost(_: &str) {}
