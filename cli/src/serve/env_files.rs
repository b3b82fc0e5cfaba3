//! Files of variables for `env`.

use std::collections::BTreeMap;
use std::io::Cursor;
use std::path::{Path, PathBuf};

use serde_json::Value as Json;

use crate::disk;

/// The name of the file that is read if it lies beside the program.
const DEV_VARS: &str = ".dev.vars";

/// The maximum number of bytes of a file.
const MAX_BYTES: u64 = 1 << 20;

/// Stands for a dollar sign while a file is parsed. It is no character of any text.
const DOLLAR: &str = "\u{10ffff}";

/// The variables of files, and the `.dev.vars` that was read.
#[derive(Default)]
pub(crate) struct Variables {
    pub(crate) values: BTreeMap<String, String>,
    pub(crate) dev_vars: Option<PathBuf>,
}

impl Variables {
    /// Reads the files. Those that come later win, and all of them over `.dev.vars`.
    ///
    /// # Errors
    /// Errors if a file cannot be read or has a line that is no variable.
    pub(crate) fn read(folder: Option<&Path>, files: &[PathBuf]) -> Result<Self, String> {
        let mut variables = Self::default();
        let beside = folder.map(|folder| folder.join(DEV_VARS));
        if let Some(path) = beside.filter(|path| path.exists()) {
            variables.add(&path)?;
            variables.dev_vars = Some(path);
        }
        for path in files {
            variables.add(path)?;
        }
        Ok(variables)
    }

    fn add(&mut self, path: &Path) -> Result<(), String> {
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
            self.values.insert(name, value.replace(DOLLAR, "$"));
        }
        Ok(())
    }

    /// Adds the variables to the values of `--env`, which come first.
    pub(crate) fn add_to(self, env: &mut Vec<(String, Json)>) {
        for (name, value) in self.values {
            if env.iter().all(|(given, _)| *given != name) {
                env.push((name, Json::String(value)));
            }
        }
    }
}
