//! The contents of an entry, before they are encrypted.

use serde::{Deserialize, Serialize};

use crate::engine::handed_out::HandedOut;
use crate::engine::image::Pages;

const WASM_PAGE: u64 = 65536;

/// The maximum number of bytes of a memory.
const MAX_MEMORY_BYTES: u64 = 4 << 30;

/// An app image as it was stored.
pub(crate) struct Entry {
    pub(crate) pages: Pages,
    pub(crate) modules: Vec<HandedOut>,
}

#[derive(Deserialize, Serialize)]
struct Head {
    memory_bytes: u64,
    /// Starts and ends of the pages that differ from the base image.
    runs: Vec<(u64, u64)>,
    modules: Vec<HandedOut>,
}

/// Returns the bytes of an image: the length of the head, the head, and the compressed pages in
/// which the memory differs from that of the base image.
///
/// # Errors
/// Errors if the head cannot be written.
pub(super) fn encode(
    base: &[u8],
    memory: &[u8],
    modules: Vec<HandedOut>,
) -> serde_json::Result<Vec<u8>> {
    let pages = Pages::difference(base, memory);
    let runs = pages.runs().iter().map(|run| (run.start as u64, run.end as u64)).collect();
    let head = Head { memory_bytes: memory.len() as u64, runs, modules };
    let head = serde_json::to_vec(&head)?;
    let mut bytes = (head.len() as u64).to_le_bytes().to_vec();
    bytes.extend(head);
    bytes.extend(lz4_flex::compress_prepend_size(pages.bytes()));
    Ok(bytes)
}

/// Returns the image of such bytes. `None` if they are malformed.
pub(super) fn decode(base: &[u8], bytes: &[u8]) -> Option<Entry> {
    let (length, rest) = bytes.split_first_chunk()?;
    let (head, pages) = rest.split_at_checked(u64::from_le_bytes(*length).try_into().ok()?)?;
    let Head { memory_bytes, runs, modules } = serde_json::from_slice(head).ok()?;
    if memory_bytes > MAX_MEMORY_BYTES || memory_bytes % WASM_PAGE != 0 {
        return None;
    }
    let (length, pages) = pages.split_first_chunk()?;
    let length = u64::from(u32::from_le_bytes(*length));
    if length > memory_bytes {
        return None;
    }
    let pages = lz4_flex::decompress(pages, length.try_into().ok()?).ok()?;
    let run = |(start, end)| Some(usize::try_from(start).ok()?..usize::try_from(end).ok()?);
    let runs = runs.into_iter().map(run).collect::<Option<_>>()?;
    let pages = Pages::from_parts(base, memory_bytes.try_into().ok()?, runs, pages)?;
    Some(Entry { pages, modules })
}

#[cfg(test)]
mod tests {
    use super::{decode, encode};

    fn memory(pages: usize, marks: &[usize]) -> Vec<u8> {
        let mut memory = vec![0; pages * 65536];
        for mark in marks {
            memory[*mark] = 1;
        }
        memory
    }

    #[test]
    fn a_memory_comes_back() {
        let base = memory(2, &[1, 70_000]);
        for image in [base.clone(), memory(2, &[]), memory(3, &[1, 190_000])] {
            let bytes = encode(&base, &image, Vec::new()).expect("an entry");
            assert!(decode(&base, &bytes).is_some_and(|entry| entry.pages.over(&base) == image));
        }
    }

    #[test]
    fn a_memory_smaller_than_the_base_image_is_refused() {
        let base = memory(2, &[1]);
        let bytes = encode(&base, &memory(1, &[5]), Vec::new()).expect("an entry");
        assert!(decode(&base, &bytes).is_none());
    }

    #[test]
    fn bytes_that_are_cut_or_altered_are_no_image() {
        let base = memory(1, &[1]);
        let bytes = encode(&base, &memory(2, &[70_000]), Vec::new()).expect("an entry");
        for length in 0..bytes.len() {
            assert!(decode(&base, &bytes[..length]).is_none(), "{length}");
        }
        for at in 0..bytes.len() {
            let mut altered = bytes.clone();
            altered[at] ^= 0x80;
            // Must not panic. Authentication comes before.
            let _ = decode(&base, &altered);
        }
    }
}
