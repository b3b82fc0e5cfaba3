//! Resolution of specifiers as bundlers for workers do it: `node_modules`, and `exports`,
//! `imports` and `browser` of `package.json`.
//!
//! `oxc_resolver` has the algorithm. Its only view of files is [`Files`], whose paths begin at
//! a root that nothing leads out of.

mod description;
mod direct;
mod disk;
mod files;
mod memory;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use oxc_resolver::{
    FileMetadata, FileSystem, ModuleType, ResolveError, ResolveOptions, ResolverGeneric,
    TsconfigDiscovery,
};

pub(crate) use disk::{Disk, Opener};
pub(crate) use files::{Files, Kind};
pub(crate) use memory::Memory;

/// The conditions that bundlers for Cloudflare Workers set, besides `import` and `require`.
const CONDITIONS: [&str; 3] = ["workerd", "worker", "browser"];

/// The fields of `package.json` that name the main file, the first one first.
const MAIN_FIELDS: [&str; 3] = ["browser", "module", "main"];

const ENDINGS: [&str; 9] = [".js", ".mjs", ".cjs", ".ts", ".tsx", ".jsx", ".mts", ".cts", ".json"];

/// The bytes of paths after which the resolver forgets those that it has looked at.
const MAX_PATH_BYTES: usize = 16 << 20;

/// An estimate of the bytes that the resolver keeps for a path beside its text.
const PATH_BYTES: usize = 200;

/// The maximum number of files of settings for TypeScript that one resolution reads: a file
/// extends another one in the resolver's stack.
const MAX_PROJECTS: u32 = 32;

const MAX_SPECIFIER_BYTES: usize = 1024;
const MAX_NAMES: usize = 64;

/// The folder in the names of modules that a package maps to nothing for browsers.
pub(crate) const DISABLED: &str = "(disabled)/";

/// The statement in which a specifier stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verb {
    Import,
    Require,
}

/// A file that a specifier means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Resolved {
    /// The path from the root.
    pub(crate) name: String,
    pub(crate) format: Format,
}

/// The kind of a file, by its ending and by the `type` of its package.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    Module,
    CommonJs,
    /// JavaScript whose package has no `type`.
    Undeclared,
    /// Any other ending.
    Other,
    /// A file that the package has none of for this platform.
    Disabled,
}

pub(crate) struct ModuleResolver {
    files: Arc<dyn Files>,
    read: Arc<Read>,
    inner: Mutex<Inner>,
}

struct Inner {
    /// For `import` with the `paths` of `tsconfig.json`.
    typed: ResolverGeneric<View>,
    import: ResolverGeneric<View>,
    require: ResolverGeneric<View>,
    path_bytes: usize,
}

impl ModuleResolver {
    /// Creates a resolver of files. `conditions` are those of `exports` and `imports` besides
    /// `import`, `require` and `default`, by default those of Cloudflare Workers.
    pub(crate) fn new(files: Arc<dyn Files>, conditions: Option<&[String]>) -> Self {
        let conditions = match conditions {
            Some(conditions) => conditions.to_vec(),
            None => CONDITIONS.map(str::to_owned).to_vec(),
        };
        let options = |verb: &str| ResolveOptions {
            alias_fields: vec![vec!["browser".to_owned()]],
            condition_names: conditions.iter().cloned().chain([verb.to_owned()]).collect(),
            extensions: ENDINGS.map(str::to_owned).to_vec(),
            extension_alias: [
                (".js", [".js", ".ts", ".tsx"].as_slice()),
                (".mjs", &[".mjs", ".mts"]),
            ]
            .map(|(from, to)| (from.to_owned(), to.iter().map(|it| (*it).to_owned()).collect()))
            .to_vec(),
            main_fields: MAIN_FIELDS.map(str::to_owned).to_vec(),
            module_type: true,
            node_path: false,
            // A link is followed inside of the root, by `Files`.
            symlinks: false,
            cwd: Some(PathBuf::from("/")),
            ..ResolveOptions::default()
        };
        let read = Arc::new(Read::default());
        let view = View { files: Arc::clone(&files), read: Arc::clone(&read) };
        let import = ResolverGeneric::new_with_file_system(view, options("import"));
        let require = import.clone_with_options(options("require"));
        let typed = import.clone_with_options(ResolveOptions {
            tsconfig: Some(TsconfigDiscovery::Auto),
            ..options("import")
        });
        Self { files, read, inner: Mutex::new(Inner { typed, import, require, path_bytes: 0 }) }
    }

    /// Resolves a specifier that stands in the module `importer`, or at the root if that is
    /// empty. Returns `None` if there is no such file.
    ///
    /// # Errors
    /// Errors if a `package.json` is malformed or does not export the file.
    pub(crate) fn resolve(
        &self,
        specifier: &str,
        importer: &str,
        verb: Verb,
    ) -> Result<Option<Resolved>, String> {
        if !is_short(specifier) || !is_short(importer) {
            return Ok(None);
        }
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        // Each folder of the importer may have packages, and each name of a path is kept.
        let names = |path: &str| path.split('/').count();
        let paths = names(importer) * (names(specifier) + ENDINGS.len());
        inner.path_bytes += paths * (importer.len() + specifier.len() + PATH_BYTES);
        if inner.path_bytes >= MAX_PATH_BYTES {
            inner.import.clear_cache();
            inner.path_bytes = 0;
        }
        self.read.reset();
        let importer = Path::new("/").join(importer);
        let with_types =
            importer.parent().is_some() && !importer.iter().any(|name| name == "node_modules");
        let folder = importer.parent().unwrap_or(Path::new("/"));
        let plain = || match verb {
            Verb::Import => inner.import.resolve(folder, specifier),
            Verb::Require => inner.require.resolve(folder, specifier),
        };
        let result = if with_types {
            match inner.typed.resolve_file(&importer, specifier) {
                // The project's TypeScript settings are no reason to find nothing.
                Err(
                    ResolveError::TsconfigNotFound(_)
                    | ResolveError::TsconfigLoadFailed { .. }
                    | ResolveError::TsconfigCircularExtend(_)
                    | ResolveError::TsconfigSelfReference(_),
                ) => plain(),
                result if verb == Verb::Import => result,
                // The resolver with the settings of TypeScript has the conditions of `import`.
                result => plain().or(result),
            }
        } else {
            plain()
        };
        if let Some(refused) = self.read.refused() {
            // The tables say that there is none.
            inner.import.clear_cache();
            return Err(refused);
        }
        let resolution = match result {
            Ok(resolution) => resolution,
            Err(ResolveError::Ignored(path)) => {
                let name = format!("{DISABLED}{}", name_of(&path).unwrap_or_default());
                return Ok(Some(Resolved { name, format: Format::Disabled }));
            }
            Err(error) if is_missing(&error) => return Ok(None),
            Err(error) => return Err(shown(&error)),
        };
        let format = match (resolution.module_type(), ending(resolution.path())) {
            (Some(ModuleType::Module), _) => Format::Module,
            (Some(ModuleType::CommonJs), _) => Format::CommonJs,
            (_, "js") => Format::Undeclared,
            _ => Format::Other,
        };
        let real = name_of(resolution.path()).and_then(|name| self.files.real(&name).ok());
        Ok(real.map(|name| Resolved { name, format }))
    }

    /// Returns the file that a path from the root means, which may lack its ending or be a
    /// folder.
    ///
    /// # Errors
    /// Errors like [`Self::resolve`].
    pub(crate) fn file(&self, path: &str, verb: Verb) -> Result<Option<Resolved>, String> {
        self.resolve(&format!("./{path}"), "", verb)
    }
}

fn is_short(path: &str) -> bool {
    path.len() <= MAX_SPECIFIER_BYTES
        && path.split('/').count() <= MAX_NAMES
        && !path.contains('\0')
}

fn ending(path: &Path) -> &str {
    path.extension().and_then(|ending| ending.to_str()).unwrap_or_default()
}

fn name_of(path: &Path) -> Option<String> {
    Some(path.to_str()?.trim_start_matches('/').to_owned())
}

/// Returns true if nothing is wrong except that there is no such file.
fn is_missing(error: &ResolveError) -> bool {
    match error {
        ResolveError::NotFound(_)
        | ResolveError::MatchedAliasNotFound(..)
        | ResolveError::ExtensionAlias(..)
        | ResolveError::Specifier(_) => true,
        ResolveError::IOError(error) => {
            let error = io::Error::from(error.clone());
            matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
        }
        _ => false,
    }
}

fn shown(error: &ResolveError) -> String {
    match error {
        ResolveError::Json(error) => format!("{}: {}", error.path.display(), error.message),
        error => error.to_string(),
    }
}

/// The descriptions that one resolution has read.
#[derive(Default)]
struct Read {
    projects: AtomicU32,
    /// The reason why the description of a package was refused. The resolver goes on as if there
    /// were none.
    refused: Mutex<Option<String>>,
}

impl Read {
    fn reset(&self) {
        self.projects.store(0, Ordering::Relaxed);
    }

    fn refused(&self) -> Option<String> {
        self.refused.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    fn package(&self, name: &str, bytes: io::Result<Vec<u8>>) -> io::Result<Vec<u8>> {
        let description = bytes.and_then(|bytes| description::of_package(&bytes));
        if let Err(error) = &description
            && !matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
        {
            let mut refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
            *refused = Some(format!("{name}: {error}"));
        }
        description
    }

    fn project(&self, bytes: io::Result<Vec<u8>>) -> io::Result<Vec<u8>> {
        if self.projects.fetch_add(1, Ordering::Relaxed) >= MAX_PROJECTS {
            let text = format!("more than {MAX_PROJECTS} files extend one another");
            return Err(io::Error::new(io::ErrorKind::InvalidData, text));
        }
        description::of_project(bytes?)
    }
}

/// The files as the resolver sees them. Only descriptions of packages and projects are read
/// through it.
struct View {
    files: Arc<dyn Files>,
    read: Arc<Read>,
}

impl View {
    fn path(path: &Path) -> io::Result<&str> {
        let path = path.to_str().ok_or(io::ErrorKind::NotFound)?;
        Ok(path.trim_start_matches('/'))
    }
}

impl FileSystem for View {
    fn new() -> Self {
        Self { files: Arc::new(Memory::default()), read: Arc::default() }
    }

    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        let name = Self::path(path)?;
        let bytes = self.files.read(name, description::MAX_BYTES);
        if path.ends_with("package.json") {
            self.read.package(name, bytes)
        } else {
            self.read.project(bytes)
        }
    }

    fn read_to_string(&self, path: &Path) -> io::Result<String> {
        String::from_utf8(self.read(path)?)
            .map_err(|_| io::Error::new(io::ErrorKind::InvalidData, "not UTF-8"))
    }

    fn metadata(&self, path: &Path) -> io::Result<FileMetadata> {
        let kind = self.files.kind(Self::path(path)?)?.ok_or(io::ErrorKind::NotFound)?;
        Ok(FileMetadata::new(kind == Kind::File, kind == Kind::Folder, false))
    }

    fn symlink_metadata(&self, path: &Path) -> io::Result<FileMetadata> {
        self.metadata(path)
    }

    fn read_link(&self, path: &Path) -> Result<PathBuf, ResolveError> {
        Err(io::Error::other(format!("{} is no link", path.display())).into())
    }

    fn canonicalize(&self, path: &Path) -> io::Result<PathBuf> {
        Ok(path.to_owned())
    }
}
