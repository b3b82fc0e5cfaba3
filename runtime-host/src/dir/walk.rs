//! Walks through the entries below a directory.

use std::collections::VecDeque;
use std::sync::Arc;

use globset::{GlobBuilder, GlobSet};

use super::error::{FsError, Result};
use super::path::RelativePath;
use super::tree::{Entries, FileType, Tree};

/// The maximum number of bytes of a pattern.
const MAX_PATTERN_BYTES: usize = 1024;

/// The maximum number of directories that a walk has found and not yet read.
const MAX_PENDING: usize = 100_000;

/// An entry that was found, with its path from the directory where the walk began.
pub(super) struct Found {
    pub(super) path: String,
    pub(super) file_type: FileType,
    pub(super) size: u64,
}

/// An entry that a step of a walk meets.
pub(super) enum Step {
    Found(Found),
    /// An entry that does not match.
    Other,
    End,
}

/// A walk that goes on where it stopped. It holds one open directory, and follows no links.
pub(super) struct Walk {
    tree: Arc<dyn Tree>,
    start: RelativePath,
    recursive: bool,
    pattern: Option<GlobSet>,
    pending: VecDeque<RelativePath>,
    current: Option<(RelativePath, Entries)>,
}

impl Walk {
    pub(super) fn new(
        tree: Arc<dyn Tree>,
        start: RelativePath,
        recursive: bool,
        pattern: Option<&str>,
    ) -> Result<Self> {
        let pattern = pattern.map(matcher).transpose()?;
        // Opened now, so that a directory that does not exist is an error of the call.
        let current = Some((start.clone(), tree.entries(&start)?));
        Ok(Self { tree, start, recursive, pattern, pending: VecDeque::new(), current })
    }

    /// Goes on to the next entry.
    pub(super) fn step(&mut self) -> Result<Step> {
        loop {
            let Some((directory, entries)) = &mut self.current else {
                let Some(next) = self.pending.pop_front() else { return Ok(Step::End) };
                match self.tree.entries(&next) {
                    Ok(entries) => self.current = Some((next, entries)),
                    // It was removed or replaced meanwhile, or cannot be read.
                    Err(error)
                        if ["ENOENT", "ENOTDIR", "EACCES"].iter().any(|code| error.is(code)) => {}
                    Err(error) => return Err(error),
                }
                continue;
            };
            let Some(entry) = entries.next() else {
                self.current = None;
                continue;
            };
            let entry = entry?;
            // A name that the host gave may be longer than a worker can write.
            let Ok(path) = directory.join(&entry.name) else { return Ok(Step::Other) };
            if self.recursive && entry.file_type == FileType::Directory {
                if self.pending.len() >= MAX_PENDING {
                    return Err(FsError::new(
                        "EOVERFLOW",
                        format!("more than {MAX_PENDING} directories wait to be read"),
                    ));
                }
                self.pending.push_back(path.clone());
            }
            let path = path.below(&self.start).unwrap_or_default().to_owned();
            let matches = self.pattern.as_ref().is_none_or(|pattern| pattern.is_match(&path));
            let found = Found { path, file_type: entry.file_type, size: entry.size };
            return Ok(if matches { Step::Found(found) } else { Step::Other });
        }
    }
}

fn matcher(pattern: &str) -> Result<GlobSet> {
    if pattern.len() > MAX_PATTERN_BYTES {
        return Err(FsError::new(
            "EINVAL",
            format!("a pattern has at most {MAX_PATTERN_BYTES} bytes"),
        ));
    }
    // A set, because making it reports an error where a single matcher panics.
    GlobBuilder::new(pattern)
        .literal_separator(true)
        .backslash_escape(true)
        .build()
        .and_then(|pattern| GlobSet::builder().add(pattern).build())
        .map_err(|error| {
            FsError::new("EINVAL", format!("the pattern is not valid: {}", error.kind()))
        })
}
