//! A folder that keeps app images, so that a later process neither parses nor evaluates.

mod entry;

use std::fmt::Write as _;
use std::io::{self, Read as _, Write as _};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use cap_std::ambient_authority;
use cap_std::fs::{Dir, OpenOptions};
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::hmac;

pub(crate) use entry::Entry;

use crate::engine::artifacts::base_memory;
use crate::engine::handed_out::HandedOut;
use crate::engine::image::Image;
use crate::support::trace;

/// A digest of everything that decides what an image contains, except for modules that a source
/// provides: the entry lists those.
pub(crate) type Identity = [u8; 32];

/// A cache, and the tenant whose images a worker shares.
#[derive(Clone, Debug)]
pub(crate) struct CachedFor {
    pub(crate) cache: ImageCache,
    pub(crate) tenant: String,
}

/// The first bytes of each entry.
const MAGIC: &[u8; 8] = b"isolet\x01\n";

/// The ending of the names of entries.
const ENDING: &str = ".image";

/// The maximum number of bytes of an entry.
const MAX_ENTRY_BYTES: u64 = 256 << 20;

/// The age of a file that no process writes to any more.
const ABANDONED_AFTER: Duration = Duration::from_hours(1);

const DEFAULT_MAX_BYTES: u64 = 1 << 30;

/// A folder in which the app images of workers are kept, so that another process, or the same
/// one later, starts them without parsing and evaluating their modules.
///
/// An entry is found only by a worker that has the same engine, modules, `env`, limits, flags,
/// time zone, seed, warm-up and tenant. It is encrypted and authenticated (AES-256-GCM) with the
/// key of the embedder. A worker whose `env` has stubs, or that has an outbound stub, is never
/// stored.
///
/// Entries are written to a file beside and then renamed, so that several processes can share
/// the folder. An entry that is altered, cut off or written by another version is ignored and
/// replaced. A folder that cannot be written, for example because the disk is full, costs
/// nothing but the time.
#[derive(Clone)]
#[must_use]
pub struct ImageCache {
    inner: Arc<Inner>,
}

struct Inner {
    dir: Dir,
    names: hmac::Key,
    contents: LessSafeKey,
    max_bytes: u64,
}

impl std::fmt::Debug for ImageCache {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ImageCache").field("dir", &self.inner.dir).finish_non_exhaustive()
    }
}

impl ImageCache {
    /// Opens a folder, and creates it if there is none. `key` is secret: with it, anybody can
    /// read the entries and write others. At most 1 GiB is kept; the oldest entries go first.
    ///
    /// # Errors
    /// Errors if the folder cannot be created or opened.
    pub fn open(path: impl AsRef<Path>, key: &[u8; 32]) -> io::Result<Self> {
        Self::with_max_bytes(path, key, DEFAULT_MAX_BYTES)
    }

    /// Like [`open`](Self::open), with the number of bytes that are kept at most.
    ///
    /// # Errors
    /// Errors like [`open`](Self::open).
    pub fn with_max_bytes(
        path: impl AsRef<Path>,
        key: &[u8; 32],
        max_bytes: u64,
    ) -> io::Result<Self> {
        Dir::create_ambient_dir_all(&path, ambient_authority())?;
        let dir = Dir::open_ambient_dir(path, ambient_authority())?;
        let key = hmac::Key::new(hmac::HMAC_SHA256, key);
        let derived = |purpose: &str| hmac::sign(&key, purpose.as_bytes());
        let contents = UnboundKey::new(&AES_256_GCM, derived("contents").as_ref())
            .map_err(|_| io::Error::other("the key has a wrong length"))?;
        Ok(Self {
            inner: Arc::new(Inner {
                dir,
                names: hmac::Key::new(hmac::HMAC_SHA256, derived("names").as_ref()),
                contents: LessSafeKey::new(contents),
                max_bytes,
            }),
        })
    }

    /// Returns the entry of an identity, if there is one that can be read.
    pub(crate) async fn load(&self, identity: &Identity) -> Option<Entry> {
        let (inner, identity) = (Arc::clone(&self.inner), *identity);
        tokio::task::spawn_blocking(move || inner.load(&identity)).await.ok()?
    }

    /// Stores an image.
    pub(crate) async fn store(
        &self,
        identity: Identity,
        modules: Vec<HandedOut>,
        image: Arc<Image>,
    ) {
        let inner = Arc::clone(&self.inner);
        let stored = tokio::task::spawn_blocking(move || {
            let base = base_memory().map_err(io::Error::other)?;
            let bytes = entry::encode(base, image.memory(), modules)?;
            inner.store(&identity, bytes)
        });
        match stored.await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => trace::image_not_kept(&error),
            Err(error) => trace::image_not_kept(&error),
        }
    }
}

/// The kind of a file of the folder.
#[derive(Clone, Copy, PartialEq, Eq)]
enum EntryKind {
    Entry,
    /// A file that becomes an entry, or that a process has left which ended while it wrote.
    Temporary,
}

impl EntryKind {
    /// Returns the kind of a name. `None` if the file is not of the cache.
    fn of(name: &str) -> Option<Self> {
        let is_hex = |text: &str| text.bytes().all(|byte| byte.is_ascii_hexdigit());
        let (kind, name) = match name.strip_prefix('.') {
            Some(rest) => {
                let (name, random) = rest.rsplit_once('.')?;
                (Self::Temporary, Some(name).filter(|_| random.len() == 16 && is_hex(random))?)
            }
            None => (Self::Entry, name),
        };
        let digest = name.strip_suffix(ENDING)?;
        (digest.len() == 64 && is_hex(digest)).then_some(kind)
    }
}

impl Inner {
    fn name(&self, identity: &Identity) -> String {
        let mut name = String::new();
        for byte in hmac::sign(&self.names, identity).as_ref() {
            // Writing to a string cannot fail.
            let _ = write!(name, "{byte:02x}");
        }
        name + ENDING
    }

    fn load(&self, identity: &Identity) -> Option<Entry> {
        let mut bytes = Vec::new();
        let file = self.dir.open(self.name(identity)).ok()?;
        let length = file.metadata().ok()?.len();
        if length > MAX_ENTRY_BYTES {
            return None;
        }
        file.take(MAX_ENTRY_BYTES).read_to_end(&mut bytes).ok()?;
        let rest = bytes.strip_prefix(MAGIC)?;
        let nonce: [u8; NONCE_LEN] = *rest.first_chunk()?;
        let mut sealed = rest.get(NONCE_LEN..)?.to_vec();
        let nonce = Nonce::assume_unique_for_key(nonce);
        let opened = self.contents.open_in_place(nonce, Aad::from(identity), &mut sealed);
        entry::decode(base_memory().ok()?, opened.ok()?)
    }

    fn store(&self, identity: &Identity, mut bytes: Vec<u8>) -> io::Result<()> {
        let mut nonce = [0; NONCE_LEN];
        getrandom::fill(&mut nonce).map_err(io::Error::other)?;
        let unique = Nonce::assume_unique_for_key(nonce);
        self.contents
            .seal_in_place_append_tag(unique, Aad::from(identity), &mut bytes)
            .map_err(|_| io::Error::other("the image is too large to be encrypted"))?;
        let length = (MAGIC.len() + NONCE_LEN + bytes.len()) as u64;
        if length > MAX_ENTRY_BYTES.min(self.max_bytes) {
            return Err(io::Error::other("the image is larger than the cache keeps"));
        }
        self.make_room(length)?;
        let name = self.name(identity);
        let temporary = format!(".{name}.{:016x}", getrandom::u64().map_err(io::Error::other)?);
        let written = (|| {
            let options = &mut OpenOptions::new();
            let mut file = self.dir.open_with(&temporary, options.write(true).create_new(true))?;
            for part in [MAGIC.as_slice(), &nonce, &bytes] {
                file.write_all(part)?;
            }
            self.dir.rename(&temporary, &self.dir, &name)
        })();
        if written.is_err() {
            // Nothing else can be done about a file that cannot be removed.
            let _ = self.dir.remove_file(&temporary);
        }
        written
    }

    /// Removes the oldest entries until another one of `length` bytes fits.
    fn make_room(&self, length: u64) -> io::Result<()> {
        let mut entries = Vec::new();
        for entry in self.dir.entries()? {
            let entry = entry?;
            let name = entry.file_name();
            let Some(kind) = EntryKind::of(&name.to_string_lossy()) else { continue };
            let Ok(metadata) = entry.metadata() else { continue };
            let time = metadata
                .modified()
                .map_or(SystemTime::UNIX_EPOCH, cap_std::time::SystemTime::into_std);
            // Another process may be writing it.
            if kind == EntryKind::Temporary && time.elapsed().is_ok_and(|age| age < ABANDONED_AFTER)
            {
                continue;
            }
            entries.push((time, metadata.len(), name));
        }
        entries.sort();
        let mut total: u64 = entries.iter().map(|(_, length, _)| length).sum();
        for (_, bytes, name) in entries {
            if total.saturating_add(length) <= self.max_bytes {
                break;
            }
            match self.dir.remove_file(name) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                // Another process may have removed it.
                _ => total -= bytes,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::EntryKind;

    #[test]
    fn only_files_of_the_cache_are_removed() {
        let digest = "0123456789abcdef".repeat(4);
        let is = |name: String, kind| assert!(EntryKind::of(&name) == kind, "{name}");
        is(format!("{digest}.image"), Some(EntryKind::Entry));
        is(format!(".{digest}.image.0123456789abcdef"), Some(EntryKind::Temporary));
        for name in ["a.image", ".a.image", "a.image.png", ".image", "..image.0123456789abcdef", ""]
        {
            is(name.to_owned(), None);
        }
        is(format!("{digest}.image.png"), None);
        is(format!(".{digest}.image.png"), None);
    }
}
