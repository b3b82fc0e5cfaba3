//! Servers that are child processes.

use std::io;
use std::process::Stdio;
use std::time::Duration;

use rmcp::RoleClient;
use rmcp::service::{RxJsonRpcMessage, TxJsonRpcMessage};
use rmcp::transport::Transport;
use rmcp::transport::async_rw::AsyncRwTransport;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, BufReader};
use tokio::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command};

use crate::config::Process;
use crate::text::line;

/// The time that a process has to end by itself, and once more after it was asked to.
const GRACE: Duration = Duration::from_secs(2);
/// The most bytes of a line of the standard error that is shown.
const MAX_LINE: usize = 1_000;
/// The most bytes of the standard error that are shown.
const MAX_OUTPUT: u64 = 256 << 10;

/// A running process and its standard streams. Dropping it kills the process and its children.
pub(super) struct ProcessTransport {
    child: Child,
    /// The process group, until it was killed: its number may be another's after that.
    #[cfg(unix)]
    group: Option<rustix::process::Pid>,
    io: AsyncRwTransport<RoleClient, ChildStdout, ChildStdin>,
}

impl ProcessTransport {
    /// Starts the process, and calls `log` with each line of its standard error.
    pub(super) fn spawn(
        process: &Process,
        message_bytes: usize,
        log: impl Fn(String) + Send + 'static,
    ) -> io::Result<Self> {
        let mut command = Command::new(&process.command);
        command
            .args(&process.arguments)
            .env_clear()
            .envs(&process.environment)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        if let Some(directory) = &process.directory {
            command.current_dir(directory);
        }
        // A group of its own, so that what the process starts ends with it.
        #[cfg(unix)]
        command.process_group(0);
        let mut child = command.spawn()?;
        let missing = || io::Error::other("the process has no standard streams");
        let (stdout, stdin) =
            (child.stdout.take().ok_or_else(missing)?, child.stdin.take().ok_or_else(missing)?);
        if let Some(stderr) = child.stderr.take() {
            tokio::spawn(read_log(stderr, log));
        }
        let io = AsyncRwTransport::new_client(stdout, stdin).with_max_line_length(message_bytes);
        #[cfg(unix)]
        let group = child.id().and_then(|id| rustix::process::Pid::from_raw(id.try_into().ok()?));
        Ok(Self {
            child,
            #[cfg(unix)]
            group,
            io,
        })
    }

    /// Kills the process and what it has started.
    #[cfg(unix)]
    fn kill_group(&mut self) {
        if let Some(group) = self.group.take() {
            // Fails if all of it has ended.
            let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
        }
    }

    /// Waits for the process to end. Returns false if it does not in time.
    async fn has_ended(&mut self) -> bool {
        tokio::time::timeout(GRACE, self.child.wait()).await.is_ok()
    }
}

impl Transport<RoleClient> for ProcessTransport {
    type Error = io::Error;

    fn send(
        &mut self,
        item: TxJsonRpcMessage<RoleClient>,
    ) -> impl Future<Output = io::Result<()>> + Send + 'static {
        self.io.send(item)
    }

    fn receive(&mut self) -> impl Future<Output = Option<RxJsonRpcMessage<RoleClient>>> + Send {
        self.io.receive()
    }

    async fn close(&mut self) -> io::Result<()> {
        // A message that the process does not read holds the stream.
        if let Ok(closed) = tokio::time::timeout(GRACE, self.io.close()).await {
            closed?;
        }
        let mut has_ended = self.has_ended().await;
        #[cfg(unix)]
        {
            if let Some(group) = self.group.filter(|_| !has_ended) {
                // Fails if the process has ended in between.
                let _ = rustix::process::kill_process_group(group, rustix::process::Signal::TERM);
                has_ended = self.has_ended().await;
            }
            self.kill_group();
        }
        if has_ended { Ok(()) } else { self.child.kill().await }
    }
}

#[cfg(unix)]
impl Drop for ProcessTransport {
    fn drop(&mut self) {
        self.kill_group();
    }
}

/// Reads the standard error to its end, so that the process never waits for a reader.
async fn read_log(stderr: ChildStderr, log: impl Fn(String)) {
    let mut reader = BufReader::new(stderr).take(MAX_OUTPUT);
    let mut bytes = Vec::new();
    while let Ok(count) = reader.read_until(b'\n', &mut bytes).await
        && count > 0
    {
        log(line(&String::from_utf8_lossy(&bytes), MAX_LINE));
        bytes.clear();
    }
    if reader.limit() == 0 {
        log("(the rest is not shown)".to_owned());
        // Nothing is left to do if reading fails.
        let _ = tokio::io::copy(reader.get_mut(), &mut tokio::io::sink()).await;
    }
}
