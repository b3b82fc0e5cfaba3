//! `--cache`.

use isolet::{ImageCache, WorkerCode};

use crate::args::ProgramArgs;
use crate::key::KeyFile;

/// The tenant of the images. The command has only one.
const TENANT: &str = "isolet";

const KEY: KeyFile = KeyFile { option: "--cache-key", default: "cache-key" };

/// Keeps the app image of a worker as the arguments say.
///
/// # Errors
/// Errors if the folder or the key cannot be opened.
pub(crate) fn add(args: &ProgramArgs, code: WorkerCode) -> Result<WorkerCode, String> {
    let Some(folder) = &args.cache else { return Ok(code) };
    let key = KEY.key(args.cache_key.as_deref())?;
    let cache = ImageCache::open(folder, &key)
        .map_err(|error| format!("--cache {}: {error}", folder.display()))?;
    Ok(code.image_cache(&cache, TENANT))
}
