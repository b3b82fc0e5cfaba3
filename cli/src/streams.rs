//! Detection of standard streams that were closed before the command began.
//!
//! Rust opens `/dev/null` in their place before `main`, so a result would be lost without an
//! error. Only code that runs before that can detect it.
#![allow(unsafe_code, reason = "what runs before `main` is declared as unsafe")]

use std::sync::atomic::{AtomicBool, Ordering};

/// A standard stream.
pub(crate) struct Stream(AtomicBool);

pub(crate) static STDIN: Stream = Stream(AtomicBool::new(false));
pub(crate) static STDOUT: Stream = Stream(AtomicBool::new(false));

impl Stream {
    /// Returns true if the stream was closed when the process began, and false where that is
    /// not known.
    pub(crate) fn was_closed(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

// SAFETY: it calls nothing of Rust's standard library that must be initialized first. It makes
// two system calls and two stores.
#[cfg(unix)]
#[ctor::ctor(unsafe)]
fn look() {
    use rustix::io::{Errno, fcntl_getfd};
    use rustix::stdio;

    let is_closed = |flags: Result<_, Errno>| flags.is_err_and(|error| error == Errno::BADF);
    STDIN.0.store(is_closed(fcntl_getfd(stdio::stdin())), Ordering::Relaxed);
    STDOUT.0.store(is_closed(fcntl_getfd(stdio::stdout())), Ordering::Relaxed);
}
