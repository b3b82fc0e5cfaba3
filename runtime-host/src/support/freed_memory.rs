//! The treatment of freed memory by the system's allocator.

use std::hint::black_box;
use std::sync::Once;

/// The size in bytes of the blocks that are worth keeping: some chunks of a stream.
const BLOCK_BYTES: usize = 1 << 20;

/// Has glibc keep up to 2 MiB of freed memory for what is allocated next.
///
/// By default it gives blocks of 128 KiB and more back at once, so that each large chunk of a
/// stream is mapped and faulted in anew, which halves the throughput. glibc raises that limit to
/// the largest block that was ever freed, and keeps twice as much. Has no effect with another
/// allocator, or if the embedder has set the limits of glibc.
pub(crate) fn keep_some() {
    static FREED: Once = Once::new();
    // The block is never written to, so that it takes no memory.
    FREED.call_once(|| drop(black_box(Vec::<u8>::with_capacity(BLOCK_BYTES))));
}
