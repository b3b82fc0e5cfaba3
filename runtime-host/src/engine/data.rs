//! The data that sandboxes ask for by name, which the build script has collected.

use std::collections::HashMap;
use std::sync::OnceLock;

static ARCHIVE: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/data.bin"));

/// Returns the data of that name, or `None` if there is none.
///
/// # Errors
/// Errors if the program's own file is damaged.
pub(crate) fn find(name: &str) -> wasmtime::Result<Option<Vec<u8>>> {
    static NAMES: OnceLock<HashMap<&[u8], &[u8]>> = OnceLock::new();
    let names = NAMES.get_or_init(|| {
        let mut archive = ARCHIVE;
        std::iter::from_fn(|| Some((take(&mut archive)?, take(&mut archive)?))).collect()
    });
    let packed = names.get(name.as_bytes());
    let data = packed.map(|packed| lz4_flex::decompress_size_prepended(packed)).transpose();
    data.map_err(|error| wasmtime::Error::msg(format!("{name}: {error}")))
}

/// Takes a length and as many bytes from the front.
fn take(archive: &mut &'static [u8]) -> Option<&'static [u8]> {
    let (length, rest) = archive.split_first_chunk()?;
    let (part, rest) = rest.split_at_checked(u32::from_le_bytes(*length) as usize)?;
    *archive = rest;
    Some(part)
}
