//! Records of requests.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use super::body::Sent;

/// The record of one request, made once: when it was refused, when it failed, or when the body
/// of its response has ended, was cancelled or failed.
///
/// The method and the URL are what the worker asked for, so they may hold any characters: escape
/// them where they are shown. A record never holds a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct NetworkRecord {
    /// The label of the network: [`Network::label`](super::Network::label).
    pub label: String,
    /// The method.
    pub method: String,
    /// The URL without user, query and fragment, at most 2 KiB of it. Empty if it was not one.
    pub url: String,
    /// The address of the connection, or the one that was refused. `None` if there was none.
    pub address: Option<SocketAddr>,
    /// The name of the rule that admitted the request.
    pub rule: Option<String>,
    /// The outcome of the request.
    pub outcome: NetworkOutcome,
    /// Why it was refused or failed.
    pub reason: Option<String>,
    /// The bytes of the body that were sent, or handed over for it.
    pub request_bytes: u64,
    /// The bytes of the response's body, after decompression.
    pub response_bytes: u64,
    /// The status of the response.
    pub status: Option<u16>,
    /// When it began.
    pub started: SystemTime,
    /// The time from its beginning to the record.
    pub duration: Duration,
    /// The names of the secrets that were sent, in the order of the alphabet. Those that may be
    /// in the body are listed whether they were in it or not.
    pub secrets: Vec<String>,
    /// The names of the secrets whose placeholders were in the request and that were not sent.
    pub withheld: Vec<String>,
}

/// The outcome of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum NetworkOutcome {
    /// The response was read to its end, or has no body.
    Completed,
    /// The worker cancelled it, dropped the response or ended before its end.
    Cancelled,
    /// The policy refused it. Nothing was sent.
    Refused,
    /// It got no response, or its response broke off or exceeded a limit.
    Failed,
}

impl NetworkOutcome {
    /// Returns its word for records: `completed`, `cancelled`, `refused` or `failed`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Completed => "completed",
            Self::Cancelled => "cancelled",
            Self::Refused => "refused",
            Self::Failed => "failed",
        }
    }
}

/// Receives the record of every request. Closures implement it.
pub trait NetworkAudit: Send + Sync + 'static {
    /// Takes a record. It is called on the tasks that drive sandboxes and must not block.
    fn record(&self, record: &NetworkRecord);
}

impl<F: Fn(&NetworkRecord) + Send + Sync + 'static> NetworkAudit for F {
    fn record(&self, record: &NetworkRecord) {
        self(record);
    }
}

/// The record of a request under way. It is told once, at the latest when it is dropped, which
/// means that the request was cancelled.
pub(super) struct Recording {
    audit: Option<Arc<dyn NetworkAudit>>,
    pub(super) record: NetworkRecord,
    pub(super) sent: Arc<Sent>,
    began: Instant,
    told: bool,
}

impl Recording {
    pub(super) fn new(audit: Option<Arc<dyn NetworkAudit>>, label: &str) -> Self {
        let record = NetworkRecord {
            label: label.to_owned(),
            method: String::new(),
            url: String::new(),
            address: None,
            rule: None,
            outcome: NetworkOutcome::Cancelled,
            reason: None,
            request_bytes: 0,
            response_bytes: 0,
            status: None,
            started: SystemTime::now(),
            duration: Duration::ZERO,
            secrets: Vec::new(),
            withheld: Vec::new(),
        };
        Self { audit, record, sent: Arc::default(), began: Instant::now(), told: false }
    }

    /// Tells the record. Later calls do nothing.
    pub(super) fn tell(&mut self, outcome: NetworkOutcome, reason: Option<String>) {
        if std::mem::replace(&mut self.told, true) {
            return;
        }
        self.record.outcome = outcome;
        self.record.reason = reason;
        self.record.request_bytes = self.sent.bytes();
        self.record.duration = self.began.elapsed();
        if let Some(audit) = &self.audit {
            audit.record(&self.record);
        }
        event(&self.record);
    }
}

impl Drop for Recording {
    fn drop(&mut self) {
        self.tell(NetworkOutcome::Cancelled, None);
    }
}

#[cfg(feature = "tracing")]
fn event(record: &NetworkRecord) {
    // Texts are quoted, because they are the guest's.
    tracing::info!(
        target: "isolet::net",
        label = ?record.label,
        method = ?record.method,
        url = ?record.url,
        address = ?record.address,
        rule = ?record.rule,
        outcome = record.outcome.name(),
        reason = ?record.reason,
        status = record.status,
        request_bytes = record.request_bytes,
        response_bytes = record.response_bytes,
        duration = ?record.duration,
        secrets = ?record.secrets,
        withheld = ?record.withheld,
    );
}

#[cfg(not(feature = "tracing"))]
fn event(_: &NetworkRecord) {}
