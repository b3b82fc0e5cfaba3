//! The metadata of a package: its versions, tags and times.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use jiff::Timestamp;
use nodejs_semver::Version;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;

use crate::error::{Error, Result};
use crate::integrity::Integrity;
use crate::overrides::{Overrides, Scope};
use crate::package::{Package, Requirements};
use crate::range::Range;
use crate::spec::{self, Spec, Wanted};

/// The document of a registry, reduced to what installing needs. The store keeps it in this form.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Document {
    #[serde(rename = "dist-tags")]
    tags: BTreeMap<String, String>,
    versions: BTreeMap<String, Manifest>,
    #[serde(deserialize_with = "times", skip_serializing_if = "Option::is_none")]
    time: Option<BTreeMap<String, Timestamp>>,
    #[serde(deserialize_with = "timestamp", skip_serializing_if = "Option::is_none")]
    modified: Option<Timestamp>,
}

#[derive(Debug, Serialize)]
struct Manifest {
    #[serde(flatten)]
    requirements: Requirements,
    #[serde(flatten)]
    release: ReleaseFields,
}

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
struct ReleaseFields {
    #[serde(deserialize_with = "flag", skip_serializing_if = "std::ops::Not::not")]
    deprecated: bool,
    #[serde(deserialize_with = "engines", skip_serializing_if = "Engines::is_any")]
    engines: Engines,
    dist: Dist,
}

/// The versions of Node.js that a package is for.
#[derive(Debug, Default, Serialize)]
struct Engines {
    node: Option<String>,
}

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
struct Dist {
    #[serde(deserialize_with = "text")]
    tarball: Option<String>,
    #[serde(deserialize_with = "text", skip_serializing_if = "Option::is_none")]
    integrity: Option<String>,
}

/// Reads the object twice, because `flatten` would copy each field that is not needed.
impl<'de> Deserialize<'de> for Manifest {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = <&RawValue>::deserialize(deserializer)?.get();
        let (requirements, release) = (serde_json::from_str(raw), serde_json::from_str(raw));
        Ok(Self {
            requirements: requirements.map_err(D::Error::custom)?,
            release: release.map_err(D::Error::custom)?,
        })
    }
}

impl Document {
    /// Returns true if the document tells the age of each version, or that all of them are old
    /// enough.
    pub(crate) fn tells_age(&self, cutoff: Option<Timestamp>) -> bool {
        cutoff.is_none_or(|cutoff| {
            self.time.is_some() || self.modified.is_some_and(|modified| modified <= cutoff)
        })
    }
}

/// One version with what decides whether it is chosen.
#[derive(Debug)]
struct Release {
    package: Arc<Package>,
    time: Option<Timestamp>,
    deprecated: bool,
    engines: Engines,
}

/// The versions of a package, ready to choose from.
#[derive(Debug)]
pub(crate) struct Packument {
    name: String,
    tags: BTreeMap<String, Version>,
    /// In ascending order.
    releases: Vec<Release>,
    tells_times: bool,
}

/// The versions that may be chosen, and those that are preferred.
#[derive(Debug)]
pub(crate) struct Preference {
    pub(crate) minimum_age: Duration,
    /// The time until when a version must have been released, or `None` for no limit.
    pub(crate) cutoff: Option<Timestamp>,
    /// The version of Node.js that packages should be for.
    pub(crate) node: Option<Version>,
}

impl Engines {
    fn is_any(&self) -> bool {
        self.node.is_none()
    }

    fn fit(&self, node: Option<&Version>) -> bool {
        match (node, &self.node) {
            (Some(node), Some(range)) => match Wanted::parse(range) {
                Wanted::Range(range) => range.satisfies_with_prerelease(node),
                Wanted::Tag(_) | Wanted::Local(_) | Wanted::Unsupported(_) => false,
            },
            _ => true,
        }
    }
}

impl Packument {
    /// Prepares a document. `retain` tells which packages can be had at all.
    pub(crate) fn new(
        name: &str,
        document: Document,
        overrides: &Arc<Overrides>,
        retain: impl Fn(&Package) -> bool,
    ) -> Self {
        let Document { tags, versions, time, modified } = document;
        let release = |(text, manifest): (String, Manifest)| {
            let ReleaseFields { deprecated, engines, dist } = manifest.release;
            let package = Package {
                name: name.to_owned(),
                version: spec::version(&text)?,
                integrity: dist.integrity.as_deref().and_then(Integrity::parse),
                archive: dist.tarball,
                local: None,
                requirements: manifest.requirements,
                overrides: Arc::clone(overrides),
                scope: Scope::default(),
                edges: OnceLock::new(),
            };
            // The document was modified after each release.
            let time = match &time {
                Some(times) => times.get(&text).copied(),
                None => modified,
            };
            let package = Arc::new(package);
            retain(&package).then_some(Release { package, time, deprecated, engines })
        };
        let mut releases: Vec<_> = versions.into_iter().filter_map(release).collect();
        releases.sort_by(|a, b| a.package.version.cmp(&b.package.version));
        let tags = tags.into_iter().filter_map(|(tag, text)| Some((tag, spec::version(&text)?)));
        let tells_times = time.is_some() || modified.is_some();
        Self { name: name.to_owned(), tags: tags.collect(), releases, tells_times }
    }

    /// Returns the version that npm chooses: that of the tag; or that of `latest` if it is in the
    /// range; or the newest one in the range. Deprecated versions and those for another Node.js
    /// come last. Versions that are too young are passed over; if that of a tag is too young, the
    /// newest one before it is chosen.
    ///
    /// Errors if there is none.
    pub(crate) fn choose(&self, spec: &Spec, preference: &Preference) -> Result<Arc<Package>> {
        spec.check()?;
        let is_old_enough = |release: &&Release| {
            let cutoff = preference.cutoff;
            cutoff.is_none_or(|cutoff| release.time.is_some_and(|time| time <= cutoff))
        };
        let fits = |release: &Release| release.engines.fit(preference.node.as_ref());
        let range = match &spec.wanted {
            Wanted::Tag(tag) => {
                let tagged = self.tags.get(tag).ok_or_else(|| self.no_version(spec))?;
                let release = self.release(tagged).ok_or_else(|| self.no_version(spec))?;
                if is_old_enough(&release) {
                    return Ok(Arc::clone(&release.package));
                }
                Range::up_to(tagged).ok_or_else(|| self.no_version(spec))?
            }
            Wanted::Range(range) => {
                let latest = self.tags.get("latest").and_then(|version| self.release(version));
                if let Some(latest) = latest.filter(is_old_enough)
                    && spec.is_satisfied_by(&self.name, &latest.package.version)
                    && !latest.deprecated
                    && fits(latest)
                {
                    return Ok(Arc::clone(&latest.package));
                }
                range.clone()
            }
            Wanted::Local(_) | Wanted::Unsupported(_) => return Err(self.no_version(spec)),
        };
        let satisfying = || {
            let is_in = |release: &&Release| range.satisfies(&release.package.version);
            self.releases.iter().filter(is_in)
        };
        let chosen = satisfying().filter(is_old_enough).max_by_key(|release| {
            let (fits, is_current) = (fits(release), !release.deprecated);
            (fits && is_current, fits, is_current)
        });
        match (chosen, satisfying().next_back()) {
            (Some(release), _) => Ok(Arc::clone(&release.package)),
            (None, None) => Err(self.no_version(spec)),
            (None, Some(_)) if !self.tells_times => {
                Err(Error::NoReleaseTimes { package: self.name.clone() })
            }
            (None, Some(young)) => Err(Error::TooYoung {
                package: self.name.clone(),
                spec: spec.text.clone(),
                version: young.package.version.to_string(),
                age: preference.minimum_age,
            }),
        }
    }

    fn release(&self, version: &Version) -> Option<&Release> {
        let found = self.releases.binary_search_by(|it| it.package.version.cmp(version));
        found.ok().and_then(|index| self.releases.get(index))
    }

    fn no_version(&self, spec: &Spec) -> Error {
        let newest = self.releases.last();
        Error::NoVersion {
            package: self.name.clone(),
            spec: spec.text.clone(),
            newest: newest.map_or("unknown".to_owned(), |it| it.package.version.to_string()),
        }
    }
}

fn parsed(value: &Value) -> Option<Timestamp> {
    value.as_str().filter(|text| text.len() <= 64)?.parse().ok()
}

fn timestamp<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Timestamp>, D::Error> {
    Ok(parsed(&Value::deserialize(deserializer)?))
}

fn times<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<BTreeMap<String, Timestamp>>, D::Error> {
    let Value::Object(members) = Value::deserialize(deserializer)? else { return Ok(None) };
    let times = members.into_iter().filter_map(|(version, time)| Some((version, parsed(&time)?)));
    Ok(Some(times.collect()))
}

/// The reason of a deprecation is a text, or a boolean in old documents.
fn flag<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    Ok(match Value::deserialize(deserializer)? {
        Value::Bool(flag) => flag,
        Value::String(reason) => !reason.is_empty(),
        _ => false,
    })
}

fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    Ok(Value::deserialize(deserializer)?.as_str().map(str::to_owned))
}

/// Old packages have a list of texts here.
fn engines<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Engines, D::Error> {
    let engines = Value::deserialize(deserializer)?;
    let node = engines.get("node").and_then(Value::as_str).map(str::to_owned);
    Ok(Engines { node })
}
