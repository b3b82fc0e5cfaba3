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
    let groups = read_to_string("/proc/self/cgroup").unwrap_or_default();
    let is_kept = is_kept_from_swap(&groups, Path::new("/sys/fs/cgroup"));
    let swaps = read_to_string("/proc/swaps").ok();
    let balancing = read_to_string("/proc/sys/kernel/numa_balancing").ok();
    !is_kept && has_swap(swaps.as_deref()) || is_balanced(balancing.as_deref())
}

/// Returns true if `/proc/swaps` names a device below its heading, or cannot be read.
fn has_swap(swaps: Option<&str>) -> bool {
    swaps.is_none_or(|swaps| swaps.lines().nth(1).is_some())
}

/// Returns true unless the mode is 0, as with one node, or there is none, as without NUMA.
fn is_balanced(mode: Option<&str>) -> bool {
    mode.is_some_and(|mode| mode.trim() != "0")
}

/// Returns true if the control group (version 2) of this process, or one above it, allows no swap.
fn is_kept_from_swap(groups: &str, root: &Path) -> bool {
    let own = groups.lines().find_map(|line| line.strip_prefix("0::/"));
    own.is_some_and(|own| {
        root.join(own)
            .ancestors()
            .take_while(|group| group.starts_with(root))
            .filter_map(|group| read_to_string(group.join("memory.swap.max")).ok())
            .any(|most| most.trim() == "0")
    })
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::{has_swap, is_balanced, is_kept_from_swap};

    #[test]
    fn swap_and_balancing_are_noticed() {
        let heading = "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n";
        assert!(!has_swap(Some(heading)));
        assert!(has_swap(Some(&format!("{heading}/dev/zram0 partition 65532 0 -2\n"))));
        assert!(has_swap(None));
        assert!(!is_balanced(None));
        assert!(!is_balanced(Some("0\n")));
        assert!(is_balanced(Some("1\n")));
        assert!(is_balanced(Some("2\n")));
    }

    #[test]
    fn a_control_group_without_swap_counts_for_those_below_it() {
        let root = std::env::temp_dir().join(format!("isolet-cgroup-{}", std::process::id()));
        fs::create_dir_all(root.join("service/worker")).expect("a folder");
        let kept = |groups| is_kept_from_swap(groups, &root);
        let set = |group: &str, most: &str| {
            fs::write(root.join(group).join("memory.swap.max"), most).expect("a file");
        };
        assert!(!kept("0::/service/worker\n"));
        set("service", "max\n");
        assert!(!kept("0::/service/worker\n"));
        set("service/worker", "0\n");
        assert!(kept("12:cpu:/\n0::/service/worker\n"));
        assert!(!kept("0::/service\n"));
        assert!(!kept("1:memory:/service/worker\n"));
        assert!(!kept(""));
        set("service", "0\n");
        set("service/worker", "max\n");
        assert!(kept("0::/service/worker\n"));
        fs::remove_dir_all(&root).expect("the folder is removed");
    }
}
