//! Files with keys: of `--cache` and of `--tool-cache`.

use std::fmt::Write as _;
use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use crate::disk;

const KEY_BYTES: usize = 32;

/// The option that names the file of a key, and the name of the file in the folder for
/// configuration that is used without it.
#[derive(Clone, Copy)]
pub(crate) struct KeyFile {
    pub(crate) option: &'static str,
    pub(crate) default: &'static str,
}

impl KeyFile {
    /// Reads the key. Creates one that only the user can read if there is no such file.
    ///
    /// # Errors
    /// Errors if the file cannot be read or created, or has no key in it.
    pub(crate) fn key(self, path: Option<&Path>) -> Result<[u8; KEY_BYTES], String> {
        let Self { option, default } = self;
        let path = match path {
            Some(path) => path.to_owned(),
            None => configuration()
                .ok_or(format!("there is no home folder; name a file with {option}"))?
                .join(default),
        };
        key(&path).map_err(|error| format!("{option} {}: {error}", path.display()))
    }
}

/// Returns the user's folder for configuration of the command.
fn configuration() -> Option<PathBuf> {
    let folder = |name: &str| std::env::var_os(name).filter(|it| !it.is_empty()).map(PathBuf::from);
    let config = folder("XDG_CONFIG_HOME").or_else(|| Some(folder("HOME")?.join(".config")))?;
    Some(config.join("isolet"))
}

fn key(path: &Path) -> io::Result<[u8; KEY_BYTES]> {
    const NO_KEY: &str = "a key is 64 hexadecimal digits";
    let text = match disk::read_at_most(path, 1024) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => create(path)?,
        text => text?,
    };
    let digits = text.trim();
    let mut key = [0; KEY_BYTES];
    if digits.len() != 2 * KEY_BYTES || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(io::Error::other(NO_KEY));
    }
    for (byte, at) in key.iter_mut().zip((0..).step_by(2)) {
        let pair = digits.get(at..at + 2).unwrap_or_default();
        *byte = u8::from_str_radix(pair, 16).map_err(|_| io::Error::other(NO_KEY))?;
    }
    Ok(key)
}

fn create(path: &Path) -> io::Result<String> {
    let mut key = [0; KEY_BYTES];
    getrandom::fill(&mut key).map_err(io::Error::other)?;
    let mut text = String::new();
    for byte in key {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    // Written beside, so that no process reads half of it.
    let beside = path.with_extension(format!("{}.tmp", std::process::id()));
    let written = options.open(&beside).and_then(|mut file| writeln!(file, "{text}"));
    let linked = written.and_then(|()| fs::hard_link(&beside, path));
    // Nothing else can be done about a file that cannot be removed.
    let _ = fs::remove_file(&beside);
    match linked {
        Ok(()) => Ok(text),
        // Another process was faster.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            disk::read_at_most(path, 1024)
        }
        Err(error) => Err(error),
    }
}
