//! Folders of the host as capabilities.

mod changes;
mod directory;
mod disk;
mod error;
mod limits;
mod methods;
mod options;
mod overlay;
mod path;
mod reads;
mod streams;
mod tree;
mod walk;

pub use changes::{Change, ChangeKind, Changes};
pub use directory::Directory;
pub use options::DirOptions;
