//! The socket beside a file of runs, over which people decide about calls.
//!
//! It is for the user of the server alone: its mode says so, and each connection's peer is checked.
//! Models and programs cannot reach it. A request and its answer are a line of JSON each.

use std::ffi::OsString;
use std::fs;
use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::os::unix::fs::{FileTypeExt as _, PermissionsExt as _};
use std::os::unix::net::UnixStream as Connection;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use isolet::code_mode::Approval;
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::Semaphore;

use crate::server::{Pending, WaitingCall};

/// The most bytes of a request, and of an answer.
const MAX_REQUEST: u64 = 16 << 10;
const MAX_ANSWER: u64 = 64 << 20;
/// The most connections at a time, and the time of one.
const MAX_CONNECTIONS: usize = 16;
const PATIENCE: Duration = Duration::from_secs(10);

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
enum Request {
    /// Lists the calls that wait.
    Waiting,
    Approve {
        id: String,
    },
    Reject {
        id: String,
        reason: String,
    },
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
enum Answer {
    Waiting(Vec<WaitingCall>),
    /// False if no such call waits.
    Decided(bool),
}

/// A socket that is removed when this is dropped.
pub(crate) struct Control {
    listener: UnixListener,
    path: PathBuf,
}

impl Control {
    /// Makes the socket beside a file of runs, which this process alone writes, so that a socket
    /// that is there already is one of a process that has crashed.
    pub(crate) fn bind(runs: &Path) -> io::Result<Self> {
        let path = path(runs);
        match fs::symlink_metadata(&path) {
            Ok(found) if found.file_type().is_socket() => fs::remove_file(&path)?,
            Ok(_) => {
                let text = format!("{} is there and is no socket", path.display());
                return Err(io::Error::new(io::ErrorKind::AlreadyExists, text));
            }
            Err(_) => {}
        }
        let listener = UnixListener::bind(&path)?;
        let control = Self { listener, path };
        fs::set_permissions(&control.path, fs::Permissions::from_mode(0o600))?;
        Ok(control)
    }

    /// Answers requests for ever.
    pub(crate) async fn serve(self, pending: Arc<Pending>) {
        let places = Arc::new(Semaphore::new(MAX_CONNECTIONS));
        loop {
            let place = Arc::clone(&places).acquire_owned().await;
            let Ok((stream, _)) = self.listener.accept().await else {
                // Out of descriptors, most likely.
                tokio::time::sleep(Duration::from_millis(100)).await;
                continue;
            };
            let pending = Arc::clone(&pending);
            tokio::spawn(async move {
                let _place = place;
                // A peer that is slow or gone is no concern of the server's.
                let _ = tokio::time::timeout(PATIENCE, answer(stream, &pending)).await;
            });
        }
    }
}

impl Drop for Control {
    fn drop(&mut self) {
        // Nothing else can be done about a socket that cannot be removed.
        let _ = fs::remove_file(&self.path);
    }
}

async fn answer(mut stream: UnixStream, pending: &Pending) -> io::Result<()> {
    // Between making the socket and setting its mode, others may have connected.
    if stream.peer_cred()?.uid() != rustix::process::geteuid().as_raw() {
        return Ok(());
    }
    let (reader, mut writer) = stream.split();
    let mut line = String::new();
    tokio::io::BufReader::new(reader.take(MAX_REQUEST)).read_line(&mut line).await?;
    let answer = match serde_json::from_str(&line).map_err(io::Error::other)? {
        Request::Waiting => Answer::Waiting(pending.list(None)),
        Request::Approve { id } => Answer::Decided(pending.decide(&id, Approval::Approved)),
        Request::Reject { id, reason } => {
            Answer::Decided(pending.decide(&id, Approval::Rejected(reason)))
        }
    };
    let answer = serde_json::to_string(&answer).map_err(io::Error::other)? + "\n";
    writer.write_all(answer.as_bytes()).await
}

/// The calls of a running server that wait for a decision, for whoever decides. Its methods block, for
/// 10 seconds at most.
#[derive(Debug)]
pub struct Decisions {
    path: PathBuf,
}

impl Decisions {
    /// Returns those of the server that records its runs in a file.
    pub fn of(runs: &Path) -> Self {
        Self { path: path(runs) }
    }

    /// Returns the calls that wait.
    ///
    /// # Errors
    /// Errors if no server runs, or if it does not answer.
    pub fn waiting(&self) -> io::Result<Vec<WaitingCall>> {
        match self.request(&Request::Waiting)? {
            Answer::Waiting(calls) => Ok(calls),
            Answer::Decided(_) => Err(unexpected()),
        }
    }

    /// Lets a call be made. Returns false if no such call waits.
    ///
    /// # Errors
    /// Errors if no server runs, or if it does not answer.
    pub fn approve(&self, id: &str) -> io::Result<bool> {
        self.decide(&Request::Approve { id: id.to_owned() })
    }

    /// Rejects a call, for a reason that the program sees. Returns false if no such call waits.
    ///
    /// # Errors
    /// Errors if no server runs, or if it does not answer.
    pub fn reject(&self, id: &str, reason: &str) -> io::Result<bool> {
        self.decide(&Request::Reject { id: id.to_owned(), reason: reason.to_owned() })
    }

    fn decide(&self, request: &Request) -> io::Result<bool> {
        match self.request(request)? {
            Answer::Decided(is_done) => Ok(is_done),
            Answer::Waiting(_) => Err(unexpected()),
        }
    }

    fn request(&self, request: &Request) -> io::Result<Answer> {
        let request = serde_json::to_string(request)? + "\n";
        if request.len() as u64 > MAX_REQUEST {
            let text = format!("a request has at most {MAX_REQUEST} bytes");
            return Err(io::Error::new(io::ErrorKind::InvalidInput, text));
        }
        let mut stream = Connection::connect(&self.path)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_write_timeout(Some(PATIENCE))?;
        stream.write_all(request.as_bytes())?;
        let mut line = String::new();
        BufReader::new(stream.take(MAX_ANSWER)).read_line(&mut line)?;
        serde_json::from_str(&line).map_err(|_| unexpected())
    }
}

fn unexpected() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "the server does not answer as expected")
}

fn path(runs: &Path) -> PathBuf {
    let mut path = OsString::from(runs);
    path.push(".sock");
    path.into()
}
