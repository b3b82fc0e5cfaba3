//! The command as its users see it: arguments, standard streams, exit status.

mod bench;
#[cfg(feature = "mcp")]
mod code_mode;
#[cfg(feature = "dir")]
mod dir;
mod disk;
mod flags;
mod folder;
mod init;
mod limits;
mod lockdown;
#[cfg(feature = "mcp")]
mod mcp;
#[cfg(feature = "net")]
mod net;
#[cfg(feature = "packages")]
mod packages;
mod poor;
mod printed;
mod record;
mod repeat;
mod results;
#[cfg(all(unix, feature = "mcp"))]
mod runs;
#[cfg(all(unix, feature = "serve"))]
mod serve;
mod streams;
#[cfg(feature = "wasi")]
mod tools;
mod types;
