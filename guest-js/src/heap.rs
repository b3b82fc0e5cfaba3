//! One heap for the engine and for Rust, so that what a sandbox writes to lies together.

use std::alloc::{GlobalAlloc, Layout};
use std::ffi::c_void;
use std::hint::black_box;

unsafe extern "C" {
    fn malloc(bytes: usize) -> *mut c_void;
    fn calloc(count: usize, bytes: usize) -> *mut c_void;
    fn realloc(block: *mut c_void, bytes: usize) -> *mut c_void;
    fn aligned_alloc(alignment: usize, bytes: usize) -> *mut c_void;
    fn free(block: *mut c_void);
}

/// The engine's allocator.
struct Malloc;

#[global_allocator]
static MALLOC: Malloc = Malloc;

/// The alignment in bytes of every block of the C library's `malloc` on `wasm32`.
const ALIGNMENT: usize = 16;

// SAFETY: the functions are the allocator of the C library, which returns null if memory runs out.
// Its `realloc` keeps no larger alignment, so that such blocks are copied.
unsafe impl GlobalAlloc for Malloc {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let (bytes, alignment) = (layout.size(), layout.align());
        // SAFETY: the size is a multiple of the alignment, which is a power of two.
        let block = unsafe {
            if alignment <= ALIGNMENT {
                malloc(bytes)
            } else {
                aligned_alloc(alignment, bytes.next_multiple_of(alignment))
            }
        };
        block.cast()
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        if layout.align() <= ALIGNMENT {
            // SAFETY: nothing is required.
            return unsafe { calloc(1, layout.size()) }.cast();
        }
        // SAFETY: the block was just allocated with this layout.
        unsafe {
            let block = self.alloc(layout);
            if !block.is_null() {
                block.write_bytes(0, layout.size());
            }
            block
        }
    }

    unsafe fn dealloc(&self, block: *mut u8, _: Layout) {
        // SAFETY: the block is one of `alloc`.
        unsafe { free(block.cast()) };
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, bytes: usize) -> *mut u8 {
        if layout.align() <= ALIGNMENT {
            // SAFETY: the block is one of `malloc`.
            return unsafe { realloc(block.cast(), bytes) }.cast();
        }
        // SAFETY: the caller guarantees the block and that the size does not overflow.
        unsafe {
            let new = self.alloc(Layout::from_size_align_unchecked(bytes, layout.align()));
            if !new.is_null() {
                new.copy_from_nonoverlapping(block, layout.size().min(bytes));
                free(block.cast());
            }
            new
        }
    }
}

/// The number of bytes that are free at the end of the heap. A small worker needs less, and never
/// grows its memory: growing is a system call that every thread of the host pays for. Bytes that
/// are not touched take no memory.
const ROOM: usize = 256 << 10;

/// Fills the gaps of the heap, so that what is allocated next lies at its end. The allocator
/// links its gaps in lists, one for each size. A worker that frees something would write to the
/// first gap of a list, each on a page of its own.
pub(crate) fn fill_gaps() {
    // SAFETY: each block is freed at most once, and none of them is used.
    unsafe {
        let mut above = black_box(malloc(ROOM));
        // A gap of this size is filled as well.
        while end_of_memory() - above as usize > 2 * ROOM {
            above = black_box(malloc(ROOM));
            if above.is_null() {
                return;
            }
        }
        let mut bytes = ROOM / 2;
        while bytes >= 8 {
            let block = black_box(malloc(bytes));
            if block.is_null() || block > above {
                free(block);
                bytes -= (bytes / 16).next_multiple_of(8).max(8);
            }
        }
        free(above);
    }
}

fn end_of_memory() -> usize {
    core::arch::wasm32::memory_size(0) * 65536
}
