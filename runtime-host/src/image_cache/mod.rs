//! A folder that keeps app images, so that a later process neither parses nor evaluates.

mod entry;

use std::io;
use std::path::Path;
use std::sync::Arc;

pub(crate) use entry::Entry;

use crate::engine::artifacts::base_memory;
use crate::engine::handed_out::HandedOut;
use crate::engine::image::Image;
use crate::support::sealed::{self, Kind, SealedFolder};
use crate::support::trace;

/// A digest of everything that decides what an image contains, except for modules that a source
/// provides: the entry lists those.
pub(crate) type Identity = sealed::Identity;

/// A cache, and the tenant whose images a worker shares.
#[derive(Clone, Debug)]
pub(crate) struct CachedFor {
    pub(crate) cache: ImageCache,
    pub(crate) tenant: String,
}

const KIND: Kind = Kind {
    magic: b"isolet\x01\n",
    ending: ".image",
    purposes: ["names", "contents"],
    max_entry_bytes: 256 << 20,
};

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
    folder: Arc<SealedFolder>,
}

impl std::fmt::Debug for ImageCache {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ImageCache").field("folder", &self.folder).finish_non_exhaustive()
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
        let folder = SealedFolder::open(path.as_ref(), key, KIND, max_bytes)?;
        Ok(Self { folder: Arc::new(folder) })
    }

    /// Returns the entry of an identity, if there is one that can be read.
    pub(crate) async fn load(&self, identity: &Identity) -> Option<Entry> {
        let (folder, identity) = (Arc::clone(&self.folder), *identity);
        let loaded = tokio::task::spawn_blocking(move || {
            let bytes = folder.load(&identity)?;
            entry::decode(base_memory().ok()?, &bytes)
        });
        loaded.await.ok()?
    }

    /// Stores an image.
    pub(crate) async fn store(
        &self,
        identity: Identity,
        modules: Vec<HandedOut>,
        image: Arc<Image>,
    ) {
        let folder = Arc::clone(&self.folder);
        let stored = tokio::task::spawn_blocking(move || {
            let base = base_memory().map_err(io::Error::other)?;
            let bytes = entry::encode(base, image.memory(), modules)?;
            folder.store(&identity, bytes)
        });
        match stored.await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => trace::image_not_kept(&error),
            Err(error) => trace::image_not_kept(&error),
        }
    }
}
