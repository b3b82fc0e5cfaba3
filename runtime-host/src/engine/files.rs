//! Directories that a guest reads in the middle of a turn.

use std::collections::BTreeMap;
use std::pin::Pin;
use std::sync::Arc;

use wasmtime::component::Linker;
use wasmtime::{Result, StoreContextMut, Trap};

use crate::engine::bindings::sandbox::{FileAnswer, FileEntry, FileError, FileQuery};
use crate::engine::host_state::HostState;

/// The fuel of one read, beside one unit for each byte of path and answer and that of each entry:
/// about what a capability call takes.
const READ_FUEL: u64 = 20_000;

/// The bytes that an entry takes beside its path.
const ENTRY_BYTES: usize = 32;

/// The fuel of each entry that is looked at for a listing.
const LOOK_FUEL: u64 = 1_000;

/// The answer to a read, and the number of entries that were looked at for it.
#[derive(Debug)]
pub struct Read {
    pub(crate) answer: std::result::Result<FileAnswer, FileError>,
    pub(crate) looks: u64,
}

impl Read {
    pub(super) fn bad_number() -> Self {
        let text = "not a directory that can be read at once".to_owned();
        Self { answer: Err(FileError { code: "EBADF".to_owned(), text }), looks: 0 }
    }

    /// Returns the size of the answer in bytes.
    pub(super) fn bytes(&self) -> usize {
        match &self.answer {
            Ok(FileAnswer::Contents(bytes)) => bytes.len(),
            Ok(FileAnswer::Entries(entries)) => {
                entries.iter().map(|FileEntry { path, .. }| path.len() + ENTRY_BYTES).sum()
            }
            Ok(FileAnswer::Properties(_)) | Err(_) => 0,
        }
    }
}

/// A read that is under way. Dropping it cancels it.
pub(crate) type Reading = Pin<Box<dyn Future<Output = Read> + Send>>;

/// A directory that may be read in the middle of a turn.
pub trait Files: Send + Sync {
    fn is_read_only(&self) -> bool;

    /// Reads within the limits of the directory, and at most `max_bytes` of a file. Whatever blocks
    /// runs elsewhere.
    fn read(self: Arc<Self>, path: String, query: FileQuery, max_bytes: u64) -> Reading;
}

/// The directories that a sandbox holds, by their numbers in its capability table.
#[derive(Default)]
pub(crate) struct HeldFiles {
    directories: BTreeMap<u32, Arc<dyn Files>>,
    /// True if nothing may be read, because others will begin with what the sandbox knows.
    refuses: bool,
    refused: bool,
}

impl HeldFiles {
    pub(crate) fn hold(&mut self, number: u32, directory: Arc<dyn Files>) {
        self.directories.insert(number, directory);
    }

    pub(crate) fn release(&mut self, number: u32) {
        self.directories.remove(&number);
    }

    /// Makes the next read end the sandbox.
    pub(crate) fn refuse(&mut self) {
        self.refuses = true;
    }

    /// Returns true if a read has ended the sandbox.
    pub(crate) fn has_refused(&self) -> bool {
        self.refused
    }

    /// Returns true if reading is refused now.
    pub(super) fn is_refused(&mut self) -> bool {
        self.refused |= self.refuses;
        self.refuses
    }

    pub(super) fn get(&self, number: u32) -> Option<Arc<dyn Files>> {
        self.directories.get(&number).map(Arc::clone)
    }
}

/// Puts the import that reads in place of the generated one, which cannot charge the store.
pub(super) fn add_to_linker(linker: &mut Linker<HostState>) -> Result<()> {
    type Parameters = (u32, String, FileQuery);
    linker.allow_shadowing(true);
    linker.root().func_wrap_async(
        "read-file",
        |mut store: StoreContextMut<'_, HostState>, (directory, path, query): Parameters| {
            Box::new(async move {
                let path_bytes = path.len();
                let read = store.data_mut().read(directory, path, query).await?;
                let bytes = (path_bytes + read.bytes()) as u64;
                let fuel = READ_FUEL.saturating_add(bytes).saturating_add(read.looks * LOOK_FUEL);
                let before = store.get_fuel()?;
                let elsewhere = store.data_mut().take_fuel(before, fuel);
                store.set_fuel(before.saturating_sub(fuel))?;
                if before < fuel {
                    return Err(Trap::OutOfFuel.into());
                }
                elsewhere.pause().await;
                Ok((read.answer,))
            })
        },
    )?;
    linker.allow_shadowing(false);
    Ok(())
}
