//! A folder of entries that are encrypted and authenticated with a key of the embedder's.

use std::fmt::Write as _;
use std::io::{self, Read as _, Write as _};
use std::path::Path;
use std::time::{Duration, SystemTime};

use cap_std::ambient_authority;
use cap_std::fs::{Dir, OpenOptions};
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::hmac;

/// A digest of everything that decides what an entry contains.
pub(crate) type Identity = [u8; 32];

/// The age of a file that no process writes to any more.
const ABANDONED_AFTER: Duration = Duration::from_hours(1);

/// The kind of the entries of a folder.
#[derive(Clone, Copy)]
pub(crate) struct Kind {
    /// The first bytes of each entry.
    pub(crate) magic: &'static [u8; 8],
    /// The ending of the names of entries.
    pub(crate) ending: &'static str,
    /// The purposes that the keys for names and for contents are derived for. Kinds with others
    /// cannot read one another's entries, even if they have the same key.
    pub(crate) purposes: [&'static str; 2],
    /// The maximum number of bytes of an entry.
    pub(crate) max_entry_bytes: u64,
}

/// A folder of entries. Several processes can share it: an entry is written beside and renamed.
pub(crate) struct SealedFolder {
    dir: Dir,
    names: hmac::Key,
    contents: LessSafeKey,
    kind: Kind,
    max_bytes: u64,
}

impl std::fmt::Debug for SealedFolder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SealedFolder").field("dir", &self.dir).finish_non_exhaustive()
    }
}

impl SealedFolder {
    /// Opens a folder, and creates it if there is none. It keeps at most `max_bytes`, and removes
    /// the oldest entries.
    ///
    /// # Errors
    /// Errors if the folder cannot be created or opened.
    pub(crate) fn open(
        path: &Path,
        key: &[u8; 32],
        kind: Kind,
        max_bytes: u64,
    ) -> io::Result<Self> {
        Dir::create_ambient_dir_all(path, ambient_authority())?;
        let dir = Dir::open_ambient_dir(path, ambient_authority())?;
        let key = hmac::Key::new(hmac::HMAC_SHA256, key);
        let [names, contents] = kind.purposes.map(|purpose| hmac::sign(&key, purpose.as_bytes()));
        let contents = UnboundKey::new(&AES_256_GCM, contents.as_ref())
            .map_err(|_| io::Error::other("the key has a wrong length"))?;
        Ok(Self {
            dir,
            names: hmac::Key::new(hmac::HMAC_SHA256, names.as_ref()),
            contents: LessSafeKey::new(contents),
            kind,
            max_bytes,
        })
    }

    fn name(&self, identity: &Identity) -> String {
        let mut name = String::new();
        for byte in hmac::sign(&self.names, identity).as_ref() {
            // Writing to a string cannot fail.
            let _ = write!(name, "{byte:02x}");
        }
        name + self.kind.ending
    }

    /// Returns the contents of an entry. `None` if there is none, or one that was altered or made
    /// with another key. Blocks.
    pub(crate) fn load(&self, identity: &Identity) -> Option<Vec<u8>> {
        let mut bytes = Vec::new();
        let file = self.dir.open(self.name(identity)).ok()?;
        let length = file.metadata().ok()?.len();
        if length > self.kind.max_entry_bytes {
            return None;
        }
        file.take(self.kind.max_entry_bytes).read_to_end(&mut bytes).ok()?;
        let rest = bytes.strip_prefix(self.kind.magic)?;
        let nonce: [u8; NONCE_LEN] = *rest.first_chunk()?;
        let nonce = Nonce::assume_unique_for_key(nonce);
        let start = self.kind.magic.len() + NONCE_LEN;
        let opened =
            self.contents.open_within(nonce, Aad::from(identity), &mut bytes, start..).ok()?;
        let length = opened.len();
        bytes.truncate(length);
        Some(bytes)
    }

    /// Stores an entry in place of the one that is there. Blocks.
    ///
    /// # Errors
    /// Errors if the entry is too large, or cannot be written.
    pub(crate) fn store(&self, identity: &Identity, mut bytes: Vec<u8>) -> io::Result<()> {
        let mut nonce = [0; NONCE_LEN];
        getrandom::fill(&mut nonce).map_err(io::Error::other)?;
        let unique = Nonce::assume_unique_for_key(nonce);
        self.contents
            .seal_in_place_append_tag(unique, Aad::from(identity), &mut bytes)
            .map_err(|_| io::Error::other("the entry is too large to be encrypted"))?;
        let length = (self.kind.magic.len() + NONCE_LEN + bytes.len()) as u64;
        if length > self.kind.max_entry_bytes.min(self.max_bytes) {
            return Err(io::Error::other("the entry is larger than the folder keeps"));
        }
        self.make_room(length)?;
        let name = self.name(identity);
        let temporary = format!(".{name}.{:016x}", getrandom::u64().map_err(io::Error::other)?);
        let written = (|| {
            let options = &mut OpenOptions::new();
            let mut file = self.dir.open_with(&temporary, options.write(true).create_new(true))?;
            for part in [self.kind.magic.as_slice(), &nonce, &bytes] {
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
            let Some(file) = File::of(&name.to_string_lossy(), self.kind.ending) else { continue };
            let Ok(metadata) = entry.metadata() else { continue };
            let time = metadata
                .modified()
                .map_or(SystemTime::UNIX_EPOCH, cap_std::time::SystemTime::into_std);
            // Another process may be writing it.
            if file == File::Temporary && time.elapsed().is_ok_and(|age| age < ABANDONED_AFTER) {
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

/// A file of a folder.
#[derive(Clone, Copy, PartialEq, Eq)]
enum File {
    Entry,
    /// A file that becomes an entry, or that a process has left which ended while it wrote.
    Temporary,
}

impl File {
    /// Returns what a name stands for. `None` if the file is not one of the folder's own.
    fn of(name: &str, ending: &str) -> Option<Self> {
        let is_hex = |text: &str| text.bytes().all(|byte| byte.is_ascii_hexdigit());
        let (file, name) = match name.strip_prefix('.') {
            Some(rest) => {
                let (name, random) = rest.rsplit_once('.')?;
                (Self::Temporary, Some(name).filter(|_| random.len() == 16 && is_hex(random))?)
            }
            None => (Self::Entry, name),
        };
        let digest = name.strip_suffix(ending)?;
        (digest.len() == 64 && is_hex(digest)).then_some(file)
    }
}

#[cfg(test)]
mod tests {
    use super::{File, Kind, SealedFolder};

    #[test]
    fn only_files_of_the_folder_are_removed() {
        let digest = "0123456789abcdef".repeat(4);
        let is = |name: String, file| assert!(File::of(&name, ".image") == file, "{name}");
        is(format!("{digest}.image"), Some(File::Entry));
        is(format!(".{digest}.image.0123456789abcdef"), Some(File::Temporary));
        for name in ["a.image", ".a.image", "a.image.png", ".image", "..image.0123456789abcdef", ""]
        {
            is(name.to_owned(), None);
        }
        is(format!("{digest}.image.png"), None);
        is(format!(".{digest}.image.png"), None);
        is(format!("{digest}.tool"), None);
    }

    const KIND: Kind = Kind {
        magic: b"isolet\0\n",
        ending: ".test",
        purposes: ["names of tests", "contents of tests"],
        max_entry_bytes: 1000,
    };

    #[test]
    fn entries_come_back_to_who_has_the_key_and_the_kind() {
        let path = std::env::temp_dir().join(format!("isolet-sealed-{}", std::process::id()));
        let open = |key: u8, kind| SealedFolder::open(&path, &[key; 32], kind, 1000);
        let folder = open(1, KIND).expect("a folder");
        for bytes in [vec![], vec![7; 100]] {
            folder.store(&[5; 32], bytes.clone()).expect("it is stored");
            assert_eq!(folder.load(&[5; 32]), Some(bytes));
        }
        assert_eq!(folder.load(&[6; 32]), None);
        assert!(folder.store(&[6; 32], vec![0; 1000]).is_err());
        let other = Kind { purposes: ["names of tests", "contents of others"], ..KIND };
        for (key, kind) in [(2, KIND), (1, other)] {
            assert_eq!(open(key, kind).expect("a folder").load(&[5; 32]), None);
        }
        std::fs::remove_dir_all(&path).expect("the folder is removed");
    }
}
