//! The figures of `/metrics`.

use std::time::Duration;

use http::StatusCode;
use isolet::{Engine, WebSockets};
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};

/// The upper bounds of the histogram, in seconds.
const BUCKETS: [f64; 14] =
    [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0, 30.0];

/// A label with one of a fixed set of values. None is the guest's or a client's.
type Label = [(&'static str, &'static str); 1];

pub(crate) struct Metrics {
    registry: Registry,
    requests: Family<Label, Counter>,
    refused: Family<Label, Counter>,
    duration: Histogram,
    sandboxes: Gauge,
    web_sockets: Gauge,
    pub(crate) in_flight: Gauge,
    pub(crate) connections: Gauge,
    pub(crate) accepted: Counter,
    pub(crate) reloads: Counter,
    pub(crate) failed_reloads: Counter,
}

impl Metrics {
    pub(crate) fn new() -> Self {
        let mut registry = Registry::with_prefix("isolet");
        let metrics = Self {
            requests: Family::default(),
            refused: Family::default(),
            duration: Histogram::new(BUCKETS),
            sandboxes: Gauge::default(),
            web_sockets: Gauge::default(),
            in_flight: Gauge::default(),
            connections: Gauge::default(),
            accepted: Counter::default(),
            reloads: Counter::default(),
            failed_reloads: Counter::default(),
            registry: Registry::default(),
        };
        registry.register(
            "requests",
            "Requests whose response has ended, by the class of its status",
            metrics.requests.clone(),
        );
        registry.register(
            "refused",
            "Requests and connections that the worker did not answer, by reason",
            metrics.refused.clone(),
        );
        registry.register_with_unit(
            "request_duration",
            "Time from the head of a request to the end of its response",
            Unit::Seconds,
            metrics.duration.clone(),
        );
        registry.register("sandboxes", "Sandboxes alive", metrics.sandboxes.clone());
        registry.register("web_sockets", "WebSockets open", metrics.web_sockets.clone());
        registry.register(
            "requests_in_flight",
            "Requests whose response has not ended",
            metrics.in_flight.clone(),
        );
        registry.register("connections", "Connections open", metrics.connections.clone());
        registry.register(
            "connections_accepted",
            "Connections accepted since the start",
            metrics.accepted.clone(),
        );
        registry.register("reloads", "Changed programs served", metrics.reloads.clone());
        registry.register(
            "failed_reloads",
            "Changed programs that did not load",
            metrics.failed_reloads.clone(),
        );
        Self { registry, ..metrics }
    }

    /// Counts a response that has ended.
    pub(crate) fn answered(&self, status: StatusCode, time: Duration) {
        let class = match status.as_u16() / 100 {
            1 => "1xx",
            2 => "2xx",
            3 => "3xx",
            4 => "4xx",
            _ => "5xx",
        };
        self.requests.get_or_create(&[("status", class)]).inc();
        self.duration.observe(time.as_secs_f64());
    }

    /// Counts what the worker did not answer.
    pub(crate) fn refused(&self, reason: &'static str) {
        self.refused.get_or_create(&[("reason", reason)]).inc();
    }

    /// Returns all metrics in the text format.
    pub(crate) fn text(&self, engine: &Engine, sockets: &WebSockets) -> String {
        self.web_sockets.set(i64::try_from(sockets.count()).unwrap_or(i64::MAX));
        self.sandboxes.set(i64::try_from(engine.stats().sandboxes).unwrap_or(i64::MAX));
        let mut text = String::new();
        // Writing to a `String` does not fail.
        let _ = encode(&mut text, &self.registry);
        text
    }
}
