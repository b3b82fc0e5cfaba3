//! Errors of an installation.

use std::io;
use std::sync::Arc;
use std::time::Duration;

/// Result of an operation on packages.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// The reason why packages are not installed.
///
/// Text from outside, such as the name of a file in an archive, is escaped and shortened. No
/// message contains a token.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// `package.json` cannot be used.
    #[error("package.json: {reason}")]
    Manifest {
        /// The fault, and where it is.
        reason: String,
    },
    /// A lockfile cannot be used.
    #[error("the lockfile: {reason}")]
    Lock {
        /// The fault, and where it is.
        reason: String,
    },
    /// A setting of `.npmrc` or of an environment variable cannot be used.
    #[error("npm's configuration: {reason}")]
    Npmrc {
        /// The setting and its fault, without the value, which may be a token.
        reason: String,
    },
    /// A setting cannot be used.
    #[error("the settings of the installer: {reason}")]
    Settings {
        /// The setting and its fault.
        reason: String,
    },
    /// A dependency is neither a range, a tag nor an alias of a package of a registry.
    #[error("dependency {package:?}: {spec:?} {reason}")]
    Spec {
        /// The name of the dependency.
        package: String,
        /// The text that stands for its version.
        spec: String,
        /// The fault.
        reason: &'static str,
    },
    /// A package is not among the allowed names.
    #[error("package {package} is not allowed; add its name or its scope to the allowed names")]
    NotAllowed {
        /// The name of the package.
        package: String,
    },
    /// The registry does not have a package.
    #[error("package {package} is not in the registry {registry}")]
    NotFound {
        /// The name of the package.
        package: String,
        /// The address of the registry.
        registry: String,
    },
    /// No version of a package satisfies a dependency.
    #[error("no version of {package} satisfies {spec:?}; the newest is {newest}")]
    NoVersion {
        /// The name of the package.
        package: String,
        /// The range or the tag.
        spec: String,
        /// The newest version, or "unknown".
        newest: String,
    },
    /// All versions that satisfy a dependency are younger than the minimum age.
    #[error(
        "{package}@{version} satisfies {spec:?}, but is younger than {} hours; ask for an older \
         version, wait, or lower the minimum age", .age.as_secs().div_ceil(3600)
    )]
    TooYoung {
        /// The name of the package.
        package: String,
        /// The range or the tag.
        spec: String,
        /// The newest version that satisfies it.
        version: String,
        /// The minimum age.
        age: Duration,
    },
    /// The registry does not say when the versions of a package were released.
    #[error(
        "the registry does not say when {package} was released; set the minimum age to 0 to use it"
    )]
    NoReleaseTimes {
        /// The name of the package.
        package: String,
    },
    /// Two packages need versions of a third that exclude each other.
    #[error(
        "{by} needs {package}@{spec}, but {other_by} needs {package}@{other}; change one of the two"
    )]
    PeerConflict {
        /// The package that both need.
        package: String,
        /// One range.
        spec: String,
        /// The dependant with that range.
        by: String,
        /// The range or the version in the way.
        other: String,
        /// Its dependant.
        other_by: String,
    },
    /// A limit is exceeded.
    #[error("{subject}: {what} exceed the limit of {limit}; raise it only for what you trust")]
    Limit {
        /// The package or document.
        subject: String,
        /// The amount that is limited.
        what: &'static str,
        /// The limit.
        limit: u64,
    },
    /// A request fails, or is not sent.
    #[error("{url}: {reason}")]
    Request {
        /// The address, without its query.
        url: String,
        /// The fault.
        reason: String,
    },
    /// JSON from outside is malformed.
    #[error("{subject}: {reason}")]
    Json {
        /// The document.
        subject: String,
        /// The fault, and where it is.
        reason: String,
    },
    /// A package has no SHA-512 digest to check it with. One of SHA-1 (`shasum`), which old
    /// releases have alone in some registries, does not count: archives with the same one can be made.
    #[error(
        "{package} has no sha512 integrity in the registry or the lockfile, so its contents cannot \
         be checked (a shasum of SHA-1 can be forged); use another version"
    )]
    NoIntegrity {
        /// The name and version of the package.
        package: String,
    },
    /// A package does not have the expected digest.
    #[error("{package} has the digest {actual}, but {expected} is expected; nothing was unpacked")]
    Integrity {
        /// The name and version of the package.
        package: String,
        /// The digest in the registry or the lockfile.
        expected: String,
        /// The digest of the bytes that came.
        actual: String,
    },
    /// The archive of a package is refused.
    #[error("{package}: the archive is refused: {reason}")]
    Archive {
        /// The name and version of the package.
        package: String,
        /// The fault and the entry.
        reason: String,
    },
    /// Something is not in the store, and the network is not to be used.
    #[error("{subject} is not in the store, and the installer is offline; install it once online")]
    Offline {
        /// The package or document.
        subject: String,
    },
    /// A file of the project cannot be written.
    #[error("{file} cannot be written: {source}")]
    Write {
        /// The name of the file.
        file: String,
        /// The cause.
        source: Arc<io::Error>,
    },
    /// The store has no room left ([`Settings::store_bytes`](crate::Settings::store_bytes)).
    #[error(
        "the package store would have more than {limit} bytes; remove packages from it, or all of \
         it, or raise its limit"
    )]
    StoreFull {
        /// The limit.
        limit: u64,
    },
    /// The store cannot be read or written.
    #[error("the package store: {doing}: {source}")]
    Store {
        /// The operation.
        doing: &'static str,
        /// The cause.
        source: Arc<io::Error>,
    },
}

impl Error {
    pub(crate) fn store(doing: &'static str) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Store { doing, source: Arc::new(source) }
    }

    /// Returns true if an optional dependency is left out because of this error. Faults of the
    /// network or the disk and exceeded limits are not among them: they end the installation, so
    /// that its result does not depend on chance.
    pub(crate) fn is_unavailable(&self) -> bool {
        matches!(
            self,
            Self::Spec { .. }
                | Self::NotAllowed { .. }
                | Self::NotFound { .. }
                | Self::NoVersion { .. }
                | Self::TooYoung { .. }
                | Self::NoReleaseTimes { .. }
                | Self::NoIntegrity { .. }
                | Self::PeerConflict { .. }
                | Self::Offline { .. }
        )
    }
}

/// Returns text from outside in a form that fits into one line of a terminal.
pub(crate) fn shown(text: &str) -> String {
    let mut shown: String = text.escape_debug().take(120).collect();
    if text.len() > 120 {
        shown.push('…');
    }
    shown
}
