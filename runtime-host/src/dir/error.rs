//! Errors of file operations, with the codes of Node.

use std::borrow::Cow;
use std::fmt;
use std::io::{self, ErrorKind};

use crate::error::thrown::{Thrown, shown};

/// The error of an operation. It names no path: the path of the caller is added when the error is
/// thrown, so that no path of the host is in it.
#[derive(Debug)]
pub(crate) struct FsError {
    code: &'static str,
    text: Cow<'static, str>,
}

pub(crate) type Result<T> = std::result::Result<T, FsError>;

impl FsError {
    pub(crate) fn new(code: &'static str, text: impl Into<Cow<'static, str>>) -> Self {
        Self { code, text: text.into() }
    }

    pub(super) fn not_found() -> Self {
        Self::new("ENOENT", "no such file or directory")
    }

    pub(super) fn exists() -> Self {
        Self::new("EEXIST", "file already exists")
    }

    pub(super) fn no_directory() -> Self {
        Self::new("ENOTDIR", "not a directory")
    }

    pub(super) fn is_directory() -> Self {
        Self::new("EISDIR", "illegal operation on a directory")
    }

    pub(super) fn not_empty() -> Self {
        Self::new("ENOTEMPTY", "directory not empty")
    }

    pub(super) fn read_only() -> Self {
        Self::new("EROFS", "the directory is read-only")
    }

    pub(super) fn not_regular() -> Self {
        Self::new("EINVAL", "neither a regular file nor a directory")
    }

    pub(super) fn is(&self, code: &str) -> bool {
        self.code == code
    }

    /// Returns the code and the text.
    pub(super) fn into_parts(self) -> (&'static str, String) {
        (self.code, self.text.into_owned())
    }

    /// Returns the error that JavaScript sees.
    pub(crate) fn thrown(self, operation: &str, path: &str) -> Thrown {
        let Self { code, text } = self;
        let message = format!("{code}: {text}, {operation} '{}'", shown(path));
        Thrown::new(message).with_code(code)
    }
}

impl From<io::Error> for FsError {
    fn from(error: io::Error) -> Self {
        let (code, text) = match error.kind() {
            ErrorKind::NotFound => return Self::not_found(),
            ErrorKind::AlreadyExists => return Self::exists(),
            ErrorKind::NotADirectory => return Self::no_directory(),
            ErrorKind::IsADirectory => return Self::is_directory(),
            ErrorKind::DirectoryNotEmpty => return Self::not_empty(),
            // cap-std also refuses a path that leads out of the folder with this kind.
            ErrorKind::PermissionDenied => ("EACCES", "permission denied"),
            ErrorKind::ReadOnlyFilesystem => ("EROFS", "read-only file system"),
            ErrorKind::StorageFull => ("ENOSPC", "no space left on the device"),
            ErrorKind::QuotaExceeded => ("EDQUOT", "the disk quota of the host is exceeded"),
            ErrorKind::FileTooLarge => ("EFBIG", "file too large"),
            ErrorKind::InvalidFilename => ("ENAMETOOLONG", "name too long or not valid"),
            ErrorKind::InvalidInput => ("EINVAL", "invalid argument"),
            ErrorKind::ResourceBusy => ("EBUSY", "resource busy or locked"),
            ErrorKind::CrossesDevices => ("EXDEV", "cross-device link not permitted"),
            _ => match rustix::io::Errno::from_io_error(&error) {
                Some(rustix::io::Errno::LOOP) => ("ELOOP", "too many symbolic links"),
                Some(rustix::io::Errno::MFILE | rustix::io::Errno::NFILE) => {
                    ("EMFILE", "too many open files in the host")
                }
                Some(rustix::io::Errno::NXIO) => return Self::not_regular(),
                _ => ("EIO", "input or output error"),
            },
        };
        Self::new(code, text)
    }
}

impl From<FsError> for io::Error {
    fn from(error: FsError) -> Self {
        let kind = match error.code {
            "ENOENT" => ErrorKind::NotFound,
            "EEXIST" => ErrorKind::AlreadyExists,
            "ENOTDIR" => ErrorKind::NotADirectory,
            "EISDIR" => ErrorKind::IsADirectory,
            "ENOTEMPTY" => ErrorKind::DirectoryNotEmpty,
            "EACCES" => ErrorKind::PermissionDenied,
            "EROFS" => ErrorKind::ReadOnlyFilesystem,
            "ENOSPC" => ErrorKind::StorageFull,
            "EDQUOT" => ErrorKind::QuotaExceeded,
            "EFBIG" => ErrorKind::FileTooLarge,
            "EINVAL" => ErrorKind::InvalidInput,
            _ => ErrorKind::Other,
        };
        Self::new(kind, error.to_string())
    }
}

impl fmt::Display for FsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code, self.text)
    }
}

impl std::error::Error for FsError {}
