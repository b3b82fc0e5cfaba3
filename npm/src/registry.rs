//! Metadata and archives of packages, from registries or from the store.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::SystemTime;

use jiff::Timestamp;
use tokio::task::spawn_blocking;
use url::Url;

use crate::error::{Error, Result};
use crate::http::{Client, Form};
use crate::integrity::Integrity;
use crate::json;
use crate::local::Locals;
use crate::name;
use crate::overrides::Overrides;
use crate::package::Package;
use crate::packument::{Document, Packument, Preference};
use crate::settings::Settings;
use crate::spec::{self, Spec};
use crate::store::Store;

/// Finds packages for one installation.
pub(crate) struct Registry {
    settings: Settings,
    /// `None` if the installer is offline.
    client: Option<Client>,
    store: Store,
    preference: Preference,
    locals: Locals,
    overrides: Arc<Overrides>,
    /// The bytes of metadata so far.
    metadata: AtomicU64,
}

impl Registry {
    pub(crate) fn new(
        settings: Settings,
        store: Store,
        locals: Locals,
        overrides: Overrides,
    ) -> Result<Self> {
        let client = if settings.offline { None } else { Some(Client::new(&settings)?) };
        let age = settings.minimum_age;
        let too_long = |_| Error::Settings { reason: "the minimum age is too long".to_owned() };
        let cutoff = if age.is_zero() {
            None
        } else {
            let now = Timestamp::try_from(SystemTime::now()).map_err(too_long)?;
            Some(now.checked_sub(age).map_err(too_long)?)
        };
        let node = settings.node.as_deref().map(|text| {
            let reason = "the version of Node.js is malformed".to_owned();
            spec::version(text).ok_or(Error::Settings { reason })
        });
        let preference = Preference { minimum_age: age, cutoff, node: node.transpose()? };
        let (overrides, metadata) = (Arc::new(overrides), AtomicU64::new(0));
        Ok(Self { settings, client, store, preference, locals, overrides, metadata })
    }

    pub(crate) fn locals(&self) -> &Locals {
        &self.locals
    }

    /// Reads the package in a folder of the project.
    pub(crate) async fn local(&self, path: &str, dependency: &str) -> Result<Package> {
        let (locals, overrides) = (self.locals.clone(), Arc::clone(&self.overrides));
        let (path, dependency) = (path.to_owned(), dependency.to_owned());
        blocking(move || locals.package(&path, &dependency, &overrides)).await
    }

    pub(crate) fn overrides(&self) -> &Arc<Overrides> {
        &self.overrides
    }

    pub(crate) fn store(&self) -> &Store {
        &self.store
    }

    /// Chooses a version. Offline, one that is not in the store counts as missing from it.
    pub(crate) fn choose(&self, packument: &Packument, spec: &Spec) -> Result<Arc<Package>> {
        packument.choose(spec, &self.preference).map_err(|error| match error {
            Error::NoVersion { package, spec, .. } if self.client.is_none() => {
                Error::Offline { subject: format!("{package}@{spec}") }
            }
            error => error,
        })
    }

    /// Returns the metadata of a package, and keeps them in the store. Offline, they are those of
    /// the store, without the versions that are not there.
    ///
    /// The short form of the metadata has no times. The long one is fetched only if the package
    /// changed lately.
    pub(crate) async fn packument(&self, package: &str) -> Result<Packument> {
        if !self.settings.allowed.contains(package) {
            return Err(Error::NotAllowed { package: package.to_owned() });
        }
        let registry = self.settings.registries.of(package);
        if self.client.is_none() {
            return self.kept(registry, package).await;
        }
        let mut document = self.document(registry, package, Form::Abbreviated).await?;
        if !document.tells_age(self.preference.cutoff) {
            document = self.document(registry, package, Form::Full).await?;
        }
        let (store, registry) = (self.store.clone(), registry.to_string());
        let (package, overrides) = (package.to_owned(), Arc::clone(&self.overrides));
        blocking(move || {
            let bytes = serde_json::to_vec(&document).map_err(|error| Error::Json {
                subject: format!("the metadata of {package}"),
                reason: error.to_string(),
            })?;
            store.keep_metadata(&registry, &package, &bytes)?;
            Ok(Packument::new(&package, document, &overrides, |_| true))
        })
        .await
    }

    async fn document(&self, registry: &Url, package: &str, form: Form) -> Result<Document> {
        let limits = &self.settings.limits;
        let not_found =
            || Error::NotFound { package: package.to_owned(), registry: registry.to_string() };
        let client = self.client.as_ref().ok_or_else(not_found)?;
        let url = join(registry, &package.replace('/', "%2f"))?;
        let limit = limits.metadata_bytes;
        let found = client.get(registry, url, form, limit).await?.ok_or_else(not_found)?;
        let subject = format!("the metadata of {package}");
        let (bytes, document) = blocking(move || {
            let bytes = found.decompressed(limit, &subject)?;
            let document = json::parse(&bytes, limit, &subject)?;
            Ok((bytes.len() as u64, document))
        })
        .await?;
        let limit = limits.total_metadata_bytes;
        if self.metadata.fetch_add(bytes, Ordering::Relaxed).saturating_add(bytes) > limit {
            let subject = "the metadata of all packages".to_owned();
            return Err(Error::Limit { subject, what: "bytes", limit });
        }
        Ok(document)
    }

    async fn kept(&self, registry: &Url, package: &str) -> Result<Packument> {
        let (store, registry) = (self.store.clone(), registry.to_string());
        let (package, limit) = (package.to_owned(), self.settings.limits.metadata_bytes);
        let overrides = Arc::clone(&self.overrides);
        blocking(move || {
            let subject = format!("the metadata of {package}");
            let Some(bytes) = store.metadata(&registry, &package, limit) else {
                return Err(Error::Offline { subject });
            };
            let document = json::parse(&bytes, limit, &subject)?;
            Ok(Packument::new(&package, document, &overrides, |package| {
                let integrity = package.integrity.as_ref();
                !package.is_portable() || integrity.is_some_and(|it| store.find(it).is_some())
            }))
        })
        .await
    }

    /// Puts a package into the store, unless it is there. Returns the bytes of its archive, or 0
    /// offline.
    ///
    /// Offline, a package counts as there without a look at each of its files, because every
    /// start of a program comes here, and nothing could be done about a file that is missing.
    pub(crate) async fn fetch(&self, package: &Package) -> Result<u64> {
        if !self.settings.allowed.contains(&package.name) {
            return Err(Error::NotAllowed { package: package.name.clone() });
        }
        let id = package.id();
        let Some(integrity) = package.integrity else {
            return Err(Error::NoIntegrity { package: id });
        };
        let store = self.store.clone();
        let Some(client) = &self.client else {
            let has = blocking(move || Ok(store.has(&integrity))).await?;
            return has.then_some(0).ok_or(Error::Offline { subject: id });
        };
        if let Some(bytes) = blocking(move || Ok(store.find(&integrity))).await? {
            return Ok(bytes);
        }
        let limits = self.settings.limits.clone();
        let registry = self.settings.registries.of(&package.name);
        let url = archive_url(registry, package)?;
        let archive =
            client.get(registry, url.clone(), Form::Archive, limits.archive_bytes).await?;
        let archive = archive
            .ok_or_else(|| Error::NotFound { package: id.clone(), registry: registry.to_string() })?
            .into_bytes();
        let store = self.store.clone();
        blocking(move || {
            let actual = Integrity::of(&archive);
            if actual != integrity {
                let (expected, actual) = (integrity.to_string(), actual.to_string());
                return Err(Error::Integrity { package: id, expected, actual });
            }
            store.add(&integrity, &archive, &id, &limits)?;
            Ok(archive.len() as u64)
        })
        .await
    }
}

/// Runs work that takes long, or uses the disk, outside of the tasks of the runtime. It goes on
/// if its caller is dropped, within its limits.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T> + Send + 'static,
) -> Result<T> {
    let stopped = |_| Error::Settings { reason: "the runtime is shutting down".to_owned() };
    spawn_blocking(work).await.map_err(stopped)?
}

fn join(registry: &Url, path: &str) -> Result<Url> {
    registry
        .join(path)
        .map_err(|error| Error::Request { url: registry.to_string(), reason: error.to_string() })
}

/// Returns the address of an archive where registries have it by convention.
pub(crate) fn usual_archive_url(registry: &Url, package: &Package) -> Result<Url> {
    let Package { name, version, .. } = package;
    join(registry, &format!("{name}/-/{}-{version}.tgz", name::base(name)))
}

/// Returns the address of an archive: what the registry or the lockfile says, or else the usual
/// one. Mirrors hand on the addresses of the public registry, and have the archives themselves.
fn archive_url(registry: &Url, package: &Package) -> Result<Url> {
    let Some(address) = &package.archive else { return usual_archive_url(registry, package) };
    let url = Url::parse(address).map_err(|error| Error::Request {
        url: crate::error::shown(address),
        reason: format!("the address of {} is malformed: {error}", package.id()),
    })?;
    if url.host_str() == Some("registry.npmjs.org") && url.host() != registry.host() {
        return usual_archive_url(registry, package);
    }
    Ok(url)
}
