//! Modules from the main file's folder, and from nowhere else.

use std::io::{self, Read};
use std::path::Path;

use cap_std::ambient_authority;
use cap_std::fs::Dir;
use isolet::{Found, Module, ModuleSource};

/// More than a module can have: the limit of all of a worker's code.
const MAX_BYTES: u64 = 64 << 20;

/// A folder, opened once: no name and no link leads out of it.
pub(crate) struct Folder(Option<Dir>);

impl Folder {
    /// `path` is none when there is no folder to import from.
    ///
    /// # Errors
    /// The folder cannot be opened.
    pub(crate) fn open(path: Option<&Path>) -> io::Result<Self> {
        let dir = match path {
            Some(path) => Some(Dir::open_ambient_dir(path, ambient_authority())?),
            None => None,
        };
        Ok(Self(dir))
    }

    fn read(&self, name: &str) -> Result<Option<Module>, String> {
        let Some(dir) = &self.0 else { return Ok(None) };
        let text = match read(dir, name) {
            Ok(Some(text)) => text,
            Ok(None) => return Ok(None),
            Err(error) => return Err(format!("{name}: {error}")),
        };
        Module::by_name(name, text).map(Some).ok_or_else(|| {
            format!("{name}: a module's name ends in .js, .mjs, .cjs, .jsx, .ts, .mts, .tsx, .json or .txt")
        })
    }
}

impl ModuleSource for Folder {
    fn module<'a>(&'a self, name: &'a str) -> Found<'a> {
        // One run has one sandbox and nothing else to do while it reads.
        Box::pin(std::future::ready(self.read(name)))
    }
}

fn read(dir: &Dir, name: &str) -> io::Result<Option<String>> {
    // Looked at first: opening a pipe would wait for whoever writes to it.
    let metadata = match dir.metadata(name) {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        // A bare specifier such as `a/b` below a file `a`.
        Err(error) if error.kind() == io::ErrorKind::NotADirectory => return Ok(None),
        Err(error) => return Err(error),
    };
    if !metadata.is_file() {
        return Ok(None);
    }
    text(dir.open(name)?).map(Some)
}

/// Reads a module's text, which is bounded and UTF-8.
///
/// # Errors
/// It is larger than any module, or not text.
pub(crate) fn text(reader: impl Read) -> io::Result<String> {
    let mut text = String::new();
    reader.take(MAX_BYTES + 1).read_to_string(&mut text)?;
    if text.len() as u64 > MAX_BYTES {
        return Err(io::Error::other(format!("larger than {MAX_BYTES} bytes")));
    }
    Ok(text)
}
