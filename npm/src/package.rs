//! One version of a package, as registries and lockfiles describe it.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use nodejs_semver::Version;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use crate::integrity::Integrity;
use crate::local::Base;
use crate::overrides::{Overrides, Scope};
use crate::spec::Spec;

/// Specifiers by the name of the dependency.
pub(crate) type Specs = BTreeMap<String, String>;

/// The dependencies of a package. Fields of another type than npm has them count as absent, as
/// old packages have all kinds of them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct Requirements {
    #[serde(deserialize_with = "specs", skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) dependencies: Specs,
    #[serde(deserialize_with = "specs", skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) optional_dependencies: Specs,
    #[serde(deserialize_with = "specs", skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) peer_dependencies: Specs,
    #[serde(deserialize_with = "peers_meta", skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) peer_dependencies_meta: BTreeMap<String, PeerMeta>,
    /// The dependencies that are in the package's own archive.
    #[serde(
        alias = "bundledDependencies",
        deserialize_with = "names",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub(crate) bundle_dependencies: Vec<String>,
    #[serde(deserialize_with = "names", skip_serializing_if = "Vec::is_empty")]
    pub(crate) os: Vec<String>,
    #[serde(deserialize_with = "names", skip_serializing_if = "Vec::is_empty")]
    pub(crate) cpu: Vec<String>,
    /// The folder whose dependencies they are. `None` if they may not lead to folders.
    #[serde(skip)]
    pub(crate) base: Option<Base>,
}

/// A member of `peerDependenciesMeta`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct PeerMeta {
    pub(crate) optional: bool,
}

/// One version of a package.
#[derive(Debug)]
pub(crate) struct Package {
    /// The name in the registry.
    pub(crate) name: String,
    pub(crate) version: Version,
    /// `None` if the registry has none that is strong enough.
    pub(crate) integrity: Option<Integrity>,
    /// The address of the archive, if it is known.
    pub(crate) archive: Option<String>,
    /// The folder from the root of the project, if it comes from there and not from a registry.
    pub(crate) local: Option<String>,
    pub(crate) requirements: Requirements,
    pub(crate) overrides: Arc<Overrides>,
    /// The overrides that hold for the dependencies.
    pub(crate) scope: Scope,
    /// The parsed form of the requirements, made when it is first needed.
    pub(crate) edges: OnceLock<Edges>,
}

impl Package {
    /// Returns the dependencies that are to be resolved. What is for other platforms is never
    /// installed, so it has none.
    pub(crate) fn edges(&self) -> &Edges {
        let is_portable = self.is_portable();
        let edges = || {
            if is_portable {
                self.requirements.edges(&self.overrides, self.scope)
            } else {
                BTreeMap::new()
            }
        };
        self.edges.get_or_init(edges)
    }

    /// Returns the package with the overrides of another scope for its dependencies.
    pub(crate) fn within(self: &Arc<Self>, scope: Scope) -> Arc<Self> {
        if self.scope == scope || self.edges().is_empty() {
            return Arc::clone(self);
        }
        Arc::new(Self {
            name: self.name.clone(),
            version: self.version.clone(),
            integrity: self.integrity,
            archive: self.archive.clone(),
            local: self.local.clone(),
            requirements: self.requirements.clone(),
            overrides: Arc::clone(&self.overrides),
            scope,
            edges: OnceLock::new(),
        })
    }

    /// Returns true if the package is for all platforms. A sandbox is none of those that `os` and
    /// `cpu` can name.
    pub(crate) fn is_portable(&self) -> bool {
        let Requirements { os, cpu, .. } = &self.requirements;
        os.iter().chain(cpu).all(|name| name.starts_with('!') || name == "any")
    }

    /// Returns the name and version for a message.
    pub(crate) fn id(&self) -> String {
        format!("{}@{}", self.name, self.version)
    }
}

/// The need of a dependant for a dependency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Required,
    /// The dependant does without.
    Optional,
    /// The package that depends on the dependant sees the same copy.
    Peer,
    /// As `Peer`, but only if something else installs it.
    OptionalPeer,
}

impl Kind {
    pub(crate) fn is_peer(self) -> bool {
        matches!(self, Self::Peer | Self::OptionalPeer)
    }
}

/// One dependency of a package.
#[derive(Clone, Debug)]
pub(crate) struct Edge {
    pub(crate) spec: Spec,
    pub(crate) kind: Kind,
    /// The overrides that hold for the dependencies of what it leads to.
    pub(crate) scope: Scope,
}

/// Dependencies by name.
pub(crate) type Edges = BTreeMap<String, Edge>;

impl Requirements {
    /// Returns a dependency.
    pub(crate) fn edge(
        &self,
        (overrides, scope): (&Overrides, Scope),
        (name, text): (&str, &str),
        kind: Kind,
    ) -> Edge {
        let local = self.base.as_ref().and_then(|base| base.spec(name, text));
        let (text, scope) = overrides.apply(scope, name, text);
        Edge { spec: local.unwrap_or_else(|| Spec::parse(name, text)), kind, scope }
    }

    /// Returns the dependencies that are to be resolved, by name. If one is listed twice, the
    /// last of peer, required and optional counts, as with npm.
    pub(crate) fn edges(&self, overrides: &Overrides, scope: Scope) -> Edges {
        let mut edges = BTreeMap::new();
        let mut add = |specs: &Specs, kind: &dyn Fn(&str) -> Kind| {
            for (name, text) in specs {
                if !self.bundle_dependencies.contains(name) {
                    let edge = self.edge((overrides, scope), (name, text), kind(name));
                    edges.insert(name.clone(), edge);
                }
            }
        };
        add(&self.peer_dependencies, &|name| {
            let is_optional = self.peer_dependencies_meta.get(name).is_some_and(|it| it.optional);
            if is_optional { Kind::OptionalPeer } else { Kind::Peer }
        });
        add(&self.dependencies, &|_| Kind::Required);
        add(&self.optional_dependencies, &|_| Kind::Optional);
        edges
    }
}

fn specs<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Specs, D::Error> {
    let Value::Object(members) = Value::deserialize(deserializer)? else {
        return Ok(Specs::new());
    };
    let texts = members.into_iter().filter_map(|(name, value)| match value {
        Value::String(text) => Some((name, text)),
        _ => None,
    });
    Ok(texts.collect())
}

fn peers_meta<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<BTreeMap<String, PeerMeta>, D::Error> {
    let Value::Object(members) = Value::deserialize(deserializer)? else {
        return Ok(BTreeMap::new());
    };
    let is_optional = |value: &Value| value.get("optional").and_then(Value::as_bool) == Some(true);
    let optional = members.into_iter().filter(|(_, value)| is_optional(value));
    Ok(optional.map(|(name, _)| (name, PeerMeta { optional: true })).collect())
}

fn names<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    let texts = match Value::deserialize(deserializer)? {
        Value::String(text) => vec![Value::String(text)],
        Value::Array(items) => items,
        _ => Vec::new(),
    };
    Ok(texts.iter().filter_map(|it| it.as_str().map(str::to_owned)).collect())
}
