//! Modules from one folder, and from nowhere else.

use std::collections::BTreeMap;
use std::io::{self, Read};
use std::path::{Component, Path};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use cap_fs_ext::{DirExt as _, FollowSymlinks, OpenOptionsFollowExt as _, OpenOptionsSyncExt as _};
use cap_std::ambient_authority;
use cap_std::fs::{Dir, File, OpenOptions};
use isolet::{Found, Module, ModuleSource};

/// The maximum number of bytes of one module, and of all that a run reads from its folder.
pub(crate) const MAX_BYTES: u64 = 64 << 20;

/// The maximum number of modules that a run reads from its folder.
pub(crate) const MAX_MODULES: u32 = 10_000;

/// A folder that is opened once. No name and no link leads out of it, or to what is hidden in
/// it. Everything whose name begins with a dot is hidden.
pub(crate) struct Folder {
    dir: Option<Dir>,
    known: Mutex<Known>,
}

/// The files and folders that were looked up in a folder.
struct Known {
    room: Room,
    /// The modules that were read. All sandboxes of a worker get the same ones.
    modules: BTreeMap<String, Module>,
}

impl Folder {
    /// Opens a folder. `path` is `None` if there is no folder to import from.
    ///
    /// # Errors
    /// Errors if the folder cannot be opened.
    pub(crate) fn open(path: Option<&Path>) -> io::Result<Self> {
        let dir = match path {
            Some(path) => Some(Dir::open_ambient_dir(path, ambient_authority())?),
            None => None,
        };
        let room = Room { modules: MAX_MODULES, bytes: MAX_BYTES };
        Ok(Self { dir, known: Mutex::new(Known { room, modules: BTreeMap::new() }) })
    }

    /// Returns the names of the modules that were read.
    #[cfg(feature = "serve")]
    pub(crate) fn names(&self) -> Vec<String> {
        self.known().modules.keys().cloned().collect()
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn read(&self, name: &str) -> Result<Option<Module>, String> {
        let Some(dir) = &self.dir else { return Ok(None) };
        if let Some(module) = self.known().modules.get(name) {
            return Ok(Some(module.clone()));
        }
        let file = match find(dir, name) {
            Ok(Some(file)) => file,
            Ok(None) => return Ok(None),
            Err(error) => return Err(format!("{name}: {error}")),
        };
        let of_text = |text| {
            Module::by_name(name, text).ok_or_else(|| {
                format!("{name}: a module's name ends in .js, .mjs, .cjs, .jsx, .ts, .mts, .tsx, .json or .txt")
            })
        };
        // Checked first, so that nothing else is read.
        of_text(String::new())?;
        let bytes = file.metadata().map_err(|error| format!("{name}: {error}"))?.len();
        self.known().room.take(name, bytes)?;
        let text = text(file, bytes).map_err(|error| format!("{name}: {error}"))?;
        let module = of_text(text)?;
        self.known().modules.insert(name.to_owned(), module.clone());
        Ok(Some(module))
    }
}

/// A folder as the source of modules, and the packages that they import.
pub(crate) struct Source {
    pub(crate) folder: Arc<Folder>,
    #[cfg(feature = "packages")]
    pub(crate) packages: Option<isolet::Packages>,
}

impl ModuleSource for Source {
    fn module<'a>(&'a self, name: &'a str) -> Found<'a> {
        #[cfg(feature = "packages")]
        let packages = self.packages.as_ref();
        #[cfg(feature = "packages")]
        if let Some(packages) = packages
            && name.split('/').any(|part| part == "node_modules")
        {
            return packages.module(name);
        }
        // A sandbox that begins has nothing else to do while it reads.
        let found = self.folder.read(name);
        #[cfg(feature = "packages")]
        if let (Ok(None), Some(packages)) = (&found, packages) {
            return packages.module(name);
        }
        Box::pin(std::future::ready(found))
    }

    #[cfg(feature = "packages")]
    fn resolve<'a>(&'a self, specifier: isolet::Specifier<'a>) -> isolet::Resolved<'a> {
        match &self.packages {
            Some(packages) => packages.resolve(specifier),
            None => Box::pin(std::future::ready(Ok(None))),
        }
    }
}

/// The modules and bytes that may still be read.
struct Room {
    modules: u32,
    bytes: u64,
}

impl Room {
    fn take(&mut self, name: &str, bytes: u64) -> Result<(), String> {
        let modules = self.modules.checked_sub(1).ok_or_else(|| {
            format!("{name}: a run reads at most {MAX_MODULES} modules from its folder")
        })?;
        let bytes = self.bytes.checked_sub(bytes).ok_or_else(|| {
            format!("{name}: a run reads at most {MAX_BYTES} bytes of modules from its folder")
        })?;
        *self = Self { modules, bytes };
        Ok(())
    }
}

/// Opens a file of the folder. `None` if the file does not exist, is hidden, or is not a
/// regular file.
pub(crate) fn find(dir: &Dir, name: &str) -> io::Result<Option<File>> {
    if is_hidden(Path::new(name)) {
        return Ok(None);
    }
    let path = match dir.canonicalize(name) {
        Ok(path) => path,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        // A bare specifier such as `a/b` below a file `a`.
        Err(error) if error.kind() == io::ErrorKind::NotADirectory => return Ok(None),
        Err(error) => return Err(error),
    };
    // Checked first, because opening a device may have an effect.
    if is_hidden(&path) || !dir.symlink_metadata(&path)?.is_file() {
        return Ok(None);
    }
    // That path contains no link. A link that appears meanwhile is not followed.
    let (Some(parent), Some(last)) = (path.parent(), path.file_name()) else { return Ok(None) };
    let mut within = dir.try_clone()?;
    for component in parent.components() {
        within = within.open_dir_nofollow(component)?;
    }
    let file = within.open_with(last, options().follow(FollowSymlinks::No))?;
    Ok(file.metadata()?.is_file().then_some(file))
}

fn is_hidden(path: &Path) -> bool {
    path.components().any(|component| match component {
        Component::Normal(name) => name.as_encoded_bytes().starts_with(b"."),
        _ => false,
    })
}

/// Returns options for reading, without waiting for the writer of a pipe.
fn options() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.read(true).nonblock(true);
    options
}

/// Reads a file that the user has named.
///
/// # Errors
/// Errors if it is not a regular file, cannot be read, is too large or is not text.
pub(crate) fn read(path: &Path) -> io::Result<String> {
    read_at_most(path, MAX_BYTES)
}

/// Reads a file that the user has named, of at most `max_bytes` bytes.
///
/// # Errors
/// Errors if it is not a regular file, cannot be read, is larger or is not text.
pub(crate) fn read_at_most(path: &Path, max_bytes: u64) -> io::Result<String> {
    text(open(path)?, max_bytes)
}

/// Reads a file that the user has named, of at most `max_bytes` bytes.
///
/// # Errors
/// Errors if it is not a regular file, cannot be read or is larger.
#[cfg(feature = "wasi")]
pub(crate) fn read_bytes(path: &Path, max_bytes: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    open(path)?.take(max_bytes.saturating_add(1)).read_to_end(&mut bytes)?;
    check_length(bytes.len(), max_bytes)?;
    Ok(bytes)
}

/// Opens a regular file that the user has named.
fn open(path: &Path) -> io::Result<File> {
    const NO_FILE: &str =
        "not a regular file (the command reads a program from a pipe as `isolet run -`)";
    let metadata = std::fs::metadata(path)?;
    if metadata.is_dir() {
        return Err(io::ErrorKind::IsADirectory.into());
    }
    // Checked first, because opening a device may have an effect.
    if !metadata.is_file() {
        return Err(io::Error::other(NO_FILE));
    }
    let file = File::open_ambient_with(path, &options(), ambient_authority())?;
    if !file.metadata()?.is_file() {
        return Err(io::Error::other(NO_FILE));
    }
    Ok(file)
}

fn check_length(length: usize, max_bytes: u64) -> io::Result<()> {
    if length as u64 > max_bytes {
        return Err(io::Error::other(format!("larger than {max_bytes} bytes")));
    }
    Ok(())
}

/// Reads the text of a module, which is UTF-8 of at most `max_bytes` bytes.
///
/// # Errors
/// Errors if it is larger or is not text.
pub(crate) fn text(reader: impl Read, max_bytes: u64) -> io::Result<String> {
    let mut text = String::new();
    reader.take(max_bytes.saturating_add(1)).read_to_string(&mut text)?;
    check_length(text.len(), max_bytes)?;
    Ok(text)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{MAX_BYTES, MAX_MODULES, Room, is_hidden};

    #[test]
    fn dots_hide() {
        for path in [".a", ".git/config.json", "a/.b/c.js", "a/.c.js", "...", "..a"] {
            assert!(is_hidden(Path::new(path)), "{path}");
        }
        for path in ["a.b", "a./b.js", "a/b.c.d"] {
            assert!(!is_hidden(Path::new(path)), "{path}");
        }
    }

    #[test]
    fn number_and_sum_are_bounded() {
        let mut room = Room { modules: MAX_MODULES, bytes: MAX_BYTES };
        assert_eq!(room.take("a", MAX_BYTES - 1), Ok(()));
        assert!(room.take("b", 2).is_err_and(|error| error.contains("67108864 bytes")));
        assert_eq!(room.take("c", 1), Ok(()));
        for _ in 2..MAX_MODULES {
            assert_eq!(room.take("d", 0), Ok(()));
        }
        assert!(room.take("e", 0).is_err_and(|error| error.contains("10000 modules")));
    }
}
