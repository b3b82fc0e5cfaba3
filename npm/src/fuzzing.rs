//! The checks of the fuzz targets. The same code replays their corpus in ordinary tests.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read, Write as _};
use std::sync::Arc;

use flate2::Compression;
use flate2::write::GzEncoder;
use tar::Header;
use url::Url;

use crate::error::{Error, Result};
use crate::lock::Lock;
use crate::npmrc::{NPM_REGISTRY, Registries};
use crate::overrides::Overrides;
use crate::package::Edges;
use crate::settings::Limits;
use crate::tree;
use crate::unpack::{Sink, unpack};

/// The value of every variable, which no message may have.
const SECRET: &str = "s3cret-of-the-environment";

/// A folder that is checked while files are written to it.
#[derive(Default)]
struct Checked {
    files: BTreeMap<String, Vec<u8>>,
    bytes: u64,
}

impl Sink for Checked {
    fn file(&mut self, path: &str, contents: &mut dyn Read) -> Result<u64> {
        let is_name = |name: &str| !matches!(name, "" | "." | "..") && name.len() <= 255;
        assert!(path.split('/').all(is_name), "{path:?}");
        assert!(!path.contains('\\') && !path.chars().any(char::is_control), "{path:?}");
        let mut bytes = Vec::new();
        contents.read_to_end(&mut bytes).map_err(Error::store("reading"))?;
        let size = bytes.len() as u64;
        self.bytes += size;
        self.files.insert(path.to_owned(), bytes);
        Ok(size)
    }
}

/// Unpacks an archive. What is not compressed is taken for tar: the checksums of its headers are
/// made right, and it is compressed.
pub fn archive(data: &[u8]) {
    let packed = if data.starts_with(&[0x1f, 0x8b]) { data.to_vec() } else { packed(data) };
    let limits = Limits { unpacked_bytes: 64 << 10, files: 64, ..Limits::default() };
    let unpacked = || {
        let mut sink = Checked::default();
        let result = unpack(&packed, "a@1.0.0", &limits, &mut sink);
        assert!(sink.bytes <= limits.unpacked_bytes && sink.files.len() <= limits.files);
        let mut folded = BTreeSet::new();
        for path in sink.files.keys() {
            assert!(folded.insert(path.to_lowercase()), "{path:?} is there twice");
            let mut parents = path.match_indices('/').filter_map(|(at, _)| path.get(..at));
            assert!(
                !parents.any(|parent| sink.files.contains_key(parent)),
                "{path:?} is in a file"
            );
        }
        (sink.files, result.map_err(|error| error.to_string()))
    };
    let (files, result) = unpacked();
    if let Err(text) = &result {
        assert!(text.len() < 2_000 && !text.chars().any(char::is_control), "{text:?}");
    }
    assert_eq!((files, result), unpacked());
}

fn packed(data: &[u8]) -> Vec<u8> {
    let mut bytes = data.to_vec();
    let mut at = 0;
    while let Some(block) = bytes.get_mut(at..at + 512) {
        let mut header = Header::new_old();
        header.as_mut_bytes().copy_from_slice(block);
        if block.iter().any(|byte| *byte != 0) {
            header.set_cksum();
            block.copy_from_slice(header.as_bytes());
        }
        let contents = header.entry_size().unwrap_or(0).min(data.len() as u64).div_ceil(512);
        at += 512 + usize::try_from(contents).unwrap_or(0) * 512;
    }
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    // A vector takes all.
    let _ = encoder.write_all(&bytes);
    encoder.finish().unwrap_or_default()
}

/// Parses a lockfile, and makes a tree of it and a lock of that.
pub fn lock(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else { return };
    let lock = match Lock::parse(text) {
        Ok(lock) => lock,
        Err(error) => {
            let text = error.to_string();
            assert!(text.len() < 2_000, "{text:?}");
            return;
        }
    };
    assert_eq!(Lock::parse(&lock.to_json()).ok().as_ref(), Some(&lock));
    for (path, name, _) in lock.packages() {
        assert!(tree::is_valid(path), "{path:?}");
        assert!(crate::name::is_valid(name), "{name:?}");
    }
    for (folder, _) in lock.folders() {
        let is_name = |name: &str| !matches!(name, "" | "." | "..");
        assert!(folder.split('/').all(is_name) && !folder.contains('\\'), "{folder:?}");
    }
    let Ok(registries) = Registries::new(NPM_REGISTRY) else { return };
    let overrides = Arc::new(Overrides::default());
    let tree = lock.tree(Edges::new(), &registries, &overrides, |_, _| None);
    for (path, package) in tree.packages() {
        let archive = package.archive.as_deref().and_then(|it| Url::parse(it).ok());
        let registry = registries.of(&package.name);
        assert!(archive.is_none_or(|it| it.origin() == registry.origin()), "{path:?}");
        for name in package.edges().keys() {
            let target = tree.target(path, name);
            assert!(target.is_none_or(|it| tree.package(&it).is_some()));
        }
    }
    let again = Lock::of(&tree, &registries);
    assert_eq!(Lock::parse(&again.to_json()).ok(), Some(again));
}

/// Reads an `.npmrc`, and its lines as variables. No message has the value of a variable, and no
/// token goes to another origin.
pub fn npmrc(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else { return };
    if text.contains(SECRET) {
        return;
    }
    let shows_none = |text: String| assert!(!text.contains(SECRET) && text.len() < 2_000, "{text}");
    let variables = || {
        let pairs = text.lines().filter_map(|line| line.split_once('='));
        pairs.map(|(name, value)| (name.to_owned(), value.replace("${}", SECRET)))
    };
    let Ok(empty) = Registries::new(NPM_REGISTRY) else { return };
    for made in [
        empty.clone().with_npmrc(text, |_| Some(SECRET.to_owned())),
        empty.clone().with_environment(variables()),
    ] {
        let registries = match made {
            Ok(registries) => registries,
            Err(error) => {
                shows_none(error.to_string());
                continue;
            }
        };
        assert!(!format!("{registries:?}").contains(SECRET) || text.contains("registry"));
        let Ok(elsewhere) = Url::parse("https://elsewhere.invalid/a") else { return };
        for name in ["a", "@s/a"] {
            let registry = registries.of(name);
            assert!(matches!(registry.scheme(), "https" | "http") && registry.has_host());
            assert!(registry.path().ends_with('/'));
            if registry.origin() != elsewhere.origin() {
                assert!(registries.authorization(registry, &elsewhere).is_none());
            }
            let host = registry.host_str().unwrap_or_default();
            match registries.proxies().of(registry.scheme(), host) {
                Ok(Some(proxy)) => {
                    assert!(proxy.address.authority().is_some_and(|it| !it.as_str().contains('@')));
                }
                Ok(None) => {}
                Err(error) => shows_none(error.to_string()),
            }
        }
    }
}

#[cfg(test)]
#[path = "fuzz_tests.rs"]
mod tests;
