//! The WASI programs of a program: `--tool`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use isolet::{Backend, Stub, Tool, ToolOptions, WorkerCode};

use crate::args::ProgramArgs;
use crate::disk;

/// The maximum number of bytes of a tool's file.
const MAX_BYTES: u64 = 64 << 20;

/// The tools that were compiled, because a program may be loaded more than once.
static COMPILED: Mutex<BTreeMap<(String, PathBuf), Tool>> = Mutex::new(BTreeMap::new());

/// Adds the tools of the arguments to `env`.
///
/// # Errors
/// Errors if a file cannot be read, or is not a program for WASI.
pub(crate) fn add(
    args: &ProgramArgs,
    backend: Backend,
    mut code: WorkerCode,
) -> Result<WorkerCode, String> {
    let mut compiled = COMPILED.lock().unwrap_or_else(PoisonError::into_inner);
    for (name, path) in &args.tools {
        let key = (name.clone(), path.clone());
        let tool = if let Some(tool) = compiled.get(&key) {
            tool.clone()
        } else {
            let tool = compile(name, path, backend)?;
            compiled.insert(key, tool.clone());
            tool
        };
        code = code.env(name, Stub::new(tool));
    }
    Ok(code)
}

/// Compiles a tool.
///
/// # Errors
/// Errors if the file cannot be read, or is not a program for WASI.
pub(crate) fn compile(name: &str, path: &Path, backend: Backend) -> Result<Tool, String> {
    let shown =
        |error: &dyn std::fmt::Display| format!("--tool {name}: {}: {error}", path.display());
    let bytes = disk::read_bytes(path, MAX_BYTES).map_err(|error| shown(&error))?;
    let options = ToolOptions::new().name(name).backend(backend);
    Tool::with_options(bytes, options).map_err(|error| shown(&error))
}
