//! Installs packages from a real registry that runs on this machine.

mod archives;
mod folders;
mod installing;
mod limits;
mod peers;
mod proxies;
mod requests;
mod resolving;
mod server;

use std::collections::BTreeMap;
use std::time::Duration;

use isolet_npm::{Installed, Installer, Lock, Registries, Result, Settings};
use serde_json::Value;
use tempfile::TempDir;

use server::Server;

/// A registry, and an empty store.
struct World {
    server: Server,
    store: TempDir,
}

impl World {
    async fn new() -> Self {
        Self { server: Server::start().await, store: tempfile::tempdir().unwrap() }
    }

    fn settings(&self) -> Settings {
        let registries = Registries::new(&self.server.address).unwrap();
        let mut settings = Settings::new(registries, self.store.path());
        settings.limits.retry_delay = Duration::from_millis(1);
        settings
    }

    fn installer(&self) -> Installer {
        Installer::new(self.settings())
    }

    async fn install(&self, manifest: Value) -> Result<Installed> {
        self.installer().install(&manifest.to_string(), None).await
    }

    async fn locked(&self, manifest: Value, lock: &Lock) -> Result<Installed> {
        self.installer().install(&manifest.to_string(), Some(lock)).await
    }

    /// Installs a project, and returns its packages.
    async fn tree(&self, manifest: Value) -> BTreeMap<String, String> {
        tree(&self.install(manifest).await.unwrap())
    }

    /// Installs a project, and returns the message of the error.
    async fn error(&self, manifest: Value) -> String {
        self.install(manifest).await.unwrap_err().to_string()
    }
}

/// Returns the packages with `node_modules` shortened: `a > b` is `node_modules/a/node_modules/b`.
fn tree(installed: &Installed) -> BTreeMap<String, String> {
    let short = |path: &str| path.replace("/node_modules/", " > ").replace("node_modules/", "");
    installed.packages.iter().map(|it| (short(it.path()), it.version())).collect()
}

fn map(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(name, version)| ((*name).to_owned(), (*version).to_owned())).collect()
}

fn warnings(installed: &Installed) -> Vec<String> {
    installed.warnings.iter().map(ToString::to_string).collect()
}
