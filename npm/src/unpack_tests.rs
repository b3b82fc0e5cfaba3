use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;
use tar::{Builder, Header};

use super::*;

/// Keeps the files of an archive.
#[derive(Default)]
struct Kept(BTreeMap<String, Vec<u8>>);

impl Sink for Kept {
    fn file(&mut self, path: &str, contents: &mut dyn Read) -> Result<u64> {
        let mut bytes = Vec::new();
        contents.read_to_end(&mut bytes).map_err(Error::store("reading"))?;
        let size = bytes.len() as u64;
        self.0.insert(path.to_owned(), bytes);
        Ok(size)
    }
}

fn header(name: &[u8], kind: EntryType, size: u64) -> Header {
    let mut header = Header::new_gnu();
    // Written by hand, because the library refuses names that lead outside.
    header.as_old_mut().name[..name.len()].copy_from_slice(name);
    header.set_entry_type(kind);
    header.set_size(size);
    header.set_mode(0o4777);
    header.set_cksum();
    header
}

/// Returns a gzipped archive.
fn archive(entries: &[(&[u8], EntryType, &[u8])]) -> Vec<u8> {
    let mut builder = Builder::new(GzEncoder::new(Vec::new(), Compression::fast()));
    for (name, kind, contents) in entries {
        let header = header(name, *kind, contents.len() as u64);
        builder.append(&header, *contents).unwrap();
    }
    builder.into_inner().unwrap().finish().unwrap()
}

fn files(names: &[&str]) -> Vec<u8> {
    let entry = |name| (str::as_bytes(name), EntryType::Regular, b"x".as_slice());
    archive(&names.iter().copied().map(entry).collect::<Vec<_>>())
}

fn unpacked(archive: &[u8], limits: &Limits) -> Result<BTreeMap<String, Vec<u8>>> {
    let mut kept = Kept::default();
    unpack(archive, "a@1.0.0", limits, &mut kept)?;
    Ok(kept.0)
}

fn names(archive: &[u8]) -> Result<Vec<String>> {
    Ok(unpacked(archive, &Limits::default())?.into_keys().collect())
}

/// Returns the message of the error that an archive with one file of this name gives.
fn refused(name: &str) -> String {
    let mut builder = Builder::new(GzEncoder::new(Vec::new(), Compression::fast()));
    // A long name has a header of its own.
    let long = [name.as_bytes(), b"\0"].concat();
    builder.append(&header(b"long", EntryType::GNULongName, long.len() as u64), &*long).unwrap();
    builder.append(&header(b"short", EntryType::Regular, 1), b"x".as_slice()).unwrap();
    let archive = builder.into_inner().unwrap().finish().unwrap();
    names(&archive).map_or_else(|error| error.to_string(), |names| format!("{names:?}"))
}

#[test]
fn the_first_component_is_left_out() {
    let archive = files(&["package/package.json", "./other/lib//a.js", "README", "package/./b"]);
    assert_eq!(names(&archive).unwrap(), ["b", "lib/a.js", "package.json"]);
}

#[test]
fn names_that_lead_outside() {
    for (name, reason) in [
        ("package/../../etc/passwd", "leads outside"),
        ("../x", "leads outside"),
        ("package/..", "leads outside"),
        ("/etc/passwd", "is absolute"),
        ("package\\..\\x", "has a backslash or a control character"),
        ("package/a\nb", "has a backslash or a control character"),
        ("package/C:/x", "has a drive letter"),
        ("c:x", "has a drive letter"),
    ] {
        let error = refused(name);
        assert!(error.starts_with("a@1.0.0: the archive is refused: the name "), "{error}");
        assert!(error.ends_with(reason), "{error}");
    }
    assert_eq!(refused("package/..x/a..b"), "[\"..x/a..b\"]");
    let archive = archive(&[(b"package/\xff", EntryType::Regular, b"")]);
    assert!(names(&archive).unwrap_err().to_string().ends_with("is not UTF-8"));
}

#[test]
fn lengths_of_names() {
    let path = |components: usize, length: usize| {
        let component = "a".repeat(length);
        format!("p/{}", vec![component.as_str(); components].join("/"))
    };
    assert!(refused(&path(1, 255)).starts_with('['));
    assert!(refused(&path(1, 256)).ends_with("longer than 255 bytes"));
    assert!(refused(&path(31, 1)).starts_with('['));
    assert!(refused(&path(32, 1)).ends_with("deeper than 32 folders"));
    // 2 + 6 × 170 + 5 − 3 = 1024.
    let long = path(6, 170);
    let long = &long[..1024.min(long.len())];
    assert_eq!(long.len(), 1024);
    assert!(refused(long).starts_with('['));
    assert!(refused(&format!("{long}a")).ends_with("longer than 1024 bytes"));
}

#[test]
fn headers_are_limited() {
    let of_length = |length: usize| {
        let mut builder = Builder::new(GzEncoder::new(Vec::new(), Compression::fast()));
        let name = vec![b'a'; length];
        let header = header(b"long", EntryType::GNULongName, length as u64);
        builder.append(&header, &*name).unwrap();
        builder.append(&self::header(b"x", EntryType::Regular, 0), &b""[..]).unwrap();
        names(&builder.into_inner().unwrap().finish().unwrap()).unwrap_err().to_string()
    };
    assert!(of_length(32 << 10).ends_with("longer than 1024 bytes"));
    assert!(of_length(128 << 10).ends_with("its headers are too long"));
}

#[test]
fn links_and_devices_are_left_out() {
    let mut entries = vec![(b"package/a".as_slice(), EntryType::Regular, b"x".as_slice())];
    for kind in
        [EntryType::Symlink, EntryType::Link, EntryType::Char, EntryType::Block, EntryType::Fifo]
    {
        entries.push((b"package/b", kind, b""));
    }
    assert_eq!(names(&archive(&entries)).unwrap(), ["a"]);
    // A link to a folder and a file "in" it: the file is only a file.
    let archive = archive(&[
        (b"package/etc", EntryType::Symlink, b""),
        (b"package/etc/passwd", EntryType::Regular, b"x"),
    ]);
    assert_eq!(names(&archive).unwrap(), ["etc/passwd"]);
}

#[test]
fn sparse_files_are_refused() {
    // Eight gigabytes of zeros in one header: a hole with nothing behind it.
    let mut header = header(b"package/a", EntryType::GNUSparse, 0);
    let gnu = header.as_gnu_mut().unwrap();
    gnu.sparse[0].offset = *b"77777777777\0";
    gnu.sparse[0].numbytes = *b"00000000000\0";
    gnu.realsize = *b"77777777777\0";
    header.set_cksum();
    let mut builder = Builder::new(GzEncoder::new(Vec::new(), Compression::fast()));
    builder.append(&header, &b""[..]).unwrap();
    let archive = builder.into_inner().unwrap().finish().unwrap();
    let error = names(&archive).unwrap_err().to_string();
    assert_eq!(error, "a@1.0.0: the archive is refused: it has a sparse file");
}

#[test]
fn names_that_clash() {
    for pair in [
        ["p/readme.md", "p/README.md"],
        ["p/lib/a", "p/LIB/b"],
        // The same letter, composed and decomposed.
        ["p/\u{e9}", "p/e\u{301}"],
        ["p/a", "p/a/b"],
    ] {
        let error = names(&files(&pair)).unwrap_err().to_string();
        assert!(error.contains("clash"), "{pair:?}: {error}");
    }
    assert_eq!(names(&files(&["p/lib/a", "p/lib/b", "p/lib/a"])).unwrap(), ["lib/a", "lib/b"]);
    let twice =
        archive(&[(b"p/a", EntryType::Regular, b"first"), (b"p/a", EntryType::Regular, b"second")]);
    assert_eq!(unpacked(&twice, &Limits::default()).unwrap()["a"], b"second");
}

#[test]
fn files_and_folders_are_limited() {
    let archive = files(&["p/a", "p/b/c/d"]);
    let with = |files| unpacked(&archive, &Limits { files, ..Limits::default() });
    assert_eq!(with(4).unwrap().len(), 2);
    assert!(matches!(with(3), Err(Error::Limit { what: "files and folders", limit: 3, .. })));
}

#[test]
fn unpacked_bytes_are_limited() {
    let contents = vec![0; 1000];
    let archive = archive(&[
        (b"p/a", EntryType::Regular, &contents),
        (b"p/b", EntryType::Regular, &contents),
    ]);
    let with = |unpacked_bytes| unpacked(&archive, &Limits { unpacked_bytes, ..Limits::default() });
    assert_eq!(with(2000).unwrap().len(), 2);
    assert!(matches!(with(1999), Err(Error::Limit { what: "unpacked bytes", limit: 1999, .. })));
}

/// A bomb of 32 MiB of zeros, where the header tells its size, and where it does not.
#[test]
fn bombs() {
    let bomb = |kind: EntryType| {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(header(b"p/a", kind, 32 << 20).as_bytes()).unwrap();
        let zeros = vec![0; 1 << 20];
        for _ in 0..32 {
            encoder.write_all(&zeros).unwrap();
        }
        encoder.finish().unwrap()
    };
    let limits = Limits { unpacked_bytes: 1 << 20, files: 10, ..Limits::default() };
    for kind in [EntryType::Regular, EntryType::Symlink, EntryType::XGlobalHeader] {
        let result = unpacked(&bomb(kind), &limits);
        let is_limited = matches!(result, Err(Error::Limit { .. } | Error::Archive { .. }));
        assert!(is_limited, "{kind:?}: {result:?}");
    }
}

#[test]
fn corrupt_archives() {
    let good = files(&["p/package.json", "p/a"]);
    assert!(names(&good).is_ok());
    let mut corrupt = good.clone();
    let middle = corrupt.len() / 2;
    corrupt[middle] ^= 0xff;
    for bytes in [&good[..good.len() / 2], &corrupt, b"", b"PK\x03\x04", &[0x1f, 0x8b]] {
        assert!(matches!(names(bytes), Err(Error::Archive { .. })), "{bytes:?}");
    }
    // Cut within a file.
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(header(b"p/a", EntryType::Regular, 100).as_bytes()).unwrap();
    encoder.write_all(b"only this").unwrap();
    let error = names(&encoder.finish().unwrap()).unwrap_err();
    assert_eq!(error.to_string(), "a@1.0.0: the archive is refused: file a is corrupt");
}

/// Each byte of the headers, changed to others: whatever comes out has harmless names.
#[test]
fn mutated_headers() {
    let mut plain = Vec::new();
    MultiGzDecoder::new(&*files(&["package/lib/a", "package/b"])).read_to_end(&mut plain).unwrap();
    let mut unpacked = 0;
    for position in (0..512).chain(1024..1536) {
        for value in [0, b'/', b'.', b'7', 0xff] {
            let mut bytes = plain.clone();
            bytes[position] = value;
            // The checksum holds for what has changed.
            let header = bytes.chunks_mut(512).nth(position / 512).unwrap();
            let mut changed = Header::new_old();
            changed.as_mut_bytes().copy_from_slice(header);
            changed.set_cksum();
            header.copy_from_slice(changed.as_bytes());
            let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
            encoder.write_all(&bytes).unwrap();
            let Ok(names) = names(&encoder.finish().unwrap()) else { continue };
            unpacked += 1;
            for name in names {
                let is_harmless = |part| !matches!(part, "" | "." | "..");
                assert!(name.split('/').all(is_harmless), "{position} {value}: {name:?}");
            }
        }
    }
    assert!(unpacked > 1000, "{unpacked}");
}
