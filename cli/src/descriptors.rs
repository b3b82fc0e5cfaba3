//! A check that enough file descriptors are free.

#[cfg(unix)]
use std::os::fd::AsFd as _;

/// The number that must be free: for the runtime, its signals, the pool of sandboxes and the list
/// of its pages, heap images, and a module that is being read.
const NEEDED: usize = 17;

/// Checks that enough descriptors are free, by taking them for a moment.
///
/// # Errors
/// Errors if there are too few.
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
