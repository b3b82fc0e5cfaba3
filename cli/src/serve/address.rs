//! Addresses to listen on, and the connections that come there.

use std::fmt;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::str::FromStr;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
#[cfg(unix)]
use tokio::net::UnixListener;

/// An address of the command line.
#[derive(Clone, Debug)]
pub(crate) enum Address {
    /// A host with its port.
    Tcp(String),
    Unix(PathBuf),
}

impl FromStr for Address {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if let Some(path) = text.strip_prefix("unix:") {
            if cfg!(unix) && !path.is_empty() {
                return Ok(Self::Unix(path.into()));
            }
            return Err("a Unix socket needs a path, and a system that has them".to_owned());
        }
        match text.rsplit_once(':') {
            Some((host, port)) if !host.is_empty() && port.parse::<u16>().is_ok() => {
                Ok(Self::Tcp(text.to_owned()))
            }
            _ => Err("write it as HOST:PORT, such as 127.0.0.1:8787, or as unix:PATH".to_owned()),
        }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp(text) => f.write_str(text),
            Self::Unix(path) => write!(f, "unix:{}", path.display()),
        }
    }
}

/// Either end of a connection.
pub(crate) trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

/// A connection before TLS.
pub(crate) type Accepted = (Box<dyn Stream>, Option<IpAddr>);

/// The length of the queue of connections that were not accepted yet.
#[cfg(unix)]
const BACKLOG: i32 = 1_024;

/// A socket that listens and belongs to no runtime yet.
pub(crate) enum Bound {
    Tcp(std::net::TcpListener),
    #[cfg(unix)]
    Unix(std::os::unix::net::UnixListener, SocketFile),
}

impl Bound {
    /// Listens on an address. Starts no thread.
    ///
    /// # Errors
    /// Errors if the address is in use, or none of this machine.
    pub(crate) fn new(address: &Address) -> io::Result<Self> {
        match address {
            Address::Tcp(text) => {
                let listener = std::net::TcpListener::bind(text)?;
                listener.set_nonblocking(true)?;
                #[cfg(unix)]
                rustix::net::listen(&listener, BACKLOG)?;
                Ok(Self::Tcp(listener))
            }
            #[cfg(unix)]
            Address::Unix(path) => {
                remove_stale(path)?;
                let listener = std::os::unix::net::UnixListener::bind(path)?;
                let file = SocketFile(path.clone());
                listener.set_nonblocking(true)?;
                rustix::net::listen(&listener, BACKLOG)?;
                Ok(Self::Unix(listener, file))
            }
            #[cfg(not(unix))]
            Address::Unix(_) => Err(io::ErrorKind::Unsupported.into()),
        }
    }

    /// Returns the listener of this runtime.
    pub(crate) fn listener(self) -> io::Result<Listener> {
        match self {
            Self::Tcp(listener) => TcpListener::from_std(listener).map(Listener::Tcp),
            #[cfg(unix)]
            Self::Unix(listener, file) => {
                Ok(Listener::Unix(UnixListener::from_std(listener)?, file))
            }
        }
    }
}

/// A listener.
pub(crate) enum Listener {
    Tcp(TcpListener),
    #[cfg(unix)]
    Unix(UnixListener, SocketFile),
}

impl Listener {
    /// Returns the address as a URL, or as `unix:PATH`.
    pub(crate) fn url(&self, scheme: &str) -> io::Result<String> {
        match self {
            Self::Tcp(listener) => {
                let address: SocketAddr = listener.local_addr()?;
                Ok(format!("{scheme}://{address}"))
            }
            #[cfg(unix)]
            Self::Unix(_, file) => Ok(format!("unix:{}", file.0.display())),
        }
    }

    /// Waits for a connection. Cancel safe.
    pub(crate) async fn accept(&self) -> io::Result<Accepted> {
        match self {
            Self::Tcp(listener) => {
                let (stream, peer) = listener.accept().await?;
                // Answers are written whole.
                stream.set_nodelay(true)?;
                Ok((Box::new(stream), Some(peer.ip())))
            }
            #[cfg(unix)]
            Self::Unix(listener, _) => {
                let (stream, _) = listener.accept().await?;
                Ok((Box::new(stream), None))
            }
        }
    }
}

/// The file of a Unix socket, which is removed when it is dropped.
#[cfg(unix)]
pub(crate) struct SocketFile(PathBuf);

#[cfg(unix)]
impl Drop for SocketFile {
    fn drop(&mut self) {
        // Somebody else may have removed it, and a process that is locked down cannot.
        let _ = std::fs::remove_file(&self.0);
    }
}

/// Removes a socket that a server has left behind. A socket on which one listens stays.
#[cfg(unix)]
fn remove_stale(path: &std::path::Path) -> io::Result<()> {
    use std::os::unix::fs::FileTypeExt as _;
    use std::os::unix::net::UnixStream;

    let Ok(metadata) = std::fs::symlink_metadata(path) else { return Ok(()) };
    let is_refused =
        || UnixStream::connect(path).is_err_and(|it| it.kind() == io::ErrorKind::ConnectionRefused);
    if metadata.file_type().is_socket() && is_refused() {
        std::fs::remove_file(path)
    } else {
        Ok(())
    }
}
