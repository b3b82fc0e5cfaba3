//! A folder whose changes are kept in memory.

use std::collections::BTreeMap;
use std::io::{Cursor, Read};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use super::disk::Disk;
use super::error::{FsError, Result};
use super::limits::{Quota, Taken};
use super::path::RelativePath;
use super::tree::{Entries, Entry, FileType, Metadata, Reader, Tree, Writer};
use crate::limits::quota::{self, Reservation};

/// The bytes that an entry costs beside its path and its contents.
const ENTRY_BYTES: u64 = 256;

/// A folder, and what was changed of it.
pub(super) struct Overlay {
    pub(super) lower: Disk,
    quota: Arc<Quota>,
    upper: Mutex<Upper>,
}

/// The changed entries, by path.
type Upper = BTreeMap<RelativePath, Kept>;

/// A change, and the reservation of its memory in the tree of the sandbox that made it.
pub(super) struct Kept {
    pub(super) change: Changed,
    _memory: Reservation,
}

/// Returns the change of a path.
pub(super) fn changed<'a>(upper: &'a Upper, path: &RelativePath) -> Option<&'a Changed> {
    upper.get(path).map(|kept| &kept.change)
}

#[derive(Clone)]
pub(super) enum Changed {
    /// The entry of the folder, and all below it, is hidden.
    Removed,
    /// A new directory, which also hides all below it.
    Directory,
    File(Contents),
}

/// The contents of a new or changed file.
#[derive(Clone)]
pub(super) struct Contents {
    pub(super) bytes: Arc<Vec<u8>>,
    pub(super) modified: SystemTime,
}

impl Changed {
    pub(super) fn bytes(&self) -> u64 {
        match self {
            Self::File(contents) => contents.bytes.len() as u64,
            _ => 0,
        }
    }
}

/// The place of an entry.
enum Place {
    Upper(Metadata),
    Lower(Metadata),
}

impl Place {
    fn metadata(&self) -> Metadata {
        match self {
            Self::Upper(metadata) | Self::Lower(metadata) => *metadata,
        }
    }
}

impl Overlay {
    pub(super) fn new(lower: Disk, quota: Arc<Quota>) -> Self {
        Self { lower, quota, upper: Mutex::default() }
    }

    pub(super) fn upper(&self) -> MutexGuard<'_, Upper> {
        self.upper.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns true if a change hides the entry of the folder at a path, or would if it existed.
    pub(super) fn is_hidden(upper: &Upper, path: &RelativePath) -> Result<bool> {
        for ancestor in path.ancestors() {
            match changed(upper, &RelativePath::parse(ancestor)?) {
                Some(Changed::File(_)) => return Err(FsError::no_directory()),
                Some(_) => return Ok(true),
                None => {}
            }
        }
        Ok(false)
    }

    fn find(&self, upper: &Upper, path: &RelativePath) -> Result<Place> {
        let directory = Metadata { file_type: FileType::Directory, size: 0, modified: None };
        match changed(upper, path) {
            Some(Changed::Removed) => Err(FsError::not_found()),
            Some(Changed::Directory) => Ok(Place::Upper(directory)),
            Some(Changed::File(contents)) => Ok(Place::Upper(Metadata {
                file_type: FileType::File,
                size: contents.bytes.len() as u64,
                modified: Some(contents.modified),
            })),
            None if Self::is_hidden(upper, path)? => Err(FsError::not_found()),
            None => self.lower.metadata(path).map(Place::Lower),
        }
    }

    fn find_if_present(&self, upper: &Upper, path: &RelativePath) -> Result<Option<Metadata>> {
        match self.find(upper, path) {
            Ok(place) => Ok(Some(place.metadata())),
            Err(error) if error.is("ENOENT") => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Returns an error unless the directory that would contain an entry exists.
    fn check_parent(&self, upper: &Upper, path: &RelativePath) -> Result<()> {
        let Some((parent, _)) = path.split() else {
            return Err(FsError::new(
                "EBUSY",
                "the directory itself cannot be replaced or removed",
            ));
        };
        match self.find(upper, &parent)?.metadata().file_type {
            FileType::Directory => Ok(()),
            FileType::Symlink => Err(FsError::new("ELOOP", "symbolic links are not followed here")),
            _ => Err(FsError::no_directory()),
        }
    }

    /// Sets an entry, whose room was taken.
    fn set(&self, upper: &mut Upper, path: RelativePath, change: Changed, mut taken: Taken) {
        let (entry, files) = (entry_bytes(&path), taken.files());
        let kept = Kept { change, _memory: taken.keep() };
        if let Some(old) = upper.insert(path, kept) {
            // It was counted as a file when it was set first.
            self.quota.give(entry + old.change.bytes(), files);
        }
    }

    /// Takes room for an entry without contents.
    fn take(&self, upper: &Upper, path: &RelativePath, memory: Reservation) -> Result<Taken> {
        let files = u64::from(!upper.contains_key(path));
        self.quota.take_in_memory(entry_bytes(path), files, memory)
    }

    /// Forgets an entry.
    pub(super) fn forget(&self, upper: &mut Upper, path: &RelativePath) {
        if let Some(old) = upper.remove(path) {
            self.quota.give(entry_bytes(path) + old.change.bytes(), 1);
        }
    }

    /// Returns the changed entries below a directory.
    fn changed_below(upper: &Upper, path: &RelativePath) -> Vec<RelativePath> {
        // `a/b` and `a/b/c` may have `a/b-` between them.
        let from = upper.range(path.clone()..).map(|(changed, _)| changed);
        from.take_while(|changed| changed.as_str().starts_with(path.as_str()))
            .filter(|changed| changed.below(path).is_some())
            .cloned()
            .collect()
    }

    fn entries_of(&self, upper: &Upper, path: &RelativePath) -> Result<Entries> {
        let place = self.find(upper, path)?;
        match place.metadata().file_type {
            FileType::Directory => {}
            FileType::Symlink => {
                return Err(FsError::new("ELOOP", "symbolic links are not followed here"));
            }
            _ => return Err(FsError::no_directory()),
        }
        let mut changed = BTreeMap::new();
        for path_below in Self::changed_below(upper, path) {
            let name = path_below.below(path).unwrap_or_default();
            if name.contains('/') {
                continue;
            }
            let entry = match self::changed(upper, &path_below) {
                Some(Changed::Directory) => Some((FileType::Directory, 0)),
                Some(change @ Changed::File(_)) => Some((FileType::File, change.bytes())),
                _ => None,
            };
            changed.insert(name.to_owned(), entry);
        }
        let added: Vec<_> = changed
            .iter()
            .filter_map(|(name, entry)| {
                entry.map(|(file_type, size)| {
                    Ok(Entry { name: name.clone(), is_text: true, file_type, size })
                })
            })
            .collect();
        let Place::Lower(_) = place else { return Ok(Box::new(added.into_iter())) };
        let lower = self.lower.entries(path)?.filter(move |entry| {
            entry.as_ref().map_or(true, |entry| !changed.contains_key(&entry.name))
        });
        Ok(Box::new(added.into_iter().chain(lower)))
    }

    /// Opens a file of the folder or of the changes.
    fn open_in(&self, upper: &Upper, path: &RelativePath) -> Result<Reader> {
        match (self.find(upper, path)?, changed(upper, path)) {
            (Place::Lower(_), _) => self.lower.open(path),
            (Place::Upper(metadata), Some(Changed::File(contents))) => {
                let bytes = Shared(Arc::clone(&contents.bytes));
                Ok(Reader { bytes: Box::new(Cursor::new(bytes)), size: metadata.size })
            }
            _ => Err(FsError::is_directory()),
        }
    }

    /// Hides or forgets an entry that may be a directory, with all below it.
    fn hide(&self, upper: &mut Upper, path: &RelativePath, memory: Reservation) -> Result<()> {
        let is_in_folder = !Self::is_hidden(upper, path)? && self.lower.metadata(path).is_ok();
        let taken = if is_in_folder { Some(self.take(upper, path, memory)?) } else { None };
        for below in Self::changed_below(upper, path) {
            self.forget(upper, &below);
        }
        match taken {
            Some(taken) => self.set(upper, path.clone(), Changed::Removed, taken),
            None => self.forget(upper, path),
        }
        Ok(())
    }

    /// Copies an entry, and all below it, to changes under another path.
    fn copies(
        &self,
        upper: &Upper,
        from: &RelativePath,
        to: &RelativePath,
        memory: impl Fn() -> Reservation,
    ) -> Result<Vec<(RelativePath, Changed, Taken)>> {
        let mut copies = Vec::new();
        let mut pending = vec![(from.clone(), to.clone())];
        while let Some((from, to)) = pending.pop() {
            let found = self.find(upper, &from)?.metadata();
            let mut taken = self.take(upper, &to, memory())?;
            let change = match found.file_type {
                FileType::Directory => {
                    for entry in self.entries_of(upper, &from)? {
                        let name = entry?.name;
                        pending.push((from.join(&name)?, to.join(&name)?));
                    }
                    Changed::Directory
                }
                FileType::File => {
                    let mut reader = self.open_in(upper, &from)?;
                    let mut bytes = Vec::new();
                    read_counted(&mut *reader.bytes, &mut bytes, &mut taken)?;
                    Changed::File(Contents { bytes: Arc::new(bytes), modified: SystemTime::now() })
                }
                _ => return Err(FsError::not_regular()),
            };
            copies.push((to, change, taken));
        }
        Ok(copies)
    }
}

fn entry_bytes(path: &RelativePath) -> u64 {
    ENTRY_BYTES + path.as_str().len() as u64
}

/// Reads all bytes, taking room for them before they are kept.
fn read_counted(from: &mut dyn Read, bytes: &mut Vec<u8>, taken: &mut Taken) -> Result<()> {
    let mut part = vec![0; 64 << 10];
    loop {
        let count = from.read(&mut part)?;
        match part.get(..count) {
            Some(read) if count > 0 => {
                taken.add(count as u64, 0)?;
                bytes.extend_from_slice(read);
            }
            _ => return Ok(()),
        }
    }
}

/// Bytes that a reader shares with the overlay.
struct Shared(Arc<Vec<u8>>);

impl AsRef<[u8]> for Shared {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

/// The tree of an overlay, or a part of it.
pub(super) struct OverlayTree {
    pub(super) overlay: Arc<Overlay>,
    pub(super) base: RelativePath,
    /// The quota of the sandbox that makes changes. `None` if the embedder makes them.
    pub(super) payer: Option<Arc<quota::Quota>>,
}

impl OverlayTree {
    /// Returns an empty reservation for the memory of a change.
    fn memory(&self) -> Reservation {
        self.payer.as_ref().map(|payer| Reservation::none(payer, false)).unwrap_or_default()
    }
}

impl Tree for OverlayTree {
    fn metadata(&self, path: &RelativePath) -> Result<Metadata> {
        let upper = self.overlay.upper();
        let found = self.overlay.find(&upper, &self.base.join_all(path)?)?;
        Ok(found.metadata())
    }

    fn open(&self, path: &RelativePath) -> Result<Reader> {
        let upper = self.overlay.upper();
        self.overlay.open_in(&upper, &self.base.join_all(path)?)
    }

    fn entries(&self, path: &RelativePath) -> Result<Entries> {
        let upper = self.overlay.upper();
        self.overlay.entries_of(&upper, &self.base.join_all(path)?)
    }

    fn create(&self, path: &RelativePath, append: bool) -> Result<Box<dyn Writer>> {
        let path = self.base.join_all(path)?;
        let overlay = Arc::clone(&self.overlay);
        let upper = overlay.upper();
        if path.is_empty() {
            return Err(FsError::is_directory());
        }
        overlay.check_parent(&upper, &path)?;
        let old = overlay.find_if_present(&upper, &path)?;
        check_replaceable(old)?;
        let mut taken = overlay.quota.take_in_memory(entry_bytes(&path), 0, self.memory())?;
        let mut bytes = Vec::new();
        if append && old.is_some() {
            read_counted(&mut *overlay.open_in(&upper, &path)?.bytes, &mut bytes, &mut taken)?;
        }
        drop(upper);
        Ok(Box::new(Buffer { overlay, path, bytes, taken }))
    }

    fn create_directory(&self, path: &RelativePath) -> Result<()> {
        let path = self.base.join_all(path)?;
        let mut upper = self.overlay.upper();
        if path.is_empty() || self.overlay.find_if_present(&upper, &path)?.is_some() {
            return Err(FsError::exists());
        }
        self.overlay.check_parent(&upper, &path)?;
        let taken = self.overlay.take(&upper, &path, self.memory())?;
        self.overlay.set(&mut upper, path, Changed::Directory, taken);
        Ok(())
    }

    fn rename(&self, from: &RelativePath, to: &RelativePath) -> Result<()> {
        let (from, to) = (self.base.join_all(from)?, self.base.join_all(to)?);
        let overlay = &self.overlay;
        let mut upper = overlay.upper();
        overlay.check_parent(&upper, &from)?;
        overlay.check_parent(&upper, &to)?;
        let moved = overlay.find(&upper, &from)?.metadata();
        if from == to {
            return Ok(());
        }
        if to.below(&from).is_some() {
            return Err(FsError::new("EINVAL", "a directory cannot be moved into itself"));
        }
        let old = overlay.find_if_present(&upper, &to)?;
        match (moved.file_type, old.map(|old| old.file_type)) {
            (FileType::Directory, Some(FileType::Directory)) => {
                if overlay.entries_of(&upper, &to)?.next().is_some() {
                    return Err(FsError::not_empty());
                }
            }
            (FileType::Directory, Some(_)) => return Err(FsError::no_directory()),
            _ => check_replaceable(old)?,
        }
        let copies = overlay.copies(&upper, &from, &to, || self.memory())?;
        overlay.hide(&mut upper, &from, self.memory())?;
        for below in Overlay::changed_below(&upper, &to) {
            overlay.forget(&mut upper, &below);
        }
        for (path, change, taken) in copies {
            overlay.set(&mut upper, path, change, taken);
        }
        Ok(())
    }

    fn remove(&self, path: &RelativePath) -> Result<()> {
        let path = self.base.join_all(path)?;
        let mut upper = self.overlay.upper();
        self.overlay.check_parent(&upper, &path)?;
        let found = self.overlay.find(&upper, &path)?.metadata();
        if found.file_type == FileType::Directory
            && self.overlay.entries_of(&upper, &path)?.next().is_some()
        {
            return Err(FsError::not_empty());
        }
        self.overlay.hide(&mut upper, &path, self.memory())
    }

    fn narrowed(&self, path: &RelativePath) -> Result<Arc<dyn Tree>> {
        let base = self.base.join_all(path)?;
        let upper = self.overlay.upper();
        drop(self.overlay.entries_of(&upper, &base)?);
        Ok(Arc::new(Self { overlay: Arc::clone(&self.overlay), base, payer: self.payer.clone() }))
    }

    fn paid_by(&self, payer: &Arc<quota::Quota>) -> Option<Arc<dyn Tree>> {
        let (overlay, base) = (Arc::clone(&self.overlay), self.base.clone());
        Some(Arc::new(Self { overlay, base, payer: Some(Arc::clone(payer)) }))
    }
}

fn check_replaceable(old: Option<Metadata>) -> Result<()> {
    match old.map(|old| old.file_type) {
        None | Some(FileType::File) => Ok(()),
        Some(FileType::Directory) => Err(FsError::is_directory()),
        Some(FileType::Symlink) => {
            Err(FsError::new("ELOOP", "symbolic links are not followed here"))
        }
        Some(FileType::Other) => Err(FsError::not_regular()),
    }
}

/// A file that is being written to memory.
struct Buffer {
    overlay: Arc<Overlay>,
    path: RelativePath,
    bytes: Vec<u8>,
    taken: Taken,
}

impl Writer for Buffer {
    fn write(&mut self, bytes: &[u8]) -> Result<()> {
        self.taken.add(bytes.len() as u64, 0)?;
        self.bytes.extend_from_slice(bytes);
        Ok(())
    }

    fn commit(self: Box<Self>) -> Result<()> {
        let Self { overlay, path, mut bytes, mut taken } = *self;
        // The bytes that are kept are those that are counted.
        bytes.shrink_to_fit();
        let contents = Contents { bytes: Arc::new(bytes), modified: SystemTime::now() };
        let mut upper = overlay.upper();
        overlay.check_parent(&upper, &path)?;
        check_replaceable(overlay.find_if_present(&upper, &path)?)?;
        taken.add(0, u64::from(!upper.contains_key(&path)))?;
        overlay.set(&mut upper, path, Changed::File(contents), taken);
        Ok(())
    }
}
