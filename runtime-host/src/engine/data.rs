//! The data that sandboxes ask for by name, which the build script has collected in one archive:
//! the number of names; where each name begins, in their order, and where its data begins; the
//! names, and the data.

use std::cmp::Ordering;

use miniz_oxide::inflate::decompress_to_vec;
use wasmtime::{Error, Result};

static ARCHIVE: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/data.bin"));

/// Returns the data of that name, or `None` if there is none.
///
/// # Errors
/// Errors if the program's own file is damaged.
pub(crate) fn find(name: &str) -> Result<Option<Vec<u8>>> {
    let Some(at) = position(name) else { return Ok(None) };
    let packed = part(at, 1).ok_or_else(|| Error::msg(format!("{name}: the data is cut off")))?;
    let data = decompress_to_vec(packed);
    data.map(Some).map_err(|error| Error::msg(format!("{name}: {error}")))
}

/// Searches the names.
fn position(name: &str) -> Option<usize> {
    let (mut low, mut high) = (0, number(0)?);
    while low < high {
        let middle = usize::midpoint(low, high);
        match part(middle, 0)?.cmp(name.as_bytes()) {
            Ordering::Equal => return Some(middle),
            Ordering::Less => low = middle + 1,
            Ordering::Greater => high = middle,
        }
    }
    None
}

/// Returns the name at a position, which is part 0, or its data, which is part 1.
fn part(at: usize, part: usize) -> Option<&'static [u8]> {
    ARCHIVE.get(number(1 + 2 * at + part)?..number(3 + 2 * at + part)?)
}

fn number(index: usize) -> Option<usize> {
    let bytes = ARCHIVE.get(4 * index..)?.first_chunk()?;
    Some(u32::from_le_bytes(*bytes) as usize)
}
