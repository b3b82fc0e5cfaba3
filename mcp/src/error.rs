//! Errors of the server.

use std::io;

/// Result of an operation of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// The reason why the server does not start, or ends.
///
/// Text from outside is escaped and shortened. No message contains a header or a variable of the
/// environment.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The configuration is not what it should be.
    #[error("the configuration: {0}")]
    Config(String),
    /// No upstream server can be used. The message has a line for each.
    #[error("no MCP server can be used:\n{0}")]
    NoServers(String),
    /// A limit of programs is not valid.
    #[error("{0}")]
    Limits(isolet::Error),
    /// The tools cannot be offered to programs.
    #[error("the tools: {0}")]
    Tools(String),
    /// The client and the server do not agree on how to begin.
    #[error("the connection does not begin: {0}")]
    Handshake(String),
    /// The socket for decisions about calls cannot be made.
    #[error("the socket for approvals: {0}")]
    Control(io::Error),
    /// The listener fails.
    #[error("the listener: {0}")]
    Listen(#[from] io::Error),
}
