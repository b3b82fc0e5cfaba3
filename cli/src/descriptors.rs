//! File descriptors, which the command needs some of.

#[cfg(unix)]
use std::os::fd::AsFd as _;

/// How many must be free: for the runtime, its signals, the pool of sandboxes,
/// heap images, and a module that is read.
const NEEDED: usize = 16;

/// Checks that there are enough, by taking them for a moment.
///
/// # Errors
/// There are too few.
#[cfg(unix)]
pub(crate) fn check() -> Result<(), String> {
    let stderr = std::io::stderr();
    let taken: Result<Vec<_>, _> =
        (0..NEEDED).map(|_| stderr.as_fd().try_clone_to_owned()).collect();
    taken.map(drop).map_err(|error| {
        format!(
            "fewer than {NEEDED} file descriptors are free, which a run needs (raise `ulimit -n`): \
             {error}"
        )
    })
}

#[cfg(not(unix))]
pub(crate) fn check() -> Result<(), String> {
    Ok(())
}
