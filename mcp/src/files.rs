//! Files of the configuration.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

/// Reads a file of at most `limit` bytes in UTF-8.
pub(crate) fn read(path: &Path, limit: u64) -> io::Result<String> {
    // A device has no end, and opening a pipe waits.
    if !path.metadata()?.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is not a file"));
    }
    let file = File::open(path)?;
    let mut text = String::new();
    if file.take(limit.saturating_add(1)).read_to_string(&mut text)? as u64 > limit {
        let reason = format!("it is longer than {limit} bytes");
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, reason));
    }
    Ok(text)
}
