//! `wrangler.jsonc`, `wrangler.json` and `wrangler.toml`.

use std::path::{Path, PathBuf};

use jsonc_parser::{ParseOptions, parse_to_serde_value};
use serde::Deserialize;
use serde_json::{Map, Value as Json};

use super::assets::{Html, NotFound, WorkerFirst};
use crate::types::document::Document;

/// The names of the file, in the order in which they are looked for.
pub(super) const NAMES: [&str; 3] = ["wrangler.jsonc", "wrangler.json", "wrangler.toml"];

/// Keys that change nothing here, and need no warning.
const WITHOUT_EFFECT: [&str; 6] =
    ["$schema", "compatibility_date", "account_id", "workers_dev", "observability", "dev"];

/// The keys that are supported. All others are in `rest`.
#[derive(Deserialize)]
pub(super) struct Config {
    pub(super) name: Option<String>,
    pub(super) main: Option<PathBuf>,
    #[serde(default)]
    pub(super) vars: Map<String, Json>,
    #[serde(default)]
    pub(super) worker_loaders: Vec<Binding>,
    #[serde(default)]
    pub(super) services: Vec<Service>,
    #[serde(default)]
    pub(super) compatibility_flags: Vec<String>,
    pub(super) assets: Option<AssetsConfig>,
    #[serde(default)]
    pub(super) triggers: Triggers,
    #[serde(flatten)]
    rest: Map<String, Json>,
}

#[derive(Deserialize)]
pub(super) struct Binding {
    pub(super) binding: String,
}

/// A stub of another worker.
#[derive(Deserialize)]
pub(crate) struct Service {
    pub(super) binding: String,
    pub(super) service: String,
    pub(super) entrypoint: Option<String>,
    /// The `ctx.props` that the service sees.
    #[serde(default)]
    pub(super) props: Map<String, Json>,
    #[serde(flatten)]
    rest: Map<String, Json>,
}

#[derive(Deserialize)]
pub(super) struct AssetsConfig {
    pub(super) directory: Option<PathBuf>,
    pub(super) binding: Option<String>,
    #[serde(default)]
    pub(super) html_handling: Html,
    #[serde(default)]
    pub(super) not_found_handling: NotFound,
    #[serde(default)]
    pub(super) run_worker_first: WorkerFirst,
    #[serde(flatten)]
    rest: Map<String, Json>,
}

#[derive(Default, Deserialize)]
pub(super) struct Triggers {
    #[serde(default)]
    pub(super) crons: Vec<String>,
}

impl Config {
    /// Reads a file.
    ///
    /// # Errors
    /// Errors if it cannot be read, or is no such file.
    pub(super) fn read(path: &Path) -> Result<Self, String> {
        let at = |error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
        // Its errors name the place.
        let text = Document::read(path)?.text;
        if path.extension().is_some_and(|ending| ending == "toml") {
            toml::from_str(&text).map_err(|error| at(&error.message()))
        } else {
            parse_to_serde_value(&text, &ParseOptions::default()).map_err(|error| at(&error))
        }
    }

    /// Returns what is in the file and not supported, as keys.
    pub(super) fn unsupported(&self) -> impl Iterator<Item = String> {
        let all = self.rest.keys().filter(|key| !WITHOUT_EFFECT.contains(&key.as_str())).cloned();
        let assets = self.assets.iter().flat_map(|assets| assets.rest.keys());
        let services = self.services.iter().flat_map(|service| service.rest.keys());
        all.chain(assets.map(|key| format!("assets.{key}")))
            .chain(services.map(|key| format!("services.{key}")))
    }
}

/// Returns true if a path has the name of such a file.
pub(super) fn is_config(path: &Path) -> bool {
    path.file_name().is_some_and(|name| NAMES.iter().any(|it| name == *it))
}
