//! Packages of npm that workers import, and bundles of programs that do.

mod bundle;
mod install;
mod source;

pub use bundle::{Bundle, BundleError, BundleOptions, Jsx};
pub use install::PackageInstaller;
pub use source::Packages;
