//! The sender of a request.

use http::header::AUTHORIZATION;
use rmcp::RoleServer;
use rmcp::model::ProtocolVersion;
use rmcp::service::RequestContext;
use sha2::{Digest as _, Sha256};

use crate::progress::Target;
use crate::question::Abilities;

/// The sender of a request, as far as the server can tell: a connection, or whoever has a credential.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Caller {
    /// The number of the connection, or of the address that is served over HTTP.
    endpoint: u64,
    /// The digest of the header `Authorization`, if there is one.
    credential: Option<[u8; 32]>,
}

impl Caller {
    pub(super) fn of(endpoint: u64, context: &RequestContext<RoleServer>) -> Self {
        let parts = context.extensions.get::<http::request::Parts>();
        let header = parts.and_then(|parts| parts.headers.get(AUTHORIZATION));
        let credential = header.map(|header| Sha256::digest(header.as_bytes()).into());
        Self { endpoint, credential }
    }
}

/// Returns what the client of a request can be asked, and true if the server may send it requests, as in
/// the protocol of 2025.
pub(super) fn abilities(context: &RequestContext<RoleServer>) -> (Abilities, bool) {
    let version = context.protocol_version();
    let takes_requests = version.as_ref().is_some_and(ProtocolVersion::has_initialize);
    let capabilities = context.client_capabilities().unwrap_or_default();
    (Abilities::of(&capabilities, takes_requests), takes_requests)
}

/// Returns whom to tell the progress of a request, if its sender wants to know.
pub(super) fn progress(context: &RequestContext<RoleServer>) -> Option<Target> {
    Some((context.peer.clone(), context.meta.get_progress_token()?))
}
