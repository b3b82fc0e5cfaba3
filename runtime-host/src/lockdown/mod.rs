//! A second line of defense, around the process.

use std::io;
use std::path::PathBuf;

#[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
mod filter;
#[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
mod linux;
#[cfg(not(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64"))))]
mod linux {
    use super::{Lockdown, LockdownError};

    pub(super) fn apply(_: &Lockdown) -> Result<(), LockdownError> {
        Err(LockdownError::Unsupported)
    }
}

/// A lockdown of the whole process, which takes away what sandboxes never need. It is a
/// second line of defense in case the first (Wasm, Wasmtime and the host's own code) has
/// a hole.
///
/// ```no_run
/// use isolet::{Engine, Lockdown};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let engine = Engine::new()?;
/// Lockdown::new().read("/srv/workers").apply()?;
/// let runtime = tokio::runtime::Runtime::new()?;
/// # drop((engine, runtime));
/// # Ok(())
/// # }
/// ```
///
/// Linux enforces it, with Landlock (files) and seccomp (system calls). It applies to the
/// process and every thread that it starts, until the process ends. Nothing can remove or
/// widen it. It sets `no_new_privs`. It requires the crate's feature `lockdown`.
///
/// # What it stops
///
/// - Files: no file is read except those at and below [`Lockdown::read`]. No file is
///   written, created, removed, renamed, linked, truncated or run.
/// - The network, and every other socket: no socket is made, bound, connected, listened
///   on or accepted, except as [`Lockdown::accept`] says.
/// - Processes: no process is started, and no other process is signalled, traced, read or
///   written.
/// - The rest of the kernel: `io_uring`, `bpf`, `userfaultfd`, `perf_event_open`,
///   `keyctl`, `mount`, namespaces, `ptrace`, modules. The filter lists what is allowed:
///   some sixty system calls that an engine, a tokio runtime and the standard streams
///   need. A system call that a later kernel adds is therefore refused.
/// - Privileges: no user or group id and no capability set is changed.
/// - Memory that is writable and executable at once, and files mapped as code.
///
/// A refused system call fails with `EPERM`, and a refused file with `EACCES`. The
/// process is not killed, because libraries try calls that they can do without, and one
/// tenant's attempt must not end the work of the others. System calls for another
/// architecture do kill it.
///
/// # What it does not stop
///
/// - Use of what is already open. File descriptors keep their rights, so close those that
///   are not needed. [`Capability`](crate::Capability)s can use them too: a service that
///   needs the network while it runs cannot be locked down.
/// - Reading the process's own memory, which holds the secrets of all tenants, and
///   writing them to standard output.
/// - Seeing that a file exists, and its size, times and owner.
/// - New machine code: memory can be written first and made executable afterwards, which
///   is how Wasmtime loads code.
/// - Taking CPU and memory: [`Limits`](crate::Limits) bound a sandbox, but nothing bounds
///   an attacker who has left one. Give the process a cgroup.
/// - Holes in the allowed part of the kernel, and timing channels.
///
/// # Cost
///
/// Half a millisecond, once, and then up to 70 ns for each system call. An engine that is
/// made afterwards cannot see whether there is swap, and therefore resets used sandboxes as
/// with [`EngineConfig::strict_reset`](crate::EngineConfig::strict_reset). Make the
/// [`Engine`](crate::Engine) first.
#[derive(Clone, Debug, Default)]
#[must_use = "nothing is locked down before `apply`"]
pub struct Lockdown {
    read: Vec<PathBuf>,
    accepts: bool,
}

impl Lockdown {
    /// Creates a lockdown under which no file can be opened.
    pub fn new() -> Self {
        Self::default()
    }

    /// Allows a file to be read, or a folder to be listed and all files below it to be
    /// read. Call it again for more.
    ///
    /// A symbolic link stands for what it leads to at the time of [`Lockdown::apply`].
    /// The target of a link below the folder does not count as below it.
    pub fn read(mut self, path: impl Into<PathBuf>) -> Self {
        self.read.push(path.into());
        self
    }

    /// Allows connections to be accepted on the sockets that listen already, and to be served.
    /// Sockets can still be neither made, bound nor connected.
    pub fn accept(mut self) -> Self {
        self.accepts = true;
        self
    }

    /// Locks the process down permanently.
    ///
    /// The process must have one thread: call it at the beginning of `main`, before a
    /// tokio runtime is made. [`Engine::new`](crate::Engine::new) starts no thread.
    ///
    /// # Errors
    /// Errors as [`LockdownError`] lists them. After an error none of the promises above
    /// may be relied on. The process should then end: if only the last of several steps
    /// failed, the earlier ones stay in force.
    pub fn apply(self) -> Result<(), LockdownError> {
        linux::apply(&self)
    }
}

/// The reason why the process is not locked down.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LockdownError {
    /// The platform is not Linux on x86-64 or `AArch64`.
    #[error("lockdown needs Linux on x86-64 or AArch64")]
    Unsupported,
    /// The process has more than one thread. Landlock would not apply to the others.
    #[error(
        "lockdown must be applied before the process starts threads, and it has {0} (apply it \
         before the tokio runtime is made)"
    )]
    Threads(usize),
    /// The state of the process cannot be read from `/proc/self`.
    #[error("lockdown cannot read /proc/self: {0}")]
    Proc(#[source] io::Error),
    /// A path of [`Lockdown::read`] cannot be opened.
    #[error("lockdown cannot open {}: {source}", path.display())]
    Path {
        /// The path as it was given.
        path: PathBuf,
        /// The reason why.
        source: io::Error,
    },
    /// The kernel has no Landlock, has one that is too old (Linux 6.2 is the first that
    /// suffices), or has it switched off or refuses it.
    #[error("lockdown needs Landlock of Linux 6.2 or later: {0}")]
    Landlock(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The kernel has no seccomp filters, or refuses this one.
    #[error("lockdown needs seccomp filters: {0}")]
    Seccomp(#[source] Box<dyn std::error::Error + Send + Sync>),
}
