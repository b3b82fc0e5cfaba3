//! Installs npm packages into a store on disk, without running anything of them.
//!
//! An [`Installer`] resolves the dependencies of a `package.json` as npm does, fetches what is
//! missing from the registries of its [`Settings`], checks digests, and unpacks archives into a
//! store that projects and processes share. The result is a [`Lock`] and the files of each
//! package.
//!
//! The tree of packages is the one that npm plans, with these differences:
//!
//! - Packages come from registries, and from the project's folder if [`Settings::root`] names it
//!   (`file:`, workspaces, and `workspace:` with `*`, `^`, `~` or a range, as other package
//!   managers have it). Those of the folder are no links: their files are found below
//!   `node_modules`. Archives by their address and git are errors that name the dependency.
//! - Optional packages for certain operating systems or processors are locked, but not installed,
//!   and their dependencies are not resolved.
//! - Archives need a SHA-512 digest.
//! - A release must be three days old by default.
//! - Dependencies that nest for ever are an error, where npm makes a link.
//!
//! The registry decides where its archives are, so an installer may send requests to other hosts
//! than that of the registry, by HTTPS and without a token.
//!
//! ```no_run
//! # async fn run() -> isolet_npm::Result<()> {
//! use isolet_npm::{Installer, NPM_REGISTRY, Registries, Settings};
//!
//! let settings = Settings::new(Registries::new(NPM_REGISTRY)?, "/var/cache/isolet/packages");
//! let installer = Installer::new(settings);
//! let installed = installer.install(r#"{"dependencies": {"zod": "^4"}}"#, None).await?;
//! for package in installed.packages.iter() {
//!     println!("{} {}", package.path(), package.version());
//! }
//! # Ok(())
//! # }
//! ```

#![cfg_attr(not(test), warn(clippy::expect_used, clippy::panic, clippy::unwrap_used))]

mod connect;
mod error;
#[cfg(any(test, fuzzing))]
#[doc(hidden)]
pub mod fuzzing;
mod http;
mod installer;
mod integrity;
mod json;
mod local;
mod lock;
mod name;
mod npmrc;
mod overrides;
mod package;
mod packument;
mod place;
mod plan;
mod progress;
mod project;
mod proxy;
mod prune;
mod range;
mod registry;
mod settings;
mod spec;
mod store;
mod tree;
mod unpack;

pub use error::{Error, Result};
pub use installer::{Added, Installed, InstalledPackage, Installer, Packages};
pub use lock::Lock;
pub use name::AllowedNames;
pub use npmrc::{NPM_REGISTRY, Registries};
pub use progress::{Event, Progress, Warning};
pub use settings::{Limits, MINIMUM_AGE, Settings};
