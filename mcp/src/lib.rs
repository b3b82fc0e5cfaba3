//! An MCP server that offers the tools of other MCP servers to a model as one tool that runs a
//! program.
//!
//! A [`Server`] connects to the upstream servers of a [`Config`], and offers three tools: `run_code`,
//! `search_tools` and `describe_tool`. A program sees each upstream server as a global object and
//! each of its tools as an async method, and reaches nothing else.
//!
//! ```no_run
//! # async fn run() -> Result<(), Box<dyn std::error::Error>> {
//! use isolet::Engine;
//! use isolet_mcp::{Config, Options, Server};
//!
//! let config = r#"{"mcpServers": {
//!     "files": {"command": "npx", "args": ["-y", "@modelcontextprotocol/server-filesystem", "."]},
//!     "issues": {"url": "https://issues.example/mcp", "bearer": "${ISSUES_TOKEN}"}
//! }}"#;
//! let config = Config::parse(config, |name| std::env::var(name).ok())?;
//! let server = Server::start(&Engine::new()?, config, Options::default()).await?;
//! server.serve_stdio(std::future::pending()).await?;
//! server.close().await;
//! # Ok(())
//! # }
//! ```
//!
//! | | what it is | cost |
//! |---|---|---|
//! | [`Config`] | the upstream servers, in the usual `mcpServers` JSON | its text |
//! | [`Server`] | the connections and the tools; serves any number of clients | a connection or a process for each upstream server |
//! | [`Options`] | limits, approved definitions, and who is told of events | none |
//!
//! # Upstream servers
//!
//! Servers are asked in the way of the protocol of 2026-07-28, and in that of 2025-11-25 if they do
//! not know it. The value of a call is the structured content of the result, else its text, else a
//! list of its blocks as plain objects, such as `{type: "image", mimeType, data}`. A result that is
//! an error is thrown. A server that hangs, ends or sends too much ends that call alone; the next
//! call starts or connects to it again.
//!
//! Each definition of a tool is pinned by the SHA-256 digest of its canonical JSON. If it changes,
//! the calls of the tool fail until the change is approved, that is, until the server starts without
//! the old digest in [`Options::pins`]. New tools are offered at once.
//!
//! # `OpenAPI`
//!
//! Each operation of a document is a tool, and its calls are requests to the server of the document
//! and to nothing else. Credentials stay in the host: requests hold placeholders, which an
//! [`isolet::Network`] replaces.
//!
//! # What is not done
//!
//! Servers are offered no roots, and ask for input only while a tool is called. Redirects of HTTP are
//! not followed, and OAuth is not supported.
//!
//! # Clients
//!
//! A program runs in a sandbox of its own. With the argument `session` of `run_code`, it runs in that
//! of a session, whose programs share their top-level variables. The handle of a session cannot be
//! guessed, and whoever has it may use the session.
//!
//! Resources and prompts of the servers are passed on, with the name of their server in theirs, and so
//! are the progress of calls, changes of resources that a client is subscribed to, and what a server asks
//! of the user (elicitation), and, if the configuration allows it, of the model (sampling). In the
//! protocol of 2026, the client is asked by the answer of `run_code`, and comes back with a
//! `requestState` that cannot be guessed, is bound to the client and the request, and is good once. The
//! program waits meanwhile and is never run again.
//!
//! A request that is cancelled, or whose client is gone, ends its program at once. Over HTTP, a
//! client of 2025-11-25 that loses its connection may come back for the result, so that only
//! cancelling ends its program.
//!
//! # Approval and records
//!
//! The configuration says which calls need approval. Such a call waits, and the program goes on from
//! there after the decision. A client that can is asked, and [`Server::waiting`] and
//! [`Server::decide`] are for everybody else; with [`Options::runs`], so is [`Decisions`], from
//! another process. The tools that a model sees decide nothing. `run_code` is answered while a run
//! waits, and the tool `wait_run` returns its result.
//!
//! With [`Options::runs`], each run and each call is recorded in a file (`isolet_runs`), and no call is
//! made whose start is not recorded.

#![cfg_attr(not(test), warn(clippy::expect_used, clippy::panic, clippy::unwrap_used))]

mod catalog;
mod config;
#[cfg(unix)]
mod control;
mod error;
mod files;
mod object;
mod openapi;
mod policy;
mod progress;
mod provider;
mod question;
mod redact;
mod server;
mod settings;
mod text;
mod upstream;

pub use config::Config;
#[cfg(unix)]
pub use control::Decisions;
pub use error::{Error, Result};
pub use object::HostObject;
pub use server::{HttpOptions, Server, WaitingCall};
pub use settings::{Event, Limits, Observer, Options, Pins};
