//! Makes a used memory cheap to reset.
//!
//! Wasmtime copies the pages that a sandbox has written back from its image, so that the next
//! sandbox in the same slot has no page faults. It does so for the first 32 runs of such pages,
//! and drops every page behind them, which the next sandbox faults in one by one. The heap of an
//! application is written at a hundred places and more. Written gaps join its runs. They stay
//! written in the slot, so they cost once for each slot.

use std::ops::Range;
use std::sync::Arc;

use super::{Sandbox, snapshot};
use crate::engine::RESIDENT_BYTES;
use crate::engine::pagemap::PAGE;
use crate::error::Result;

/// The number of runs that Wasmtime copies back, which is fixed (`MAX_REGIONS`).
const MAX_RUNS: usize = 32;

/// The number of runs that are left after the gaps are written. The next sandboxes in the slot
/// may add a few before gaps are written again.
const RUNS: usize = 28;

/// The most pages that the runs may have with the gaps. The rest of what a slot retains is for
/// pages that other calls write.
const MAX_PAGES: usize = RESIDENT_BYTES / PAGE / 4 * 3;

/// The pages of gaps that are worth writing for each page that would be dropped. A page that is
/// dropped and faulted in again costs as much as the copies of some thirty.
const GAP_PAGES: usize = 8;

/// Returns the smallest gaps between runs without which `RUNS` runs are left. Returns no gaps if
/// there are few enough runs, or if it does not pay.
fn gaps(runs: &[Range<usize>]) -> Vec<Range<usize>> {
    let Some(dropped) = runs.get(MAX_RUNS..).filter(|runs| !runs.is_empty()) else {
        return Vec::new();
    };
    let pages = |runs: &[Range<usize>]| runs.iter().map(Range::len).sum::<usize>();
    let mut gaps: Vec<_> = runs.windows(2).map(|pair| pair[0].end..pair[1].start).collect();
    gaps.sort_unstable_by_key(Range::len);
    gaps.truncate(runs.len() - RUNS);
    let written = pages(&gaps);
    let pays = written <= GAP_PAGES * pages(dropped) && pages(runs) + written <= MAX_PAGES;
    if pays { gaps } else { Vec::new() }
}

impl Sandbox {
    /// Writes gaps between dirty pages if they are too many runs. No turn can follow.
    pub(super) async fn join_dirty_pages(&mut self) -> Result<()> {
        if !self.image.backoff().is_due() {
            return Ok(());
        }
        let (engine, image) = (self.engine.clone(), Arc::clone(&self.image));
        let Some(pagemap) = engine.pagemap() else { return Ok(()) };
        let memory = self.memory().await?;
        let runs = pagemap.dirty_runs(memory, MAX_PAGES).unwrap_or_default();
        let gaps: Vec<_> = gaps(&runs)
            .into_iter()
            .map(|gap| (gap.start * PAGE, memory[gap.start * PAGE..gap.end * PAGE].to_vec()))
            .collect();
        image.backoff().has_scanned(!gaps.is_empty());
        if gaps.is_empty() {
            return Ok(());
        }
        let gaps = gaps.iter().map(|(start, bytes)| (*start, &bytes[..]));
        snapshot::write_runs(&mut self.store, &self.instance, 0, gaps).await
    }
}

#[cfg(test)]
mod tests {
    use std::ops::Range;

    use super::{GAP_PAGES, MAX_PAGES, MAX_RUNS, RUNS, gaps};

    /// Returns as many runs of `pages` pages, with gaps of 1, 2, 3 and so on pages between them.
    fn runs(count: usize, pages: usize) -> Vec<Range<usize>> {
        let at = |n: usize| n * pages + n * (n + 1) / 2;
        (0..count).map(|n| at(n)..at(n) + pages).collect()
    }

    fn written(runs: &[Range<usize>]) -> Vec<usize> {
        gaps(runs).into_iter().map(|gap| gap.len()).collect()
    }

    #[test]
    fn the_smallest_gaps_are_written_if_there_are_too_many_runs() {
        assert!(gaps(&[]).is_empty());
        assert!(gaps(&runs(MAX_RUNS, 2)).is_empty());
        let more = MAX_RUNS + 1;
        assert_eq!(written(&runs(more, 2)), (1..=more - RUNS).collect::<Vec<_>>());
    }

    #[test]
    fn gaps_are_written_only_if_that_pays() {
        // Five gaps, of 15 pages, for one page or for two.
        let more = MAX_RUNS + 1;
        assert_eq!(1 + GAP_PAGES, 9, "the next lines are for this number");
        assert!(gaps(&runs(more, 1)).is_empty());
        assert_eq!(gaps(&runs(more, 2)).len(), more - RUNS);
        // All fit, or not.
        let fits = (MAX_PAGES - 15) / more;
        assert_eq!(gaps(&runs(more, fits)).len(), more - RUNS);
        assert!(gaps(&runs(more, fits + 1)).is_empty());
    }
}
