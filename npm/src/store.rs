//! The package store: a folder on disk that processes share.

use std::collections::BTreeMap;
use std::io::{self, Read};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, SystemTime};

use cap_std::ambient_authority;
use cap_std::fs::{Dir, OpenOptions};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::error::{Error, Result};
use crate::integrity::Integrity;
use crate::json;
use crate::settings::Limits;
use crate::unpack::{self, Sink};

/// The folder of metadata, and the list of a package's files beside its folder.
const METADATA: &str = "metadata";
const INDEX: &str = "index.json";
const FILES: &str = "package";
/// The start of the names of temporary files, and the age at which they are removed.
const TEMPORARY: &str = ".tmp-";
const ABANDONED: Duration = Duration::from_hours(24);
/// The most bytes of an index: 50,000 files with names of 1 KiB.
const MAX_INDEX: u64 = 64 << 20;

/// The bytes that a disk gives at a time.
const BLOCK: u64 = 4096;

/// A folder of packages, by the digests of their archives.
///
/// `<digest>/package` holds the files of one package, and `<digest>/index.json` their sizes. Both
/// appear at once, by renaming, so that a process that dies leaves a temporary folder at most.
#[derive(Clone, Debug)]
pub(crate) struct Store {
    root: Arc<Dir>,
    room: Arc<Room>,
}

/// The room of a store.
#[derive(Debug)]
struct Room {
    limit: u64,
    /// The bytes of the store, counted when the first ones are added.
    used: OnceLock<AtomicU64>,
}

/// The files of one package.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Index {
    /// The bytes of the archive.
    archive: u64,
    files: BTreeMap<String, u64>,
}

impl Index {
    /// Returns the bytes that the files take on a disk, with a block for the index.
    fn bytes(&self) -> u64 {
        let blocks = self.files.values().map(|size| size.max(&1).next_multiple_of(BLOCK));
        blocks.fold(BLOCK, u64::saturating_add)
    }
}

impl Store {
    /// Opens the store in a folder, and creates the folder if it is not there.
    pub(crate) fn open(path: &Path) -> Result<Self> {
        let open = || {
            Dir::create_ambient_dir_all(path, ambient_authority())?;
            let root = Dir::open_ambient_dir(path, ambient_authority())?;
            root.create_dir_all(METADATA)?;
            let unlimited = Room { limit: u64::MAX, used: OnceLock::new() };
            Ok(Self { root: Arc::new(root), room: Arc::new(unlimited) })
        };
        let store: Self = open().map_err(Error::store("opening its folder"))?;
        store.remove_abandoned();
        Ok(store)
    }

    /// Returns the store with a limit of its bytes.
    pub(crate) fn with_limit(self, limit: u64) -> Self {
        Self { room: Arc::new(Room { limit, used: OnceLock::new() }), ..self }
    }

    /// Counts bytes that are added in place of `old` ones.
    ///
    /// Errors if there is no room for them.
    fn take(&self, bytes: u64, old: u64) -> Result<()> {
        let Room { limit, used } = &*self.room;
        let used = used.get_or_init(|| AtomicU64::new(self.used()));
        let fits = |used: u64| {
            let sum = used.saturating_sub(old).saturating_add(bytes);
            // A change that makes the store smaller always fits.
            (sum <= *limit || bytes <= old).then_some(sum)
        };
        let taken = used.fetch_update(Ordering::Relaxed, Ordering::Relaxed, fits);
        taken.map(|_| ()).map_err(|_| Error::StoreFull { limit: *limit })
    }

    /// Returns the bytes of the packages' files and of the metadata. Files that cannot be read
    /// count as nothing.
    fn used(&self) -> u64 {
        let of_package = |name: &Path| {
            let index = read(&self.root, &name.join(INDEX).to_string_lossy(), MAX_INDEX).ok()?;
            Some(json::parse::<Index>(&index, MAX_INDEX, INDEX).ok()?.bytes())
        };
        let packages = self.root.entries().into_iter().flatten().flatten();
        let packages = packages
            .map(|entry| entry.file_name())
            .filter(|name| !name.to_string_lossy().starts_with(TEMPORARY))
            .filter_map(|name| of_package(Path::new(&name)));
        let metadata = self.root.read_dir(METADATA).into_iter().flatten().flatten();
        let metadata = metadata.filter_map(|entry| Some(entry.metadata().ok()?.len()));
        packages.chain(metadata).fold(0, u64::saturating_add)
    }

    /// Removes what processes have left that died long ago. Errors mean that another process
    /// does the same.
    fn remove_abandoned(&self) {
        let Ok(entries) = self.root.entries() else { return };
        for entry in entries.flatten() {
            let is_old = || {
                let modified = entry.metadata().ok()?.modified().ok()?.into_std();
                Some(SystemTime::now().duration_since(modified).ok()? > ABANDONED)
            };
            let is_temporary = entry.file_name().to_string_lossy().starts_with(TEMPORARY);
            if is_temporary && is_old() == Some(true) {
                let name = entry.file_name();
                let _ = self.root.remove_dir_all(&name).or_else(|_| self.root.remove_file(&name));
            }
        }
    }

    /// Returns true if a package is in the store. Files of it may have been removed since.
    pub(crate) fn has(&self, integrity: &Integrity) -> bool {
        self.root.is_file(Path::new(&integrity.hex()).join(INDEX))
    }

    /// Returns the bytes of a package's archive, if the package is in the store and complete:
    /// each file is there, with its size. Contents are not read.
    pub(crate) fn find(&self, integrity: &Integrity) -> Option<u64> {
        let entry = self.root.open_dir(integrity.hex()).ok()?;
        let index = read(&entry, INDEX, MAX_INDEX).ok()?;
        let index: Index = json::parse(&index, MAX_INDEX, INDEX).ok()?;
        let files = entry.open_dir(FILES).ok()?;
        let is_complete = |(path, size): (&String, &u64)| {
            files.symlink_metadata(path).is_ok_and(|it| it.is_file() && it.len() == *size)
        };
        index.files.iter().all(is_complete).then_some(index.archive)
    }

    /// Opens the folder with a package's files.
    pub(crate) fn files(&self, integrity: &Integrity) -> Result<Dir> {
        let folder = Path::new(&integrity.hex()).join(FILES);
        self.root.open_dir(folder).map_err(Error::store("opening a package"))
    }

    /// Unpacks an archive whose digest is known to be right. Replaces a package that is not
    /// complete. If another process has been faster, its package stays.
    pub(crate) fn add(
        &self,
        integrity: &Integrity,
        archive: &[u8],
        package: &str,
        limits: &Limits,
    ) -> Result<()> {
        let temporary = Temporary::new(&self.root)?;
        let folder = &temporary.dir;
        let mut sink = Folder { files: create_dir(folder, FILES)?, sizes: BTreeMap::new() };
        unpack::unpack(archive, package, limits, &mut sink)?;
        if !sink.sizes.contains_key("package.json") {
            let reason = "it has no package.json".to_owned();
            return Err(Error::Archive { package: package.to_owned(), reason });
        }
        let index = Index { archive: archive.len() as u64, files: sink.sizes };
        self.take(index.bytes(), 0)?;
        let index = serde_json::to_vec(&index).map_err(io::Error::from);
        index
            .and_then(|index| folder.write(INDEX, index))
            .map_err(Error::store("writing an index"))?;
        let name = integrity.hex();
        if self.root.rename(&temporary.name, &self.root, &name).is_ok() {
            return Ok(());
        }
        // Something is there: what another process has finished meanwhile, or a broken package.
        if self.find(integrity).is_some() {
            return Ok(());
        }
        let broken = Temporary::new(&self.root)?;
        let _ = self.root.rename(&name, &broken.dir, FILES);
        let renamed = self.root.rename(&temporary.name, &self.root, &name);
        match renamed {
            Err(_) if self.find(integrity).is_some() => Ok(()),
            renamed => renamed.map_err(Error::store("moving a package to its place")),
        }
    }

    /// Returns the metadata of a package that were kept for offline use.
    pub(crate) fn metadata(&self, registry: &str, package: &str, limit: u64) -> Option<Vec<u8>> {
        let name = metadata_name(registry, package);
        let mut bytes = read(&self.root, &name, limit.saturating_add(64)).ok()?;
        let document = bytes.split_off(bytes.len().min(64));
        (bytes == hex(&document).as_bytes()).then_some(document)
    }

    /// Keeps the metadata of a package for offline use, with a digest that tells if the file is
    /// whole.
    pub(crate) fn keep_metadata(
        &self,
        registry: &str,
        package: &str,
        document: &[u8],
    ) -> Result<()> {
        let bytes = [hex(document).as_bytes(), document].concat();
        let old = self.root.metadata(metadata_name(registry, package));
        self.take(bytes.len() as u64, old.map_or(0, |old| old.len()))?;
        replace(&self.root, &metadata_name(registry, package), &bytes)
    }
}

fn metadata_name(registry: &str, package: &str) -> String {
    format!("{METADATA}/{}.json", hex(format!("{registry}\n{package}").as_bytes()))
}

fn hex(bytes: &[u8]) -> String {
    format!("{:x}", Sha256::digest(bytes))
}

fn create_dir(dir: &Dir, name: &str) -> Result<Dir> {
    let create = || {
        dir.create_dir(name)?;
        dir.open_dir(name)
    };
    create().map_err(Error::store("creating a folder"))
}

fn temporary_name() -> Result<String> {
    let mut random = [0; 16];
    getrandom::fill(&mut random).map_err(|_| Error::Settings {
        reason: "the operating system has no random numbers".to_owned(),
    })?;
    Ok(format!("{TEMPORARY}{:032x}", u128::from_ne_bytes(random)))
}

/// Replaces a file below any folder at once, so that nobody sees a part of it.
pub(crate) fn replace(folder: &Dir, name: &str, contents: &[u8]) -> Result<()> {
    let temporary = temporary_name()?;
    let written =
        folder.write(&temporary, contents).and_then(|()| folder.rename(&temporary, folder, name));
    if written.is_err() {
        let _ = folder.remove_file(&temporary);
    }
    written.map_err(|error| Error::Write { file: name.to_owned(), source: Arc::new(error) })
}

/// Reads a file of at most `limit` bytes.
pub(crate) fn read(dir: &Dir, name: &str, limit: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    dir.open(name)?.take(limit.saturating_add(1)).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > limit {
        return Err(io::Error::from(io::ErrorKind::FileTooLarge));
    }
    Ok(bytes)
}

/// A folder of the store that is removed when it is dropped, unless it has been renamed.
struct Temporary {
    root: Arc<Dir>,
    name: String,
    dir: Dir,
}

impl Temporary {
    fn new(root: &Arc<Dir>) -> Result<Self> {
        let name = temporary_name()?;
        let dir = create_dir(root, &name)?;
        Ok(Self { root: Arc::clone(root), name, dir })
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        // After renaming there is nothing of this name. A failure leaves a temporary folder.
        let _ = self.root.remove_dir_all(&self.name);
    }
}

/// Writes the files of an archive into a folder.
struct Folder {
    files: Dir,
    sizes: BTreeMap<String, u64>,
}

impl Sink for Folder {
    fn file(&mut self, path: &str, contents: &mut dyn Read) -> Result<u64> {
        if let Some((parent, _)) = path.rsplit_once('/') {
            self.files.create_dir_all(parent).map_err(Error::store("creating a folder"))?;
        }
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(true);
        let file = self.files.open_with(path, &options);
        let mut file = file.map_err(Error::store("creating a file"))?;
        let size = io::copy(contents, &mut file).map_err(Error::store("unpacking a file"))?;
        self.sizes.insert(path.to_owned(), size);
        Ok(size)
    }
}

#[cfg(test)]
#[path = "store_tests.rs"]
mod tests;
