//! Files of variables for `env`.

use std::collections::BTreeMap;
use std::io::Cursor;
use std::path::{Path, PathBuf};

use serde_json::Value as Json;

use crate::disk;

/// The name of the file that is read if it lies beside the program.
pub(super) const DEV_VARS: &str = ".dev.vars";

/// The maximum number of bytes of a file.
const MAX_BYTES: u64 = 1 << 20;

/// Stands for a dollar sign while a file is parsed. It is no character of any text.
const DOLLAR: &str = "\u{10ffff}";

/// Adds the variables of files to the values of `--env`, which come first. Of two files with a
/// variable, the later one counts.
///
/// # Errors
/// Errors if a file cannot be read or has a line that is no variable.
pub(crate) fn add<'a>(
    env: &mut Vec<(String, Json)>,
    files: impl Iterator<Item = &'a PathBuf>,
) -> Result<(), String> {
    let mut variables = BTreeMap::new();
    for path in files {
        read(path, &mut variables)?;
    }
    for (name, value) in variables {
        if env.iter().all(|(given, _)| *given != name) {
            env.push((name, Json::String(value)));
        }
    }
    Ok(())
}

fn read(path: &Path, variables: &mut BTreeMap<String, String>) -> Result<(), String> {
    let at = |error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
    let text = disk::read_at_most(path, MAX_BYTES).map_err(|error| at(&error))?;
    if text.contains(DOLLAR) {
        return Err(at(&"it holds a character that no text has"));
    }
    // The parser would put variables of the process and of other lines in place of names.
    let text = text.replace("\\$", "$").replace('$', DOLLAR);
    for line in dotenvy::from_read_iter(Cursor::new(text)) {
        // The error holds the line, which may be a secret.
        let (name, value) = line.map_err(|_| at(&"a line is not of the form NAME=VALUE"))?;
        variables.insert(name, value.replace(DOLLAR, "$"));
    }
    Ok(())
}
