//! A folder of compiled tools.

use std::io;
use std::path::Path;
use std::sync::Arc;

use sha2::{Digest as _, Sha256};

use super::deserialize;
use super::error::ToolError;
use super::options::ToolOptions;
use super::program::{Tool, check, compile, engine};
use crate::support::sealed::{Identity, Kind, SealedFolder};

const KIND: Kind = Kind {
    magic: b"istool\x01\n",
    ending: ".tool",
    purposes: ["names of tools", "code of tools"],
    max_entry_bytes: 512 << 20,
};

/// Raised when compiled tools of older builds cannot be used any more.
const FORMAT: u8 = 1;

/// A folder of programs that were compiled before, so that a process need not compile them, or has
/// no compiler (the crate's feature `compiler`), or can be locked down when it has loaded them.
///
/// **It is the one place on disk from which code of the host comes.** Each entry is encrypted and
/// authenticated (AES-256-GCM) with the key of the embedder before anything of it is used. Whoever
/// has the key, and can write to the folder, can execute code in the process: keep the key as you
/// keep the program itself, and apart from keys of [`ImageCache`](crate::ImageCache), which give
/// less.
///
/// An entry is found by the bytes of its module, together with the version of isolet, the
/// [`Backend`](crate::Backend) and the target. One that is altered, cut off, renamed or made with
/// another key is as good as none, and so is one of another Wasmtime or for processors that have
/// what this one lacks. Entries are written to a file beside and then renamed, so that several
/// processes can share the folder. Nothing is removed.
///
/// ```no_run
/// use isolet::{CompiledTools, ToolOptions};
///
/// # fn of(key: [u8; 32]) -> Result<(), Box<dyn std::error::Error>> {
/// let tools = CompiledTools::open("/var/lib/agent/tools", &key)?;
/// let (module, options) = (std::fs::read("rg.wasm")?, ToolOptions::new().name("rg"));
/// let rg = match tools.load(&module, options.clone())? {
///     Some(rg) => rg,
///     None => tools.compile(&module, options)?,
/// };
/// # Ok(())
/// # }
/// ```
///
/// It requires the crate's feature `wasi`.
#[derive(Clone, Debug)]
pub struct CompiledTools {
    folder: Arc<SealedFolder>,
}

impl CompiledTools {
    /// Opens a folder, and creates it if there is none. `key` is secret.
    ///
    /// # Errors
    /// Errors if the folder cannot be created or opened.
    pub fn open(path: impl AsRef<Path>, key: &[u8; 32]) -> io::Result<Self> {
        let folder = SealedFolder::open(path.as_ref(), key, KIND, u64::MAX)?;
        Ok(Self { folder: Arc::new(folder) })
    }

    /// Returns the tool of a module that was compiled before, with these options. `None` if the
    /// folder has no entry that can be used. Blocks, and starts no threads.
    ///
    /// # Errors
    /// Errors if the bytes are not a program for WASI, or exceed a limit.
    pub fn load(
        &self,
        module: impl AsRef<[u8]>,
        options: ToolOptions,
    ) -> Result<Option<Tool>, ToolError> {
        let module = module.as_ref();
        check(module, &options)?;
        let engine = engine(options.backend)?;
        let component = deserialize::load(&self.folder, &identity(module, &options), &engine);
        component.map(|component| Tool::of(&component, options)).transpose()
    }

    /// Compiles a module, keeps the result and returns the tool. Blocks, for as long as
    /// [`Tool::new`].
    ///
    /// # Errors
    /// Errors if [`Tool::with_options`] does, or if the folder cannot be written.
    pub fn compile(
        &self,
        module: impl AsRef<[u8]>,
        options: ToolOptions,
    ) -> Result<Tool, ToolError> {
        let module = module.as_ref();
        check(module, &options)?;
        let component = compile(module, options.backend)?;
        let identity = identity(module, &options);
        // Only a tool that can be used is kept.
        let tool = Tool::of(&component, options)?;
        let code = component.serialize().map_err(|error| ToolError::Compile(error.to_string()))?;
        self.folder
            .store(&identity, code)
            .map_err(|error| ToolError::NotKept(error.to_string()))?;
        Ok(tool)
    }
}

fn identity(module: &[u8], options: &ToolOptions) -> Identity {
    let mut hash = Sha256::new();
    hash.update([FORMAT]);
    let (arch, os) = (std::env::consts::ARCH, std::env::consts::OS);
    for part in [env!("CARGO_PKG_VERSION"), options.backend.name(), arch, os] {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    hash.update(Sha256::digest(module));
    hash.finalize().into()
}
