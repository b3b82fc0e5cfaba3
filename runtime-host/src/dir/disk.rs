//! A folder of the disk.

use std::io::{self, Read, Write};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use cap_fs_ext::{
    FollowSymlinks, MetadataExt as _, OpenOptionsFollowExt as _, OpenOptionsSyncExt as _,
};
use cap_std::ambient_authority;
use cap_std::fs::{Dir, File, OpenOptions};

use super::error::{FsError, Result};
use super::limits::{Quota, Taken};
use super::path::RelativePath;
use super::tree::{Entries, Entry, FileType, Metadata, Reader, Tree, Writer};

/// A folder that is opened once. cap-std resolves each path below it, so that neither a name nor
/// a link, nor one that changes meanwhile, leads out of it.
#[derive(Clone)]
pub(super) struct Disk {
    dir: Arc<Dir>,
    /// False if a path through a symbolic link is refused.
    follows_links: bool,
    quota: Arc<Quota>,
    /// Held while an entry is replaced or removed, so that its size is counted once.
    replacing: Arc<Mutex<()>>,
}

impl Disk {
    pub(super) fn open(path: &Path, follows_links: bool, quota: Arc<Quota>) -> io::Result<Self> {
        let dir = Dir::open_ambient_dir(path, ambient_authority())?;
        Ok(Self { dir: Arc::new(dir), follows_links, quota, replacing: Arc::default() })
    }

    /// Returns an error if a link is followed that must not be.
    fn check_links(&self, path: &RelativePath) -> Result<()> {
        if self.follows_links
            || path.is_empty()
            || self.dir.canonicalize(path.as_path())? == path.as_path()
        {
            return Ok(());
        }
        Err(link_refused())
    }

    /// Opens the directory that contains an entry. Also returns the entry's name.
    fn parent<'a>(&self, path: &'a RelativePath) -> Result<(Dir, &'a str)> {
        let Some((parent, name)) = path.split() else {
            return Err(FsError::new(
                "EBUSY",
                "the directory itself cannot be replaced or removed",
            ));
        };
        self.check_links(&parent)?;
        Ok((self.dir.open_dir(parent.as_path())?, name))
    }

    /// Returns the path of the file that a write replaces.
    fn target(&self, path: &RelativePath) -> Result<RelativePath> {
        let is_link = !path.is_empty()
            && self.follows_links
            && self.dir.symlink_metadata(path.as_path()).is_ok_and(|found| found.is_symlink());
        if !is_link {
            return Ok(path.clone());
        }
        let target = self.dir.canonicalize(path.as_path())?;
        let text = target
            .to_str()
            .ok_or_else(|| FsError::new("EINVAL", "the link's target is not UTF-8"))?;
        RelativePath::parse(text)
    }

    fn replacing(lock: &Mutex<()>) -> MutexGuard<'_, ()> {
        lock.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Tree for Disk {
    fn metadata(&self, path: &RelativePath) -> Result<Metadata> {
        if self.follows_links {
            return Ok(properties(&self.dir.metadata(path.as_path())?));
        }
        self.own_metadata(path)
    }

    fn own_metadata(&self, path: &RelativePath) -> Result<Metadata> {
        if path.is_empty() {
            return Ok(properties(&self.dir.metadata(path.as_path())?));
        }
        let (parent, name) = self.parent(path)?;
        Ok(properties(&parent.symlink_metadata(name)?))
    }

    fn open(&self, path: &RelativePath) -> Result<Reader> {
        self.check_links(path)?;
        // Checked first, because opening a device may have an effect.
        check_regular(&self.dir.metadata(path.as_path())?)?;
        let mut options = OpenOptions::new();
        // The entry may have become a FIFO, whose writer is not waited for.
        options.read(true).nonblock(true);
        if !self.follows_links {
            options.follow(FollowSymlinks::No);
        }
        let file = self.dir.open_with(path.as_path(), &options)?;
        let found = file.metadata()?;
        check_regular(&found)?;
        Ok(Reader { bytes: Box::new(file), size: found.len() })
    }

    fn entries(&self, path: &RelativePath) -> Result<Entries> {
        self.check_links(path)?;
        let entries = self.dir.read_dir(path.as_path())?;
        Ok(Box::new(entries.map(|entry| {
            let entry = entry?;
            let Ok(name) = entry.file_name().into_string() else {
                let name = entry.file_name().to_string_lossy().into_owned();
                return Ok(Entry { name, is_text: false, file_type: FileType::Other, size: 0 });
            };
            let file_type = file_type(entry.file_type()?);
            // A file that was removed meanwhile has no size.
            let size = match file_type {
                FileType::File => entry.metadata().map_or(0, |found| found.len()),
                _ => 0,
            };
            Ok(Entry { name, is_text: true, file_type, size })
        })))
    }

    fn create(&self, path: &RelativePath, append: bool) -> Result<Box<dyn Writer>> {
        let path = &self.target(path)?;
        if path.is_empty() {
            return Err(FsError::is_directory());
        }
        let (parent, name) = self.parent(path)?;
        let old = present(parent.symlink_metadata(name))?;
        if let Some(old) = &old {
            check_regular(old)?;
        }
        let mut options = OpenOptions::new();
        options.follow(FollowSymlinks::No).nonblock(true);
        let taken = self.quota.take(0, 0)?;
        match old {
            // Another name of the file, which may lie elsewhere, must not see the change.
            Some(old) if append && old.nlink() == 1 => {
                let file = parent.open_with(name, options.append(true))?;
                check_regular(&file.metadata()?)?;
                Ok(Box::new(Appending { file, taken }))
            }
            old => {
                let temporary = temporary_name()?;
                let file = parent.open_with(&temporary, options.write(true).create_new(true))?;
                let mut replacing = Replacing {
                    disk: self.clone(),
                    parent,
                    name: name.to_owned(),
                    temporary,
                    file,
                    taken,
                    is_over: false,
                };
                if let (true, Some(_)) = (append, old) {
                    replacing.copy(&mut *self.open(path)?.bytes)?;
                }
                Ok(Box::new(replacing))
            }
        }
    }

    fn create_directory(&self, path: &RelativePath) -> Result<()> {
        if path.is_empty() {
            return Err(FsError::exists());
        }
        let (parent, name) = self.parent(path)?;
        let mut taken = self.quota.take(0, 1)?;
        parent.create_dir(name)?;
        taken.keep();
        Ok(())
    }

    fn rename(&self, from: &RelativePath, to: &RelativePath) -> Result<()> {
        let (from_parent, from) = self.parent(from)?;
        let (to_parent, to) = self.parent(to)?;
        let _lock = Self::replacing(&self.replacing);
        let moved = from_parent.symlink_metadata(from)?;
        let old = present(to_parent.symlink_metadata(to))?;
        from_parent.rename(from, &to_parent, to)?;
        // Two names of one file are both left as they are.
        if let Some(old) = old.filter(|old| (old.dev(), old.ino()) != (moved.dev(), moved.ino())) {
            self.quota.give(own_bytes(&old), 1);
        }
        Ok(())
    }

    fn remove(&self, path: &RelativePath) -> Result<()> {
        let (parent, name) = self.parent(path)?;
        let _lock = Self::replacing(&self.replacing);
        let found = parent.symlink_metadata(name)?;
        if found.is_dir() {
            parent.remove_dir(name)?;
        } else {
            parent.remove_file(name)?;
        }
        self.quota.give(own_bytes(&found), 1);
        Ok(())
    }

    fn narrowed(&self, path: &RelativePath) -> Result<Arc<dyn Tree>> {
        self.check_links(path)?;
        let dir = self.dir.open_dir(path.as_path())?;
        Ok(Arc::new(Self { dir: Arc::new(dir), ..self.clone() }))
    }

    #[cfg(feature = "wasi")]
    fn handle(&self) -> Option<io::Result<Dir>> {
        Some(self.dir.try_clone())
    }
}

/// A file to which bytes are added where it lies.
struct Appending {
    file: File,
    taken: Taken,
}

impl Writer for Appending {
    fn write(&mut self, bytes: &[u8]) -> Result<()> {
        self.taken.add(bytes.len() as u64, 0)?;
        // Part of the bytes may be in the file even if writing fails.
        self.taken.keep();
        Ok(self.file.write_all(bytes)?)
    }

    fn commit(self: Box<Self>) -> Result<()> {
        Ok(())
    }
}

/// A file under a temporary name, which takes the place of another when it is complete.
struct Replacing {
    disk: Disk,
    parent: Dir,
    name: String,
    temporary: String,
    file: File,
    taken: Taken,
    is_over: bool,
}

impl Replacing {
    fn copy(&mut self, from: &mut dyn Read) -> Result<()> {
        let mut part = vec![0; 64 << 10];
        loop {
            let count = from.read(&mut part)?;
            match part.get(..count) {
                Some(bytes) if count > 0 => self.write(bytes)?,
                _ => return Ok(()),
            }
        }
    }
}

impl Writer for Replacing {
    fn write(&mut self, bytes: &[u8]) -> Result<()> {
        self.taken.add(bytes.len() as u64, 0)?;
        Ok(self.file.write_all(bytes)?)
    }

    fn commit(mut self: Box<Self>) -> Result<()> {
        let lock = Arc::clone(&self.disk.replacing);
        let _lock = Disk::replacing(&lock);
        let old = present(self.parent.symlink_metadata(&self.name))?;
        match &old {
            Some(old) => {
                check_regular(old)?;
                self.file.set_permissions(old.permissions())?;
            }
            None => self.taken.add(0, 1)?,
        }
        self.parent.rename(&self.temporary, &self.parent, &self.name)?;
        self.is_over = true;
        self.taken.keep();
        self.disk.quota.give(old.map_or(0, |old| own_bytes(&old)), 0);
        Ok(())
    }
}

impl Drop for Replacing {
    fn drop(&mut self) {
        if !self.is_over {
            // Nothing more can be done about a file that cannot be removed.
            let _ = self.parent.remove_file(&self.temporary);
        }
    }
}

fn properties(found: &cap_std::fs::Metadata) -> Metadata {
    let file_type = file_type(found.file_type());
    let size = if file_type == FileType::File { found.len() } else { 0 };
    let modified = found.modified().ok().map(cap_std::time::SystemTime::into_std);
    Metadata { file_type, size, modified }
}

fn file_type(found: cap_std::fs::FileType) -> FileType {
    if found.is_file() {
        FileType::File
    } else if found.is_dir() {
        FileType::Directory
    } else if found.is_symlink() {
        FileType::Symlink
    } else {
        FileType::Other
    }
}

/// Returns an error unless it is a regular file.
fn check_regular(found: &cap_std::fs::Metadata) -> Result<()> {
    match file_type(found.file_type()) {
        FileType::File => Ok(()),
        FileType::Directory => Err(FsError::is_directory()),
        FileType::Symlink => Err(link_refused()),
        FileType::Other => Err(FsError::not_regular()),
    }
}

fn link_refused() -> FsError {
    FsError::new("ELOOP", "symbolic links are not followed here")
}

/// Returns the properties of an entry, or `None` if it does not exist.
fn present(found: io::Result<cap_std::fs::Metadata>) -> Result<Option<cap_std::fs::Metadata>> {
    match found {
        Ok(found) => Ok(Some(found)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Returns the bytes that are freed when the entry is removed.
fn own_bytes(found: &cap_std::fs::Metadata) -> u64 {
    if found.is_file() && found.nlink() == 1 { found.len() } else { 0 }
}

fn temporary_name() -> Result<String> {
    let number = getrandom::u64().map_err(|error| FsError::new("EIO", error.to_string()))?;
    Ok(format!(".isolet-{number:016x}.tmp"))
}
