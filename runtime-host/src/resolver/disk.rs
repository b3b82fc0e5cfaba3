//! Files of folders on disk.

use std::collections::BTreeMap;
use std::io::{self, Read};
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use cap_fs_ext::{DirExt as _, FollowSymlinks, OpenOptionsFollowExt as _, OpenOptionsSyncExt as _};
use cap_std::fs::{Dir, File, OpenOptions};

use super::direct::{self, Look};
use super::files::{Files, Kind};

/// Opens a folder each time that it is needed.
pub(crate) type Opener = Box<dyn Fn() -> io::Result<Dir> + Send + Sync>;

/// A folder, and other folders that appear in it. No link leads out of the folder in which it
/// lies. Names that begin with a dot are hidden, except below `node_modules` and in packages.
#[derive(Default)]
pub(crate) struct Disk {
    root: Option<Arc<Dir>>,
    /// Folders by the path at which each appears. They hide what the root has there. There may be
    /// thousands, so that only the last one is kept open.
    mounts: BTreeMap<String, Mount>,
    last: Mutex<Option<(String, Arc<Dir>)>>,
}

struct Mount {
    open: Opener,
    /// True for a package of a registry, in which no name is hidden.
    is_package: bool,
}

/// A place in a folder.
struct Place<'a> {
    dir: Arc<Dir>,
    /// The path at which the folder appears.
    mount: &'a str,
    /// The path from there, without links.
    real: PathBuf,
    /// The entry there, if no link has led to it.
    look: Look,
}

impl Disk {
    pub(crate) fn new(root: Option<Dir>) -> Self {
        Self { root: root.map(Arc::new), ..Self::default() }
    }

    /// Shows a folder at a path. The longest path that fits wins. `is_package` is true for a package
    /// of a registry, in which no name is hidden.
    pub(crate) fn mount(&mut self, path: impl Into<String>, open: Opener, is_package: bool) {
        self.mounts.insert(path.into(), Mount { open, is_package });
    }

    /// Returns the folder that a path lies in, the path at which it appears, and the path from
    /// there.
    fn folder<'a>(&self, path: &'a str) -> io::Result<Option<(Arc<Dir>, &'a str, &'a str)>> {
        let ends = path.match_indices('/').map(|(at, _)| at).chain([path.len()]);
        for end in ends.collect::<Vec<_>>().into_iter().rev() {
            let (mount, below) = path.split_at(end);
            if let Some(folder) = self.mounts.get(mount) {
                let opened = self.opened(mount, folder)?;
                return Ok(Some((opened, mount, below.trim_start_matches('/'))));
            }
        }
        Ok(self.root.as_ref().map(|root| (Arc::clone(root), "", path)))
    }

    /// Opens a folder, unless it was the last one.
    fn opened(&self, path: &str, folder: &Mount) -> io::Result<Arc<Dir>> {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, dir)) = last.as_ref().filter(|(other, _)| other == path) {
            return Ok(Arc::clone(dir));
        }
        let dir = Arc::new((folder.open)()?);
        *last = Some((path.to_owned(), Arc::clone(&dir)));
        Ok(dir)
    }

    fn find<'a>(&self, path: &'a str) -> io::Result<Option<Place<'a>>> {
        let Some((dir, mount, below)) = self.folder(path)? else { return Ok(None) };
        let hides = !self.mounts.get(mount).is_some_and(|folder| folder.is_package);
        if hides && is_hidden(Path::new(below)) {
            return Ok(None);
        }
        let below = if below.is_empty() { "." } else { below };
        match direct::look(&dir, below) {
            Look::Missing => return Ok(None),
            Look::Unknown => {}
            look @ Look::Found(_) => {
                return Ok(Some(Place { dir, mount, real: below.into(), look }));
            }
        }
        match dir.canonicalize(below) {
            Ok(real) if hides && is_hidden(&real) => Ok(None),
            Ok(real) => Ok(Some(Place { dir, mount, real, look: Look::Unknown })),
            Err(error) if is_missing(&error) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

fn is_missing(error: &io::Error) -> bool {
    use io::ErrorKind::{InvalidFilename, NotADirectory, NotFound, PermissionDenied};
    use rustix::io::Errno;

    // A link that leads out of the folder is refused as a lack of permission.
    matches!(error.kind(), NotFound | NotADirectory | PermissionDenied | InvalidFilename)
        || error.raw_os_error() == Some(Errno::LOOP.raw_os_error())
}

/// Returns true if a name before `node_modules` begins with a dot. Package managers keep files
/// below `node_modules/.pnpm` and the like.
fn is_hidden(path: &Path) -> bool {
    for component in path.components() {
        let Component::Normal(name) = component else { continue };
        if name == "node_modules" {
            return false;
        }
        if name.as_encoded_bytes().starts_with(b".") {
            return true;
        }
    }
    false
}

/// Opens a regular file without following links.
fn open(dir: &Dir, path: &Path) -> io::Result<File> {
    // Checked first, because opening a device may have an effect.
    if !dir.symlink_metadata(path)?.is_file() {
        return Err(io::Error::other("not a regular file"));
    }
    let (Some(parent), Some(last)) = (path.parent(), path.file_name()) else {
        return Err(io::ErrorKind::NotFound.into());
    };
    let mut within = dir.try_clone()?;
    for component in parent.components() {
        within = within.open_dir_nofollow(component)?;
    }
    let mut options = OpenOptions::new();
    options.read(true).nonblock(true).follow(FollowSymlinks::No);
    let file = within.open_with(last, &options)?;
    if !file.metadata()?.is_file() {
        return Err(io::Error::other("not a regular file"));
    }
    Ok(file)
}

impl Files for Disk {
    fn kind(&self, path: &str) -> io::Result<Option<Kind>> {
        let Some(Place { dir, real, look, .. }) = self.find(path)? else {
            let inside = format!("{path}/");
            let next = self.mounts.range(inside.clone()..).next();
            let shows = next.is_some_and(|(mount, _)| mount.starts_with(&inside));
            return Ok(shows.then_some(Kind::Folder));
        };
        if let Look::Found(kind) = look {
            return Ok(kind);
        }
        let kind = dir.symlink_metadata(real)?.file_type();
        Ok(match (kind.is_file(), kind.is_dir()) {
            (true, _) => Some(Kind::File),
            (_, true) => Some(Kind::Folder),
            _ => None,
        })
    }

    fn read(&self, path: &str, max_bytes: u64) -> io::Result<Vec<u8>> {
        let Place { dir, real, look, .. } = self.find(path)?.ok_or(io::ErrorKind::NotFound)?;
        let mut bytes = Vec::new();
        let limit = max_bytes.saturating_add(1);
        // Only a file is opened, because opening a device may have an effect.
        let opened = match (look, real.to_str()) {
            (Look::Found(Some(Kind::File)), Some(real)) => direct::open(&dir, real),
            _ => None,
        };
        match opened {
            Some(file) => {
                let (file, length) = file?;
                // One step reads all, and one more sees the end.
                bytes.reserve(usize::try_from(length.min(max_bytes)).unwrap_or(0) + 1);
                file.take(limit).read_to_end(&mut bytes)?
            }
            None => open(&dir, &real)?.take(limit).read_to_end(&mut bytes)?,
        };
        if bytes.len() as u64 > max_bytes {
            return Err(io::Error::other(format!("larger than {max_bytes} bytes")));
        }
        Ok(bytes)
    }

    fn real(&self, path: &str) -> io::Result<String> {
        let Place { mount, real, .. } = self.find(path)?.ok_or(io::ErrorKind::NotFound)?;
        let names: Option<Vec<&str>> = real.iter().map(|name| name.to_str()).collect();
        let names = names.ok_or(io::ErrorKind::InvalidFilename)?.join("/");
        Ok(if mount.is_empty() { names } else { format!("{mount}/{names}") })
    }
}
