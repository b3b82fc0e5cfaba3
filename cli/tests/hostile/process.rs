//! One run of the command as a whole process, and its costs.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, Seek as _};
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use wait4::Wait4 as _;

/// The time after which a process is killed. No program takes nearly as long, unless the host has
/// lost control of it.
const KILL_AFTER: Duration = Duration::from_mins(1);

/// The resident memory above which a process is killed, before the machine suffers.
const KILL_ABOVE_KIB: u64 = 3 << 20;

/// The precision of the measured wall time.
const STEP: Duration = Duration::from_millis(4);

/// The cost, the output and the status of a process.
pub(crate) struct Ended {
    pub(crate) status: ExitStatus,
    /// User and system time.
    pub(crate) cpu: Duration,
    pub(crate) wall: Duration,
    /// The peak, in MiB.
    ///
    /// Linux counts the memory of the parent process until `exec`. So this program has to stay
    /// small, and never reads what a program prints into memory.
    pub(crate) rss: u64,
    /// The reason why it was killed, if it was.
    pub(crate) killed: Option<&'static str>,
    pub(crate) out: File,
    pub(crate) err: File,
}

/// Runs the command to its end, with both outputs in files.
///
/// # Errors
/// Errors if it cannot be run, or if the files cannot be written.
pub(crate) fn run(program: &Path, args: &[String], folder: &Path) -> io::Result<Ended> {
    let file = |name| {
        let mut options = File::options();
        options.read(true).write(true).create(true).truncate(true).open(folder.join(name))
    };
    let (out, err) = (file("out")?, file("err")?);
    let began = Instant::now();
    let mut child = Command::new(command())
        .arg("run")
        .arg(program)
        .args(args)
        .stdin(Stdio::null())
        .stdout(out.try_clone()?)
        .stderr(err.try_clone()?)
        .spawn()?;
    let mut killed = None;
    let used = loop {
        if let Some(used) = child.try_wait4()? {
            break used;
        }
        if killed.is_none() {
            killed = reason_to_kill(began, child.id());
            if killed.is_some() {
                child.kill()?;
            }
        }
        sleep(STEP);
    };
    let mut ended = Ended {
        status: used.status,
        cpu: used.rusage.utime + used.rusage.stime,
        wall: began.elapsed(),
        rss: used.rusage.maxrss >> 20,
        killed,
        out,
        err,
    };
    ended.out.rewind()?;
    ended.err.rewind()?;
    Ok(ended)
}

/// Returns true if `ISOLET_COMMAND` names the command.
pub(crate) fn is_named() -> bool {
    std::env::var_os("ISOLET_COMMAND").is_some()
}

/// Returns the command that was built with these tests, or another one that `ISOLET_COMMAND` names,
/// such as a release build or one of another day.
pub(crate) fn command() -> OsString {
    std::env::var_os("ISOLET_COMMAND").unwrap_or_else(|| env!("CARGO_BIN_EXE_isolet").into())
}

fn reason_to_kill(began: Instant, id: u32) -> Option<&'static str> {
    if began.elapsed() > KILL_AFTER {
        return Some("killed after 60 s");
    }
    let resident = resident_kib(id)?;
    (resident > KILL_ABOVE_KIB).then_some("killed above 3 GiB")
}

/// Returns `None` if there is no `/proc`, or if the process no longer exists.
fn resident_kib(id: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{id}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.split_whitespace().next()?.parse().ok()
}
