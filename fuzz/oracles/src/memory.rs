//! The memory that reading a message takes.

use std::sync::{Arc, LazyLock};

use allocation_counter::measure;
use isolet_wire::{Attachment, Value};

/// The bytes that do not depend on the length: the first allocation of each list.
const FIXED: u64 = 1024;

/// The same of writing JSON, which has a buffer.
const FIXED_OF_JSON: u64 = 16 << 10;

fn capabilities(count: usize) -> Vec<Attachment> {
    static ALL: LazyLock<Vec<Attachment>> =
        LazyLock::new(|| (0..8).map(|number: u32| Arc::new(number) as Attachment).collect());
    ALL.iter().take(count).cloned().collect()
}

/// The message in `data`, of which the first byte says how many capabilities come
/// with it. None if it is malformed. Asserts that finding out takes memory in
/// proportion to the length.
pub(crate) fn message(data: &[u8]) -> Option<Value> {
    let (&count, bytes) = data.split_first()?;
    let (bytes, capabilities) = (bytes.to_vec(), capabilities(usize::from(count % 9)));
    let length = bytes.len() as u64;
    let mut value = None;
    let taken = measure(|| value = Value::from_bytes(bytes, capabilities).ok());
    assert!(taken.bytes_max <= MOST * length + FIXED, "{taken:?} for {length} bytes");
    let value = value?;
    let taken = measure(|| drop(value.to_json_prefix(16)));
    let most = 4 * MOST * length + FIXED_OF_JSON;
    assert!(taken.bytes_max <= most, "{taken:?} for {length} bytes");
    Some(value)
}

/// Bytes for each byte of a message, as [`Value::from_bytes`] says.
const MOST: u64 = 24;
