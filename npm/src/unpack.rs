//! Archives of packages: gzip around tar.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::io::{self, Read};

use flate2::read::MultiGzDecoder;
use icu_normalizer::ComposingNormalizerBorrowed;
use tar::{Archive, EntryType};

use crate::error::{Error, Result, shown};
use crate::settings::Limits;

/// The most bytes of one component of a name, and of a name.
const MAX_COMPONENT: usize = 255;
const MAX_PATH: usize = 1024;
/// The most components of a name.
const MAX_DEPTH: usize = 32;
/// The most bytes of the headers of one entry: names that are longer than those of old formats
/// have headers of their own.
const MAX_HEADERS: u64 = 64 << 10;

/// Takes the files of an archive.
pub(crate) trait Sink {
    /// Writes one file, and returns its size. Parent folders are those of `path`.
    fn file(&mut self, path: &str, contents: &mut dyn Read) -> Result<u64>;
}

/// Unpacks an archive, without its first level of folders, as npm does.
///
/// Links and devices are left out. Nothing is executed, and no permission or owner is kept.
///
/// Errors if a limit is exceeded; if a name leads outside, has a backslash or a control
/// character, or is not UTF-8; if two names are the same on a disk that ignores case or the form
/// of Unicode; and if the archive is sparse or corrupt. Files that came before are in the sink
/// then. Takes time in proportion to the limits at most.
pub(crate) fn unpack(
    archive: &[u8],
    package: &str,
    limits: &Limits,
    sink: &mut dyn Sink,
) -> Result<()> {
    let refused = |reason: String| Error::Archive { package: package.to_owned(), reason };
    let exceeded = |what, limit| Error::Limit { subject: package.to_owned(), what, limit };
    let overhead = (limits.files as u64).saturating_mul(4096).saturating_add(1 << 20);
    let meter = Meter {
        total: Cell::new(limits.unpacked_bytes.saturating_add(overhead)),
        allowance: Cell::new(MAX_HEADERS),
        failed: Cell::new(false),
    };
    let fault = |error: io::Error| {
        if meter.total.get() == 0 {
            exceeded("unpacked bytes", limits.unpacked_bytes)
        } else {
            refused(shown(&error.to_string()))
        }
    };
    let mut archive = Archive::new(Metered { inner: MultiGzDecoder::new(archive), meter: &meter });
    let mut names = Names { package, limit: limits.files, names: BTreeMap::new() };
    let mut unpacked = 0_u64;
    for entry in archive.entries().map_err(fault)? {
        let mut entry = entry.map_err(fault)?;
        let (size, kind) = (entry.size(), entry.header().entry_type());
        // The library fills the holes of sparse files with zeros, as many as the header wants.
        if matches!(kind, EntryType::GNUSparse) {
            return Err(refused("it has a sparse file".to_owned()));
        }
        let path = entry.path_bytes().into_owned();
        let path = check_path(&path).map_err(&refused)?;
        // Padding and, for what is left out, contents are read when the next entry is.
        meter.allowance.set(size.saturating_add(MAX_HEADERS));
        let is_file = matches!(kind, EntryType::Regular | EntryType::Continuous);
        match path {
            Some(path) if is_file => {
                unpacked = unpacked.saturating_add(size);
                if unpacked > limits.unpacked_bytes {
                    return Err(exceeded("unpacked bytes", limits.unpacked_bytes));
                }
                names.add(&path, Kind::File)?;
                let written = sink.file(&path, &mut entry);
                if meter.failed.get() || written.as_ref().is_ok_and(|written| *written != size) {
                    return Err(refused(format!("file {} is corrupt", shown(&path))));
                }
                written?;
            }
            Some(path) if kind == EntryType::Directory => names.add(&path, Kind::Folder)?,
            _ => {}
        }
    }
    Ok(())
}

/// Checks a name, and returns it without its first component, or `None` if nothing is left.
fn check_path(path: &[u8]) -> std::result::Result<Option<String>, String> {
    let Ok(path) = str::from_utf8(path) else {
        return Err(format!("the name {} is not UTF-8", shown(&String::from_utf8_lossy(path))));
    };
    let refused = |reason: &str| Err(format!("the name {} {reason}", shown(path)));
    if path.len() > MAX_PATH {
        return refused("is longer than 1024 bytes");
    }
    if path.starts_with('/') {
        return refused("is absolute");
    }
    if path.contains('\\') || path.chars().any(char::is_control) {
        return refused("has a backslash or a control character");
    }
    let components: Vec<&str> =
        path.split('/').filter(|component| !matches!(*component, "" | ".")).collect();
    if components.len() > MAX_DEPTH {
        return refused("is deeper than 32 folders");
    }
    for component in &components {
        if *component == ".." {
            return refused("leads outside");
        }
        if component.len() > MAX_COMPONENT {
            return refused("has a component that is longer than 255 bytes");
        }
        let mut bytes = component.bytes();
        if bytes.next().is_some_and(|it| it.is_ascii_alphabetic()) && bytes.next() == Some(b':') {
            return refused("has a drive letter");
        }
    }
    Ok(components.get(1..).filter(|rest| !rest.is_empty()).map(|rest| rest.join("/")))
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    File,
    Folder,
}

/// The names of an archive, as a disk sees them that ignores case.
struct Names<'a> {
    package: &'a str,
    limit: usize,
    /// By the folded name: the name as it is, if it differs, and its kind.
    names: BTreeMap<String, (Option<String>, Kind)>,
}

impl Names<'_> {
    /// Adds a name and its parents. A file may come twice, as in old archives; the last one stays.
    fn add(&mut self, path: &str, kind: Kind) -> Result<()> {
        for (index, _) in path.match_indices('/') {
            if let Some(parent) = path.get(..index) {
                self.add_one(parent, Kind::Folder)?;
            }
        }
        self.add_one(path, kind)
    }

    fn add_one(&mut self, path: &str, kind: Kind) -> Result<()> {
        let lower = path.to_lowercase();
        let folded = ComposingNormalizerBorrowed::new_nfc().normalize(&lower).into_owned();
        let name = (folded != path).then(|| path.to_owned());
        if let Some((other, other_kind)) = self.names.get(&folded) {
            if *other == name && *other_kind == kind {
                return Ok(());
            }
            let other = other.as_ref().unwrap_or(&folded);
            let reason = format!("the names {} and {} clash", shown(other), shown(path));
            return Err(Error::Archive { package: self.package.to_owned(), reason });
        }
        if self.names.len() >= self.limit {
            return Err(Error::Limit {
                subject: self.package.to_owned(),
                what: "files and folders",
                limit: self.limit as u64,
            });
        }
        self.names.insert(folded, (name, kind));
        Ok(())
    }
}

/// The bytes that may still be decompressed: of the whole archive, and of one entry with its
/// headers.
struct Meter {
    total: Cell<u64>,
    allowance: Cell<u64>,
    /// True if the archive could not be read on.
    failed: Cell<bool>,
}

struct Metered<'a, R> {
    inner: R,
    meter: &'a Meter,
}

impl<R: Read> Read for Metered<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let Meter { total, allowance, failed } = self.meter;
        let left = usize::try_from(total.get().min(allowance.get())).unwrap_or(usize::MAX);
        let wanted = buffer.len().min(left);
        let read = match buffer.get_mut(..wanted) {
            Some(buffer) if wanted > 0 => self.inner.read(buffer),
            _ => Err(io::Error::other("its headers are too long")),
        };
        match read {
            Ok(read) => {
                total.set(total.get().saturating_sub(read as u64));
                allowance.set(allowance.get().saturating_sub(read as u64));
            }
            Err(_) => failed.set(true),
        }
        read
    }
}

#[cfg(test)]
#[path = "unpack_tests.rs"]
mod tests;
