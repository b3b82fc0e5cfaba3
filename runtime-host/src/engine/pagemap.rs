//! Tells which pages of a memory have been written.

use std::fs::{File, read_to_string};
use std::ops::Range;
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};

/// The size of a page in bytes.
pub(crate) const PAGE: usize = 4096;

/// The size in bytes of an entry of `/proc/self/pagemap`.
const ENTRY: usize = 8;

/// The most bytes of a memory that are scanned, which takes some 30 µs.
const MAX_SCANNED_BYTES: usize = 16 << 20;

/// The first Linux with `PAGEMAP_SCAN`, by which Wasmtime finds the pages to copy back.
const SCANNING: (u32, u32) = (6, 7);

/// The page is in memory.
const PRESENT: u64 = 1 << 63;

/// The page is that of a file, so it has not been written.
const FILE: u64 = 1 << 61;

/// The pages of this process.
pub(crate) struct Pagemap(File);

impl Pagemap {
    /// Opens the list of the pages of this process. Returns `None` if it cannot be opened, if its
    /// pages have another size, or if Wasmtime does not look for written pages on this machine.
    pub(crate) fn open() -> Option<Self> {
        if rustix::param::page_size() != PAGE {
            return None;
        }
        let release = read_to_string("/proc/sys/kernel/osrelease").ok()?;
        let mut numbers = release.split('.').map(str::parse);
        let (Some(Ok(major)), Some(Ok(minor))) = (numbers.next(), numbers.next()) else {
            return None;
        };
        if (major, minor) < SCANNING {
            return None;
        }
        File::open("/proc/self/pagemap").ok().map(Self)
    }

    /// Returns the runs of pages of `memory` that have been written, in pages from its start.
    /// Pages of zeros that were only read count too. Returns `None` if they are more than `most`
    /// pages, if the memory is larger than [`MAX_SCANNED_BYTES`], or if the list cannot be read.
    pub(crate) fn dirty_runs(&self, memory: &[u8], most: usize) -> Option<Vec<Range<usize>>> {
        if memory.len() > MAX_SCANNED_BYTES {
            return None;
        }
        let pages = memory.len() / PAGE;
        let first = memory.as_ptr().addr() / PAGE;
        let mut entries = vec![0; pages.min(512) * ENTRY];
        let mut runs: Vec<Range<usize>> = Vec::new();
        let (mut page, mut dirty) = (0, 0);
        while page < pages {
            let ahead = entries.len().min((pages - page) * ENTRY);
            let ahead = &mut entries[..ahead];
            read_at(&self.0, ahead, ((first + page) * ENTRY) as u64)?;
            for entry in ahead.as_chunks::<ENTRY>().0 {
                if u64::from_ne_bytes(*entry) & (PRESENT | FILE) == PRESENT {
                    dirty += 1;
                    match runs.last_mut() {
                        Some(run) if run.end == page => run.end += 1,
                        _ => runs.push(page..page + 1),
                    }
                }
                page += 1;
            }
            if dirty > most {
                return None;
            }
        }
        Some(runs)
    }
}

#[cfg(unix)]
fn read_at(file: &File, into: &mut [u8], at: u64) -> Option<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, into, at).ok()
}

#[cfg(not(unix))]
fn read_at(_: &File, _: &mut [u8], _: u64) -> Option<()> {
    None
}

/// Chooses the sandboxes of an image whose memory is scanned, because a scan takes some
/// microseconds. A scan that finds too many runs is followed by one of the next sandbox. Each
/// other scan doubles the number of sandboxes that are not scanned, up to [`Backoff::MOST`].
#[derive(Debug, Default)]
pub(crate) struct Backoff {
    left: AtomicU32,
    step: AtomicU32,
}

impl Backoff {
    const MOST: u32 = 63;

    /// Returns true if the sandbox that ends is scanned. Sandboxes that end at the same time may
    /// lose a step of the counters, which changes only how often one is scanned.
    pub(crate) fn is_due(&self) -> bool {
        let left = self.left.load(Ordering::Relaxed);
        self.left.store(left.saturating_sub(1), Ordering::Relaxed);
        left == 0
    }

    pub(crate) fn has_scanned(&self, too_many: bool) {
        let step = if too_many { 0 } else { 2 * self.step.load(Ordering::Relaxed) + 1 };
        let step = step.min(Self::MOST);
        self.step.store(step, Ordering::Relaxed);
        self.left.store(step, Ordering::Relaxed);
    }
}

/// Returns true if the kernel takes pages of a process away in its daily work: to a swap device, or
/// to another NUMA node. Wasmtime does not see a page that is away. Also returns true if it cannot
/// be found out whether there is swap.
pub(crate) fn are_taken_away() -> bool {
    // The first line is the heading.
    let swaps = read_to_string("/proc/swaps").map_or(true, |swaps| swaps.lines().nth(1).is_some());
    // There is no such file without NUMA, and it holds 0 with one node.
    let nodes = read_to_string("/proc/sys/kernel/numa_balancing");
    swaps && !is_kept_from_swap() || nodes.is_ok_and(|mode| mode.trim() != "0")
}

/// Returns true if the control group of this process, or one above it, allows no swap.
fn is_kept_from_swap() -> bool {
    let groups = read_to_string("/proc/self/cgroup").unwrap_or_default();
    let own = groups.lines().find_map(|line| line.strip_prefix("0::/"));
    own.is_some_and(|own| {
        let root = Path::new("/sys/fs/cgroup");
        root.join(own)
            .ancestors()
            .take_while(|group| group.starts_with(root))
            .filter_map(|group| read_to_string(group.join("memory.swap.max")).ok())
            .any(|most| most.trim() == "0")
    })
}
