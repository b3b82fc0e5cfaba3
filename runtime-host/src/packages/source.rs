//! The modules of a folder and of the packages in its `node_modules`.

use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use cap_std::ambient_authority;
use cap_std::fs::Dir;

use crate::engine::source::{Found, Module, ModuleSource, Resolved, Specifier};
use crate::resolver::{DISABLED, Disk, Files, Format, Kind, Memory, ModuleResolver, Verb};

/// The maximum number of modules that are read, and of bytes in all of them.
const MAX_MODULES: usize = 10_000;
const MAX_BYTES: u64 = 64 << 20;

/// A folder whose files are modules, and whose packages can be imported by their names.
///
/// Specifiers are resolved as bundlers for Cloudflare Workers do it: in the `node_modules` of
/// the importing module's folder and of the folders around it, up to the root; by `exports` and
/// `imports` of `package.json` with the conditions `workerd`, `worker` and `browser`; by its
/// fields `browser`, `module` and `main`; and by the `paths` of a `tsconfig.json`. A link is
/// followed if it leads to a file below the root. Nothing is installed, and nothing outside of
/// the root is read.
///
/// Files are read once and kept, at most 10,000 of them and 64 MiB in all, so that all sandboxes
/// of a worker get the same ones.
///
/// ```no_run
/// # fn main() -> std::io::Result<()> {
/// use isolet::{Packages, WorkerCode};
///
/// let code = WorkerCode::from_source("src/index.ts", Packages::open("app")?);
/// # Ok(()) }
/// ```
#[must_use]
pub struct Packages {
    pub(super) files: Arc<dyn Files>,
    resolver: ModuleResolver,
    known: Mutex<Known>,
}

/// The files that were read.
#[derive(Default)]
struct Known {
    modules: BTreeMap<String, Module>,
    bytes: u64,
}

impl fmt::Debug for Packages {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Packages").finish_non_exhaustive()
    }
}

impl Packages {
    /// Opens a folder, which is the root of all names.
    ///
    /// # Errors
    /// Errors if the folder cannot be opened.
    pub fn open(root: impl AsRef<Path>) -> io::Result<Self> {
        Ok(Self::of(Disk::new(Some(Dir::open_ambient_dir(root, ambient_authority())?))))
    }

    /// Opens a folder of which nothing but packages is read, and a folder `node_modules` that
    /// appears in it. `root` is `None` if there is no folder at all.
    ///
    /// # Errors
    /// Errors if a folder cannot be opened.
    pub fn with_node_modules(
        root: Option<&Path>,
        node_modules: impl AsRef<Path>,
    ) -> io::Result<Self> {
        let open = |path: &Path| Dir::open_ambient_dir(path, ambient_authority());
        let mut disk = Disk::new(root.map(open).transpose()?);
        let node_modules = open(node_modules.as_ref())?;
        disk.mount("node_modules", Box::new(move || node_modules.try_clone()), true);
        Ok(Self::of(disk))
    }

    /// Creates a tree of files in memory, by their paths from the root.
    ///
    /// # Errors
    /// Errors with a path that does not lie below the root.
    pub fn in_memory<P: Into<String>, T: Into<String>>(
        files: impl IntoIterator<Item = (P, T)>,
    ) -> io::Result<Self> {
        let files = files.into_iter().map(|(path, text)| (path.into(), text.into()));
        let memory = Memory::new(files.collect()).map_err(|path| {
            let text = format!("{path:?} is not the path of a file below the root");
            io::Error::new(io::ErrorKind::InvalidInput, text)
        })?;
        Ok(Self::of(memory))
    }

    pub(super) fn of(files: impl Files) -> Self {
        let files: Arc<dyn Files> = Arc::new(files);
        let resolver = ModuleResolver::new(Arc::clone(&files), None);
        Self { files, resolver, known: Mutex::default() }
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn read(&self, name: &str) -> Result<Option<Module>, String> {
        if name.starts_with(DISABLED) {
            return Ok(Some(Module::CommonJs(String::new())));
        }
        if let Some(module) = self.known().modules.get(name) {
            return Ok(Some(module.clone()));
        }
        // `resolve` may find a name that is not that of a file.
        let kind = self.files.kind(name).map_err(|error| format!("{name}: {error}"))?;
        if kind != Some(Kind::File) {
            return Ok(None);
        }
        let found = self.resolver.file(name, Verb::Import)?.filter(|found| found.name == name);
        let Some(found) = found else { return Ok(None) };
        if Module::by_name(name, "").is_none() {
            return Err(refusal(name));
        }
        let left = self.known().left(name)?;
        let bytes = self.files.read(name, left).map_err(|error| format!("{name}: {error}"))?;
        let length = bytes.len() as u64;
        let text = String::from_utf8(bytes).map_err(|_| format!("{name}: it is not UTF-8"))?;
        let module = Module::by_name(name, text).ok_or_else(|| refusal(name))?;
        let module = match (found.format, module) {
            (Format::CommonJs, Module::JavaScript(text)) => Module::CommonJs(text),
            (Format::Undeclared, Module::JavaScript(text)) if in_package(name) => {
                Module::Undeclared(text)
            }
            (_, module) => module,
        };
        let mut known = self.known();
        // Another sandbox may have read it, or others, meanwhile.
        if let Some(module) = known.modules.get(name) {
            return Ok(Some(module.clone()));
        }
        if length > known.left(name)? {
            return Err(full(name));
        }
        known.bytes += length;
        known.modules.insert(name.to_owned(), module.clone());
        Ok(Some(module))
    }

    fn name_of(&self, specifier: Specifier<'_>) -> Result<Option<String>, String> {
        let verb = if specifier.is_required { Verb::Require } else { Verb::Import };
        let resolved = match specifier.importer {
            Some(importer) => self.resolver.resolve(specifier.text, importer, verb),
            None => self.resolver.file(specifier.text, verb),
        };
        let resolved = resolved.map_err(|error| format!("{}: {error}", specifier.text))?;
        Ok(resolved.map(|resolved| resolved.name))
    }
}

impl Known {
    /// Returns the bytes that may still be read.
    fn left(&self, name: &str) -> Result<u64, String> {
        if self.modules.len() >= MAX_MODULES || self.bytes >= MAX_BYTES {
            return Err(full(name));
        }
        Ok(MAX_BYTES - self.bytes)
    }
}

fn full(name: &str) -> String {
    format!("{name}: at most {MAX_MODULES} modules and {MAX_BYTES} bytes are read from a folder")
}

fn in_package(name: &str) -> bool {
    name.split('/').any(|part| part == "node_modules")
}

fn refusal(name: &str) -> String {
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
    match ending {
        "node" => format!("{name}: a native addon cannot be loaded in a sandbox"),
        "wasm" => format!("{name}: WebAssembly modules are not supported"),
        _ => format!(
            "{name}: the name of a module ends in .js, .mjs, .cjs, .jsx, .ts, .mts, .tsx, .json \
             or .txt"
        ),
    }
}

impl ModuleSource for Packages {
    fn module<'a>(&'a self, name: &'a str) -> Found<'a> {
        Box::pin(std::future::ready(self.read(name)))
    }

    fn resolve<'a>(&'a self, specifier: Specifier<'a>) -> Resolved<'a> {
        Box::pin(std::future::ready(self.name_of(specifier)))
    }
}
