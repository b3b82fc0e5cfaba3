//! Errors of making a network.

/// The error for a policy from which no [`Network`](super::Network) can be made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NetworkError {
    /// A rule cannot be used.
    #[error("the rule {rule} of the network policy: {problem}")]
    Rule {
        /// The name of the rule.
        rule: String,
        /// The reason.
        problem: &'static str,
    },
    /// A secret cannot be used. The error does not show its value.
    #[error("the secret {name:?} of the network policy: {problem}")]
    Secret {
        /// The name of the secret.
        name: String,
        /// The reason.
        problem: &'static str,
    },
    /// There are more than [`Secret::MAX_SECRETS`](super::Secret::MAX_SECRETS) secrets.
    #[error("the network policy has more than 64 secrets")]
    TooManySecrets,
    /// Text that should hold certificates in PEM holds none, or a broken one.
    #[error("the root certificates: {0}")]
    Certificate(String),
}
