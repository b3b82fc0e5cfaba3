//! Packages of npm: what specifiers mean, and what they cannot reach.

mod bundles;
mod installing;
mod resolution;

use isolet::Packages;

use crate::dirs::Folder;
use crate::harness::Case;

/// Returns a case whose main module is a file of a folder.
pub(crate) fn case(folder: &Folder, main: &str) -> Case {
    let packages = Packages::open(folder.path("")).expect("a folder");
    Case::js("").code(|_| isolet::WorkerCode::from_source(main, packages))
}
