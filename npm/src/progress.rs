//! Progress and warnings of an installation.

use crate::error::Error;

/// A step of an installation.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event<'a> {
    /// The metadata of a package have arrived.
    Resolving {
        /// The name of the package.
        package: &'a str,
        /// The number of packages whose metadata are known.
        resolved: usize,
    },
    /// A package is in the store.
    Fetched {
        /// The name of the package.
        package: &'a str,
        /// The number of packages that are in the store.
        done: usize,
        /// The number of packages that are to be installed.
        total: usize,
    },
    /// The installation is complete.
    Done {
        /// The number of packages.
        total: usize,
    },
}

/// Receives the steps of an installation. It is called between requests, and must not block.
pub trait Progress: Send + Sync {
    /// Receives one step.
    fn on_event(&self, event: &Event<'_>);
}

impl<F: Fn(&Event<'_>) + Send + Sync> Progress for F {
    fn on_event(&self, event: &Event<'_>) {
        self(event);
    }
}

/// A fault that does not end an installation.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Warning {
    /// An optional dependency is left out.
    #[error("the optional dependency {package} of {by} is left out: {reason}")]
    Skipped {
        /// The name of the dependency.
        package: String,
        /// The dependant.
        by: String,
        /// The cause.
        reason: Error,
    },
    /// A package finds another version than it asks for.
    #[error("{by} needs {package}@{spec}, but finds {found}")]
    Unmet {
        /// The dependant.
        by: String,
        /// The name of the dependency.
        package: String,
        /// The range or the tag.
        spec: String,
        /// The version that it finds, or "none".
        found: String,
    },
    /// A package is required, but is made for platforms that no sandbox is.
    #[error("{package} is for certain operating systems or processors, and may not work")]
    Platform {
        /// The name and version of the package.
        package: String,
    },
    /// A part of `package.json` has no effect.
    #[error("package.json: {field:?} is not supported, and ignored")]
    Ignored {
        /// The name of the member.
        field: &'static str,
    },
}
