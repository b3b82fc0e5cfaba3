//! The guest's global allocator. It hands out memory upwards and does not track freed blocks.
//!
//! One instance transpiles one text and is thrown away, so bookkeeping for freed blocks would
//! be wasted. The host's memory limit bounds what a text can make it take: a refused
//! `memory.grow` is a null pointer, to which Rust responds with a trap.

#![allow(unsafe_code)]

use core::alloc::{GlobalAlloc, Layout};
use core::arch::wasm32::{memory_grow, memory_size};
use core::cell::UnsafeCell;
use core::ptr::{self, NonNull};

const PAGE: usize = 64 * 1024;
/// The minimum growth of the memory, because each growth is a call into the host.
const STEP_PAGES: usize = 16;

/// A bump allocator over the memory after the program's static data.
pub struct Heap(UnsafeCell<State>);

struct State {
    /// The first free address; 0 before the first allocation.
    next: usize,
    /// The end of the memory that exists.
    end: usize,
}

// SAFETY: wasm32-unknown-unknown without the `atomics` feature has one thread.
unsafe impl Sync for Heap {}

impl Heap {
    /// Creates an allocator that has touched nothing yet.
    pub const fn new() -> Self {
        Self(UnsafeCell::new(State { next: 0, end: 0 }))
    }
}

impl State {
    fn start(&mut self) {
        unsafe extern "C" {
            /// The first address after the static data, defined by the linker. Only its address
            /// has a meaning.
            static __heap_base: u8;
        }
        self.next = (&raw const __heap_base).addr();
        self.end = memory_size(0) * PAGE;
    }

    /// Reserves `[from, from + size)`, and grows the memory if necessary. Returns false if that
    /// fails.
    fn take(&mut self, from: usize, size: usize) -> bool {
        let Some(to) = from.checked_add(size) else {
            return false;
        };
        if to > self.end && !self.grow(to) {
            return false;
        }
        self.next = to;
        true
    }

    #[cold]
    fn grow(&mut self, to: usize) -> bool {
        let missing = (to - self.end).div_ceil(PAGE);
        // A larger step than needed or, near the limit, exactly what is needed.
        for pages in [missing.max(STEP_PAGES), missing] {
            let old = memory_grow(0, pages);
            if old != usize::MAX {
                // 65,536 pages end at 2^32. Saturating leaves the last byte out.
                self.end = (old + pages).saturating_mul(PAGE);
                return true;
            }
        }
        false
    }
}

// SAFETY: every block is taken from memory above `__heap_base` that no other live block covers.
// `next` only moves down when the topmost block is freed or shrunk, and there is one thread.
unsafe impl GlobalAlloc for Heap {
    #[inline]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: no reference to the state outlives a call, and calls do not nest.
        let state = unsafe { &mut *self.0.get() };
        if state.next == 0 {
            state.start();
        }
        let Some(from) = state.next.checked_next_multiple_of(layout.align()) else {
            return ptr::null_mut();
        };
        if state.take(from, layout.size()) {
            ptr::with_exposed_provenance_mut(from)
        } else {
            ptr::null_mut()
        }
    }

    #[inline]
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // Freed memory is reused if it was topmost, so a block is not known to be zero.
        // SAFETY: the caller's promise for `layout` is passed on.
        let block = unsafe { self.alloc(layout) };
        if let Some(block) = NonNull::new(block) {
            // SAFETY: the block has `layout.size()` bytes.
            unsafe { block.write_bytes(0, layout.size()) };
        }
        block
    }

    #[inline]
    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: as in `alloc`.
        let state = unsafe { &mut *self.0.get() };
        if block.addr() + layout.size() == state.next {
            state.next = block.addr();
        }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, new_size: usize) -> *mut u8 {
        {
            // SAFETY: as in `alloc`.
            let state = unsafe { &mut *self.0.get() };
            if block.addr() + layout.size() == state.next {
                // The topmost block grows and shrinks where it is.
                return if state.take(block.addr(), new_size) { block } else { ptr::null_mut() };
            }
        }
        if new_size <= layout.size() {
            return block;
        }
        // SAFETY: the alignment is one that the caller has used already, and the caller
        // promises that `new_size` does not overflow when rounded up to it.
        let new =
            unsafe { self.alloc(Layout::from_size_align_unchecked(new_size, layout.align())) };
        if !new.is_null() {
            // SAFETY: both blocks are at least as long as the old one and do not overlap.
            unsafe { ptr::copy_nonoverlapping(block, new, layout.size()) };
        }
        new
    }
}
