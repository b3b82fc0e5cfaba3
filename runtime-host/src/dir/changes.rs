//! The changes of an overlay, to be approved and applied.

use std::collections::BTreeMap;
use std::fmt::{self, Write as _};
use std::io::{self, Read as _};
use std::sync::Arc;

use imara_diff::{Algorithm, BasicLineDiffPrinter, Diff, InternedInput, UnifiedDiffConfig};

use super::disk::Disk;
use super::error::{FsError, Result};
use super::methods::create_directories;
use super::overlay::{Changed, Contents, Overlay, changed};
use super::path::RelativePath;
use super::tree::{FileType, Metadata, Tree as _};

/// The maximum number of entries of the folder that the changes replace or remove.
const MAX_REPLACED: usize = 100_000;

/// The maximum number of bytes of a file whose diff is shown.
const MAX_DIFF_BYTES: u64 = 1 << 20;

/// The changes that workers have made in an overlay, as they were at one moment: made by
/// [`Directory::changes`](super::Directory::changes).
///
/// Applying writes what these changes hold, also if a worker has gone on since. They keep the
/// contents of changed files in memory. Iterating over `&Changes` goes through them, sorted by
/// path. The removal of an entry that is replaced by one of another kind comes first.
pub struct Changes {
    overlay: Arc<Overlay>,
    changes: Vec<Change>,
}

/// The change of one file or directory.
pub struct Change {
    path: RelativePath,
    kind: ChangeKind,
    /// The entry as it is after the change, if it is there.
    new: Option<Changed>,
    /// The entry of the folder, if there was one.
    old: Option<Metadata>,
    /// True if another change of the same path comes first, which removes what is there.
    follows_removal: bool,
    disk: Disk,
}

/// The kind of a [`Change`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChangeKind {
    /// It did not exist.
    Added,
    /// Its contents differ.
    Modified,
    /// It no longer exists.
    Removed,
}

impl Changes {
    pub(super) fn of(overlay: &Arc<Overlay>) -> Result<Self> {
        let upper: Vec<_> = {
            let upper = overlay.upper();
            upper.iter().map(|(path, kept)| (path.clone(), kept.change.clone())).collect()
        };
        let mut entries = BTreeMap::<RelativePath, (Option<Metadata>, Option<Changed>)>::new();
        for (path, changed) in upper {
            let mut pending = vec![path.clone()];
            while let Some(path) = pending.pop() {
                let Ok(metadata) = overlay.lower.metadata(&path) else { continue };
                if metadata.file_type == FileType::Directory {
                    for entry in overlay.lower.entries(&path)? {
                        pending.push(path.join(&entry?.name)?);
                    }
                }
                if entries.len() + pending.len() > MAX_REPLACED {
                    return Err(FsError::new("EOVERFLOW", "the changes concern too many entries"));
                }
                entries.entry(path).or_default().0 = Some(metadata);
            }
            if !matches!(changed, Changed::Removed) {
                entries.entry(path).or_default().1 = Some(changed);
            }
        }
        let mut changes = Vec::new();
        for (path, (old, new)) in entries {
            let mut add = |kind, old, new, follows_removal| {
                let disk = overlay.lower.clone();
                let path = path.clone();
                changes.push(Change { path, kind, new, old, follows_removal, disk });
            };
            match (old, new) {
                (None, None) => {}
                (Some(old), None) => add(ChangeKind::Removed, Some(old), None, false),
                (None, Some(new)) => add(ChangeKind::Added, None, Some(new), false),
                (Some(old), Some(new)) => match (old.file_type, &new) {
                    (FileType::Directory, Changed::Directory) => {}
                    (FileType::File, Changed::File(contents)) => {
                        if !is_same(&overlay.lower, &path, old, contents)? {
                            add(ChangeKind::Modified, Some(old), Some(new), false);
                        }
                    }
                    _ => {
                        add(ChangeKind::Removed, Some(old), None, false);
                        add(ChangeKind::Added, None, Some(new), true);
                    }
                },
            }
        }
        Ok(Self { overlay: Arc::clone(overlay), changes })
    }

    /// Returns the number of changes.
    pub fn len(&self) -> usize {
        self.changes.len()
    }

    /// Returns true if there is no change.
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    /// Returns an iterator over the changes.
    pub fn iter(&self) -> std::slice::Iter<'_, Change> {
        self.changes.iter()
    }

    /// Makes the approved changes on the disk, and takes them out of the overlay. Returns how many
    /// were made. Blocks.
    ///
    /// Each file is put into its place in one step, with the permissions of the one that was
    /// there. Directories that an approved file needs are created.
    ///
    /// # Errors
    /// Errors, before anything is changed, if an entry on the disk is not as it was when the
    /// changes were made up. Errors if the disk refuses a change; those before it are made.
    /// Removing a directory is refused if not all in it is removed.
    pub fn apply(&self, mut approve: impl FnMut(&Change) -> bool) -> io::Result<usize> {
        let approved: Vec<&Change> = self.changes.iter().filter(|change| approve(change)).collect();
        for change in &approved {
            change.check_unchanged().map_err(|error| change.failed(error))?;
        }
        let is_removal = |change: &&&Change| change.kind == ChangeKind::Removed;
        // Entries of a directory are removed before it, and added after it.
        let removals = approved.iter().filter(is_removal).rev();
        let others = approved.iter().filter(|change| !is_removal(change));
        for change in removals.chain(others) {
            change.apply().map_err(|error| change.failed(error))?;
            self.forget(change);
        }
        Ok(approved.len())
    }

    /// Takes a change that was applied out of the overlay, unless a worker has changed it since.
    fn forget(&self, applied: &Change) {
        let mut upper = self.overlay.upper();
        // The new directories that contain it were created with it.
        let new_directories = self.changes.iter().filter(|change| {
            change.kind == ChangeKind::Added
                && change.is_directory()
                && applied.kind != ChangeKind::Removed
                && applied.path.below(&change.path).is_some()
        });
        for change in new_directories.chain([applied]) {
            let is_same = match (changed(&upper, &change.path), &change.new) {
                (Some(Changed::Removed), None)
                | (Some(Changed::Directory), Some(Changed::Directory)) => true,
                (Some(Changed::File(now)), Some(Changed::File(then))) => {
                    Arc::ptr_eq(&now.bytes, &then.bytes)
                }
                _ => false,
            };
            // Below a directory that hides what is on the disk, it has to stay.
            if is_same && Overlay::is_hidden(&upper, &change.path).is_ok_and(|hidden| !hidden) {
                self.overlay.forget(&mut upper, &change.path);
            }
        }
    }
}

impl<'a> IntoIterator for &'a Changes {
    type Item = &'a Change;
    type IntoIter = std::slice::Iter<'a, Change>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl fmt::Debug for Changes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(&self.changes).finish()
    }
}

impl Change {
    /// Returns the path from the folder, with `/` between names.
    ///
    /// A worker chose it: it may contain control characters.
    pub fn path(&self) -> &str {
        self.path.as_str()
    }

    /// Returns what kind of change it is.
    pub fn kind(&self) -> ChangeKind {
        self.kind
    }

    /// Returns true if a directory is added or removed.
    pub fn is_directory(&self) -> bool {
        match &self.new {
            Some(new) => matches!(new, Changed::Directory),
            None => self.old.is_some_and(|old| old.file_type == FileType::Directory),
        }
    }

    /// Returns the contents that an added or modified file gets.
    pub fn contents(&self) -> Option<&[u8]> {
        match &self.new {
            Some(Changed::File(contents)) => Some(&contents.bytes),
            _ => None,
        }
    }

    /// Returns the number of bytes of the file on the disk that is replaced or removed.
    pub fn old_bytes(&self) -> Option<u64> {
        self.old.filter(|old| old.file_type == FileType::File).map(|old| old.size)
    }

    /// Returns a unified diff, beginning with `---` and `+++`. Blocks.
    ///
    /// The diff of a file that is not text, or is larger than 1 MiB, is one line that says so.
    /// Control characters in the path are escaped, and those in the text are not.
    ///
    /// # Errors
    /// Errors if the file cannot be read, or is no longer as it was.
    pub fn diff(&self) -> io::Result<String> {
        self.unified_diff().map_err(|error| self.failed(error))
    }

    fn unified_diff(&self) -> Result<String> {
        self.check_unchanged()?;
        let path = self.path().escape_debug();
        let name = |prefix: &str, exists: bool| {
            if exists { format!("{prefix}/{path}") } else { "/dev/null".to_owned() }
        };
        let mut text = format!(
            "--- {}\n+++ {}\n",
            name("a", self.old.is_some()),
            name("b", self.new.is_some())
        );
        if self.is_directory() {
            return Ok(text);
        }
        let new = self.contents().unwrap_or_default();
        let is_short = new.len() as u64 <= MAX_DIFF_BYTES;
        let new_text = if is_short { text_of(new.to_vec()) } else { None };
        // Writing to text cannot fail.
        let _ = if let (Some(old), Some(new)) = (self.old_text()?, new_text) {
            let input = InternedInput::new(old.as_str(), new.as_str());
            let mut diff = Diff::compute(Algorithm::Histogram, &input);
            diff.postprocess_lines(&input);
            let printer = BasicLineDiffPrinter(&input.interner);
            write!(text, "{}", diff.unified_diff(&printer, UnifiedDiffConfig::default(), &input))
        } else {
            let old = self.old.map_or(0, |old| old.size);
            writeln!(text, "not shown: no text, or too long ({old} and {} bytes)", new.len())
        };
        Ok(text)
    }

    /// Returns the text on the disk. `None` if it is too long or is not text.
    fn old_text(&self) -> Result<Option<String>> {
        match self.old {
            Some(old) if old.file_type == FileType::File => {
                if old.size > MAX_DIFF_BYTES {
                    return Ok(None);
                }
                let mut bytes = Vec::new();
                let reader = self.disk.open(&self.path)?;
                reader.bytes.take(MAX_DIFF_BYTES).read_to_end(&mut bytes)?;
                Ok(text_of(bytes))
            }
            Some(_) => Ok(None),
            None => Ok(Some(String::new())),
        }
    }

    /// Returns an error if the entry on the disk is not as it was when the changes were made up.
    fn check_unchanged(&self) -> Result<()> {
        let now = match self.disk.metadata(&self.path) {
            Ok(now) => Some(now),
            Err(error) if error.is("ENOENT") || error.is("ENOTDIR") => None,
            Err(error) => return Err(error),
        };
        let is_same = match (now, self.old) {
            _ if self.follows_removal => true,
            // A directory changes when something in it is removed.
            (Some(now), Some(old)) if old.file_type == FileType::Directory => {
                now.file_type == FileType::Directory
            }
            (now, old) => now == old,
        };
        if is_same {
            return Ok(());
        }
        Err(FsError::new("EBUSY", "changed on the disk since the changes were made up"))
    }

    fn apply(&self) -> Result<()> {
        let Some(new) = &self.new else {
            return self.disk.remove(&self.path);
        };
        match new {
            Changed::File(contents) => {
                if let Some((parent, _)) = self.path.split() {
                    create_directories(&self.disk, &parent)?;
                }
                let mut writer = self.disk.create(&self.path, false)?;
                writer.write(&contents.bytes)?;
                writer.commit()
            }
            Changed::Directory => create_directories(&self.disk, &self.path),
            Changed::Removed => Ok(()),
        }
    }

    /// Returns the error with the path of the change.
    fn failed(&self, error: FsError) -> io::Error {
        let error = io::Error::from(error);
        io::Error::new(error.kind(), format!("{}: {error}", self.path().escape_debug()))
    }
}

impl fmt::Debug for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Change")
            .field("path", &self.path())
            .field("kind", &self.kind)
            .field("bytes", &self.contents().map(<[u8]>::len))
            .finish_non_exhaustive()
    }
}

fn text_of(bytes: Vec<u8>) -> Option<String> {
    String::from_utf8(bytes).ok().filter(|text| !text.contains('\0'))
}

/// Returns true if a file on the disk has these contents.
fn is_same(disk: &Disk, path: &RelativePath, old: Metadata, new: &Contents) -> Result<bool> {
    if old.size != new.bytes.len() as u64 {
        return Ok(false);
    }
    let mut reader = disk.open(path)?.bytes;
    let mut part = vec![0; 64 << 10];
    let mut rest = &**new.bytes;
    loop {
        let count = reader.read(&mut part)?;
        match (part.get(..count), rest.split_at_checked(count)) {
            (Some([]), _) => return Ok(rest.is_empty()),
            (Some(read), Some((expected, after))) if read == expected => rest = after,
            _ => return Ok(false),
        }
    }
}
