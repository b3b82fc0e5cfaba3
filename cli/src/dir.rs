//! The directories of a program: `--dir`, and what is done with their changes.

use std::path::PathBuf;

use isolet::{Change, ChangeKind, Changes, DirOptions, Directory, Stub, WorkerCode};

use crate::args::ProgramArgs;
use crate::terminal::Terminal;

/// The value of `--dir`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct DirArg {
    pub(crate) name: String,
    path: PathBuf,
    mode: Mode,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    ReadWrite,
    ReadOnly,
    Overlay,
}

#[cfg(feature = "mcp")]
impl DirArg {
    /// Returns true if programs can only read.
    pub(crate) fn is_read_only(&self) -> bool {
        self.mode == Mode::ReadOnly
    }
}

/// Parses `NAME=PATH`, `NAME=PATH:ro` or `NAME=PATH:overlay`.
///
/// # Errors
/// Errors if it is none of them.
pub(crate) fn parse(text: &str) -> Result<DirArg, String> {
    let (name, path) = match text.split_once('=') {
        Some((name, path)) if !name.is_empty() && !path.is_empty() => (name, path),
        _ => return Err("write it as NAME=PATH, NAME=PATH:ro or NAME=PATH:overlay".to_owned()),
    };
    let modes = [(":ro", Mode::ReadOnly), (":overlay", Mode::Overlay)];
    let found = modes.iter().find_map(|(end, mode)| Some((path.strip_suffix(end)?, *mode)));
    let (path, mode) = found.unwrap_or((path, Mode::ReadWrite));
    Ok(DirArg { name: name.to_owned(), path: path.into(), mode })
}

/// The overlays of a program, by name.
pub(crate) type Overlays = Vec<(String, Directory)>;

/// Adds the directories of the arguments to `env`. Also returns those that are overlays.
///
/// # Errors
/// Errors if a folder cannot be opened.
pub(crate) fn add(
    args: &ProgramArgs,
    mut code: WorkerCode,
) -> Result<(WorkerCode, Overlays), String> {
    let mut overlays = Vec::new();
    for arg in &args.dirs {
        let directory = open(arg, &mut overlays)?;
        code = code.env(&arg.name, Stub::new(directory));
    }
    Ok((code, overlays))
}

/// Opens a directory, and adds it to the overlays if it is one.
///
/// # Errors
/// Errors if the folder cannot be opened.
pub(crate) fn open(arg: &DirArg, overlays: &mut Overlays) -> Result<Directory, String> {
    let DirArg { name, path, mode } = arg;
    let options = match mode {
        Mode::ReadWrite => DirOptions::new(),
        Mode::ReadOnly => DirOptions::new().read_only(),
        Mode::Overlay => DirOptions::new().overlay(),
    };
    let directory = Directory::open(path, options)
        .map_err(|error| format!("--dir {name}: {}: {error}", path.display()))?;
    if *mode == Mode::Overlay {
        overlays.push((name.clone(), directory.clone()));
    }
    Ok(directory)
}

/// Prints what was changed in overlays, and applies it if it is to be applied.
///
/// # Errors
/// Errors if a folder cannot be read or written.
pub(crate) fn finish(terminal: &Terminal, overlays: &Overlays, apply: bool) -> Result<(), String> {
    for (name, directory) in overlays {
        let failed = |error: std::io::Error| format!("--dir {name}: {error}");
        let changes = directory.changes().map_err(failed)?;
        for change in &changes {
            terminal.note(&format!(
                "{name}: {}\n{}",
                title(change),
                change.diff().map_err(failed)?
            ));
        }
        if apply {
            let count = changes.apply(|_| true).map_err(failed)?;
            terminal.note(&format!("{name}: {count} changes were applied"));
        } else if !changes.is_empty() {
            terminal.note(&not_applied(name, &changes));
        }
    }
    Ok(())
}

fn title(change: &Change) -> String {
    let kind = match change.kind() {
        ChangeKind::Added => "added",
        ChangeKind::Modified => "modified",
        ChangeKind::Removed => "removed",
    };
    let what = if change.is_directory() { "directory" } else { "file" };
    let bytes = change.contents().map(|contents| format!(" ({} bytes)", contents.len()));
    format!("{kind} {what} {:?}{}", change.path(), bytes.unwrap_or_default())
}

fn not_applied(name: &str, changes: &Changes) -> String {
    format!("{name}: {} changes were not applied (--apply does that)", changes.len())
}

#[cfg(test)]
mod tests {
    use super::{DirArg, Mode, parse};

    #[test]
    fn modes_are_parsed() {
        for (text, path, mode) in [
            ("D=.", ".", Mode::ReadWrite),
            ("D=/a:b", "/a:b", Mode::ReadWrite),
            ("D=a=b:ro", "a=b", Mode::ReadOnly),
            ("D=a:overlay", "a", Mode::Overlay),
        ] {
            let expected = DirArg { name: "D".to_owned(), path: path.into(), mode };
            assert_eq!(parse(text), Ok(expected), "{text}");
        }
        for text in ["D", "=a", "D=", ""] {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
