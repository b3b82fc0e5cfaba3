//! The bindings that the configuration of a project gives its worker.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::declaration;
use super::document::{Document, MAX_BYTES, Node, Value, place};
use crate::disk;

/// The names of a configuration, in the order in which they are looked for.
const NAMES: [&str; 3] = ["wrangler.jsonc", "wrangler.json", "wrangler.toml"];

/// The bindings of Wrangler that isolet lacks, and named environments.
const UNSUPPORTED: [&str; 27] = [
    "ai",
    "analytics_engine_datasets",
    "browser",
    "d1_databases",
    "data_blobs",
    "dispatch_namespaces",
    "durable_objects",
    "env",
    "hyperdrive",
    "images",
    "kv_namespaces",
    "media",
    "mtls_certificates",
    "pipelines",
    "queues",
    "r2_buckets",
    "ratelimits",
    "secrets_store_secrets",
    "send_email",
    "text_blobs",
    "unsafe",
    "vectorize",
    "version_metadata",
    "vpc_services",
    "wasm_modules",
    "workflows",
    "unsafe_hello_world",
];

/// A project.
pub(crate) struct Project {
    /// The folder of the configuration.
    pub(crate) folder: PathBuf,
    pub(crate) name: Option<String>,
    /// The main module, from that folder, if it is TypeScript.
    pub(crate) main: Option<String>,
    /// The properties of `env`, in the order of the configuration.
    pub(crate) bindings: Vec<(String, Binding)>,
    /// The settings that isolet does not support.
    pub(crate) warnings: Vec<String>,
}

/// A value of `env`.
#[derive(Debug, PartialEq)]
pub(crate) enum Binding {
    /// A value of this type, as TypeScript writes it.
    Value(String),
    Loader,
    /// A stub of the assets.
    Fetcher,
    /// A stub of the entrypoint of the worker of that name.
    Service {
        service: String,
        entrypoint: String,
    },
}

impl Project {
    /// Reads the configuration at a path, or in the folder at that path.
    ///
    /// # Errors
    /// Errors if there is none, or if it is wrong. The error names file, line and column.
    pub(crate) fn read(path: &Path) -> Result<Self, String> {
        let file = if path.is_dir() { find(path)? } else { path.to_owned() };
        let mut project = Self::of(&Document::read(&file)?, &file)?;
        project.add_secrets(&file.with_file_name(".dev.vars"))?;
        Ok(project)
    }

    /// Reads the text of a configuration that is, or will be, at a path.
    ///
    /// # Errors
    /// Errors if it is wrong.
    pub(crate) fn parse(path: &Path, text: String) -> Result<Self, String> {
        Self::of(&Document::parse(path, text)?, path)
    }

    fn of(document: &Document, file: &Path) -> Result<Self, String> {
        let folder = file.parent().unwrap_or(Path::new(""));
        Reader { document, places: BTreeMap::new() }.project(folder)
    }

    /// Adds the names of `.dev.vars`, whose values replace those of the configuration.
    fn add_secrets(&mut self, path: &Path) -> Result<(), String> {
        if !path.exists() {
            return Ok(());
        }
        let name = path.display();
        let text =
            disk::read_at_most(path, MAX_BYTES).map_err(|error| format!("{name}: {error}"))?;
        // Without `$`, which would insert other values, and could do so without end. The values do
        // not matter here. After a backslash, where `$` may stand, so may `n`.
        let text = text.replace('$', "n");
        let names = self.bindings.iter().enumerate().map(|(at, (name, _))| (name.clone(), at));
        let mut places: BTreeMap<_, _> = names.collect();
        for pair in dotenvy::from_read_iter(text.as_bytes()) {
            // The error itself has the line, which may be a secret.
            let (key, _) = pair.map_err(|error| match error {
                dotenvy::Error::LineParse(line, index) => {
                    let at = text.find(&line).unwrap_or(text.len()).saturating_add(index);
                    place(&path.display().to_string(), &text, at) + "the line is not NAME=VALUE"
                }
                _ => format!("{name}: the file cannot be read"),
            })?;
            let text = Binding::Value("string".to_owned());
            let at = *places.entry(key.clone()).or_insert(self.bindings.len());
            match self.bindings.get_mut(at) {
                Some((_, binding)) => *binding = text,
                None => self.bindings.push((key, text)),
            }
        }
        Ok(())
    }
}

/// Returns the configuration in a folder.
fn find(folder: &Path) -> Result<PathBuf, String> {
    // This folder has no name, so that paths are shown as a user writes them.
    let base = if folder == Path::new(".") { Path::new("") } else { folder };
    NAMES.iter().map(|name| base.join(name)).find(|file| file.is_file()).ok_or_else(|| {
        let names = NAMES.join(", ");
        format!("{} has none of {names}: `isolet init` creates one", folder.display())
    })
}

/// Reads a configuration.
struct Reader<'a> {
    document: &'a Document,
    /// The place where each name of `env` was given.
    places: BTreeMap<String, usize>,
}

impl Reader<'_> {
    fn project(mut self, folder: &Path) -> Result<Project, String> {
        let root = &self.document.root;
        let Value::Table(fields) = &root.value else {
            return Err(self.document.error(root.at, "the configuration must be an object"));
        };
        let mut warnings = Vec::new();
        for (name, node) in fields {
            if UNSUPPORTED.contains(&name.as_str()) && !matches!(node.value, Value::Null) {
                let what = format!("isolet does not have \"{name}\": env lacks its names");
                warnings.push(self.document.error(node.at, &what));
            }
        }
        let own_name = self.optional(root, "name")?;
        let main = self.optional(root, "main")?;
        let main = main.filter(|main| declaration::module(main).is_some());

        let mut bindings = Vec::new();
        if let Some(vars) = root.get("vars") {
            let Value::Table(fields) = &vars.value else {
                return Err(self.document.error(vars.at, "\"vars\" must be an object"));
            };
            for (name, node) in fields {
                self.claim(name, node.at)?;
                bindings.push((name.clone(), Binding::Value(declaration::type_of(node))));
            }
        }
        for node in self.list(root, "worker_loaders")? {
            bindings.push((self.name(node)?, Binding::Loader));
        }
        for node in self.list(root, "services")? {
            let service = self.required(node, "service")?;
            let entrypoint = self.optional(node, "entrypoint")?;
            let entrypoint = entrypoint.unwrap_or_else(|| "default".to_owned());
            bindings.push((self.name(node)?, Binding::Service { service, entrypoint }));
        }
        if let Some(assets) = root.get("assets") {
            if !matches!(assets.value, Value::Table(_)) {
                return Err(self.document.error(assets.at, "\"assets\" must be an object"));
            }
            if assets.get("binding").is_some() {
                bindings.push((self.name(assets)?, Binding::Fetcher));
            }
        }
        Ok(Project { folder: folder.to_owned(), name: own_name, main, bindings, warnings })
    }

    /// Returns the name of a binding.
    fn name(&mut self, node: &Node) -> Result<String, String> {
        let name = self.required(node, "binding")?;
        self.claim(&name, node.at)?;
        Ok(name)
    }

    fn claim(&mut self, name: &str, at: usize) -> Result<(), String> {
        if name.is_empty() {
            return Err(self.document.error(at, "a name of env must not be empty"));
        }
        match self.places.insert(name.to_owned(), at) {
            None => Ok(()),
            Some(before) => {
                let first = self.document.error(before, "here");
                let what =
                    format!("env has two values with the name {name:?}, the other one at {first}");
                Err(self.document.error(at, &what))
            }
        }
    }

    fn list<'n>(&self, node: &'n Node, name: &str) -> Result<&'n [Node], String> {
        match node.get(name).map(|list| (list.at, &list.value)) {
            None => Ok(&[]),
            Some((_, Value::List(items))) => Ok(items),
            Some((at, _)) => Err(self.document.error(at, &format!("\"{name}\" must be a list"))),
        }
    }

    fn optional(&self, node: &Node, name: &str) -> Result<Option<String>, String> {
        match node.get(name).map(|text| (text.at, &text.value)) {
            None => Ok(None),
            Some((_, Value::String(text))) => Ok(Some(text.clone())),
            Some((at, _)) => Err(self.document.error(at, &format!("\"{name}\" must be a string"))),
        }
    }

    fn required(&self, node: &Node, name: &str) -> Result<String, String> {
        self.optional(node, name)?
            .ok_or_else(|| self.document.error(node.at, &format!("\"{name}\" is missing")))
    }
}
