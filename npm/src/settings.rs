//! Settings and limits of an installer.

use std::path::PathBuf;
use std::time::Duration;

use crate::name::AllowedNames;
use crate::npmrc::Registries;

/// The age that a release must have: three days. Most malicious releases are found and withdrawn
/// within that time.
pub const MINIMUM_AGE: Duration = Duration::from_hours(72);

/// The packages that may be installed, and where they come from and go to.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The registries and their tokens.
    pub registries: Registries,
    /// The folder of the package store. It is created when it is first used. Processes may share
    /// it; who can write to it decides what runs.
    pub store: PathBuf,
    /// The folder of the project, from which `file:` dependencies and workspaces come. Nothing
    /// outside of it is read. Default: `None`; such dependencies are then errors, and workspaces
    /// have no effect. Whoever writes the `package.json` chooses among the folders in it.
    pub root: Option<PathBuf>,
    /// Uses the store alone, and sends no requests. Default: false.
    pub offline: bool,
    /// Installs `devDependencies` too. Default: false.
    pub dev: bool,
    /// The packages that may be installed. Default: all.
    pub allowed: AllowedNames,
    /// The time since its release that a version must be public before it is chosen. Versions in
    /// a lockfile are exempt, because their contents are known. Default: three days.
    pub minimum_age: Duration,
    /// The version of Node.js, such as `22.0.0`, that packages are chosen for: a version whose
    /// `engines` exclude it is chosen only if no other satisfies the dependency. Default: `None`,
    /// which ignores `engines`.
    pub node: Option<String>,
    /// Certificates in PEM that are trusted beside Mozilla's. Default: none.
    pub certificates: Vec<Vec<u8>>,
    /// The most bytes of the store: files of packages, in blocks of 4 KiB, and metadata that are kept
    /// for offline use.
    /// A package that would exceed it is not installed
    /// ([`Error::StoreFull`](crate::Error::StoreFull)), and nothing is removed. Default: 16 GiB.
    ///
    /// The sizes of all packages in the store are read before the first one is added. Processes that
    /// install at the same time do not know of one another.
    pub store_bytes: u64,
    /// The limits of one installation.
    pub limits: Limits,
}

impl Settings {
    /// Returns the default settings for these registries and the store in this folder.
    pub fn new(registries: Registries, store: impl Into<PathBuf>) -> Self {
        Self {
            registries,
            store: store.into(),
            root: None,
            offline: false,
            dev: false,
            allowed: AllowedNames::default(),
            minimum_age: MINIMUM_AGE,
            node: None,
            certificates: Vec::new(),
            store_bytes: 16 << 30,
            limits: Limits::default(),
        }
    }
}

/// The limits of one installation. An installation that exceeds one of them fails with
/// [`Error::Limit`](crate::Error::Limit).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The most packages, those for other platforms included. Default: 2,000.
    pub packages: usize,
    /// The deepest nesting of `node_modules`. Default: 16.
    pub depth: usize,
    /// The most bytes of the metadata of one package, decompressed. Default: 64 MiB.
    pub metadata_bytes: u64,
    /// The most bytes of all metadata, decompressed. A part of it is held in memory until the
    /// versions are chosen. Default: 1 GiB.
    pub total_metadata_bytes: u64,
    /// The most bytes of one archive. Default: 64 MiB.
    pub archive_bytes: u64,
    /// The most bytes of all archives. Default: 512 MiB.
    pub total_archive_bytes: u64,
    /// The most bytes of the files of one package. Default: 256 MiB.
    pub unpacked_bytes: u64,
    /// The most files and folders of one package. Default: 50,000.
    pub files: usize,
    /// The most requests at once. As many archives are held in memory. Default: 8.
    pub requests: usize,
    /// The longest time of one request, with redirects, the body, and what is sent again. Default:
    /// 60 seconds.
    pub request_time: Duration,
    /// The most times that a request is sent again if the connection fails, or the server answers
    /// with status 429, 500, 502, 503 or 504. Default: 3.
    pub retries: u32,
    /// The time before a request is sent again, doubled each time. A server may ask for up to 30
    /// seconds instead (`Retry-After`). Default: 500 milliseconds.
    pub retry_delay: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            packages: 2_000,
            depth: 16,
            metadata_bytes: 64 << 20,
            total_metadata_bytes: 1 << 30,
            archive_bytes: 64 << 20,
            total_archive_bytes: 512 << 20,
            unpacked_bytes: 256 << 20,
            files: 50_000,
            requests: 8,
            request_time: Duration::from_mins(1),
            retries: 3,
            retry_delay: Duration::from_millis(500),
        }
    }
}
