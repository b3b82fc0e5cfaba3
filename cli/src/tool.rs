//! The WASI programs of a program: `--tool`.

use std::collections::BTreeMap;
use std::path::PathBuf;
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
        let tool = match compiled.get(&key) {
            Some(tool) => tool.clone(),
            None => {
                let failed = |error: &dyn std::fmt::Display| {
                    format!("--tool {name}: {}: {error}", path.display())
                };
                let bytes = disk::read_bytes(path, MAX_BYTES).map_err(|error| failed(&error))?;
                let options = ToolOptions::new().name(name).backend(backend);
                let tool = Tool::with_options(bytes, options).map_err(|error| failed(&error))?;
                compiled.insert(key, tool.clone());
                tool
            }
        };
        code = code.env(name, Stub::new(tool));
    }
    Ok(code)
}
