use flate2::Compression;
use flate2::write::GzEncoder;

use super::*;

fn archive(files: &[(&str, &str)]) -> Vec<u8> {
    let mut builder = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::fast()));
    for (path, contents) in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(contents.len() as u64);
        header.set_mode(0o755);
        builder.append_data(&mut header, format!("package/{path}"), contents.as_bytes()).unwrap();
    }
    builder.into_inner().unwrap().finish().unwrap()
}

fn package() -> (Integrity, Vec<u8>) {
    let archive = archive(&[("package.json", "{}"), ("lib/a.js", "1")]);
    (Integrity::of(&archive), archive)
}

fn add(store: &Store, integrity: &Integrity, archive: &[u8]) -> Result<()> {
    store.add(integrity, archive, "a@1.0.0", &Limits::default())
}

/// Returns the names in the store, without its folder for metadata.
fn entries(path: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(path).unwrap();
    let names = entries.map(|it| it.unwrap().file_name().into_string().unwrap());
    names.filter(|name| name != METADATA).collect()
}

#[test]
fn a_package_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(&folder.path().join("deep/store")).unwrap();
    let (integrity, archive) = package();
    assert_eq!(store.find(&integrity), None);
    assert!(store.files(&integrity).is_err());
    add(&store, &integrity, &archive).unwrap();
    assert_eq!(store.find(&integrity), Some(archive.len() as u64));
    assert_eq!(store.files(&integrity).unwrap().read_to_string("lib/a.js").unwrap(), "1");
    assert_eq!(entries(&folder.path().join("deep/store")), [integrity.hex()]);
    // A second time changes nothing.
    add(&store, &integrity, &archive).unwrap();
    assert_eq!(entries(&folder.path().join("deep/store")), [integrity.hex()]);
}

#[cfg(unix)]
#[test]
fn nothing_is_executable() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path()).unwrap();
    let (integrity, archive) = package();
    add(&store, &integrity, &archive).unwrap();
    let file = folder.path().join(integrity.hex()).join("package/lib/a.js");
    assert_eq!(std::fs::metadata(file).unwrap().permissions().mode() & 0o111, 0);
}

#[test]
fn a_refused_archive_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path()).unwrap();
    let archive = archive(&[("lib/a.js", "1")]);
    let error = add(&store, &Integrity::of(&archive), &archive).unwrap_err();
    assert_eq!(error.to_string(), "a@1.0.0: the archive is refused: it has no package.json");
    assert!(entries(folder.path()).is_empty());
}

#[test]
fn a_broken_package_is_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path()).unwrap();
    let (integrity, archive) = package();
    let place = folder.path().join(integrity.hex());
    let breaks: [&dyn Fn(); 5] = [
        &|| std::fs::remove_file(place.join("package/lib/a.js")).unwrap(),
        &|| std::fs::write(place.join("package/lib/a.js"), "12").unwrap(),
        &|| std::fs::remove_file(place.join(INDEX)).unwrap(),
        &|| std::fs::write(place.join(INDEX), "[".repeat(100)).unwrap(),
        &|| {
            std::fs::remove_file(place.join("package/lib/a.js")).unwrap();
            std::fs::create_dir(place.join("package/lib/a.js")).unwrap();
        },
    ];
    for (case, damage) in breaks.iter().enumerate() {
        add(&store, &integrity, &archive).unwrap();
        assert!(store.find(&integrity).is_some(), "{case}");
        damage();
        assert_eq!(store.find(&integrity), None, "{case}");
        add(&store, &integrity, &archive).unwrap();
        assert!(store.find(&integrity).is_some(), "{case}");
        assert_eq!(entries(folder.path()), [integrity.hex()], "{case}");
    }
}

/// An index is a file of the store. It cannot make the store look elsewhere all the same.
#[test]
fn an_index_leads_nowhere_else() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(&folder.path().join("store")).unwrap();
    std::fs::write(folder.path().join("secret"), "1").unwrap();
    let (integrity, archive) = package();
    add(&store, &integrity, &archive).unwrap();
    let index = folder.path().join("store").join(integrity.hex()).join(INDEX);
    std::fs::write(index, r#"{"archive": 1, "files": {"../../../secret": 1}}"#).unwrap();
    assert_eq!(store.find(&integrity), None);
}

#[test]
fn metadata_are_checked() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path()).unwrap();
    store.keep_metadata("https://r/", "@s/a", b"{}").unwrap();
    assert_eq!(store.metadata("https://r/", "@s/a", 2).as_deref(), Some(&b"{}"[..]));
    assert_eq!(store.metadata("https://r/", "@s/a", 1), None);
    assert_eq!(store.metadata("https://other/", "@s/a", 2), None);
    let file = folder.path().join(metadata_name("https://r/", "@s/a"));
    let bytes = std::fs::read(&file).unwrap();
    std::fs::write(&file, &bytes[..bytes.len() - 1]).unwrap();
    assert_eq!(store.metadata("https://r/", "@s/a", 2), None);
    std::fs::write(&file, "").unwrap();
    assert_eq!(store.metadata("https://r/", "@s/a", 2), None);
    assert!(entries(folder.path()).is_empty());
}

#[test]
fn what_dead_processes_left_is_removed() {
    let folder = tempfile::tempdir().unwrap();
    for (name, is_old) in [(".tmp-old", true), (".tmp-new", false)] {
        let file = format!("{name}-file");
        std::fs::create_dir(folder.path().join(name)).unwrap();
        std::fs::write(folder.path().join(name).join("file"), "x").unwrap();
        std::fs::write(folder.path().join(&file), "x").unwrap();
        for name in [name, &file] {
            let open = std::fs::File::open(folder.path().join(name)).unwrap();
            if is_old {
                open.set_modified(SystemTime::now() - ABANDONED * 2).unwrap();
            }
        }
    }
    Store::open(folder.path()).unwrap();
    let mut left = entries(folder.path());
    left.sort();
    assert_eq!(left, [".tmp-new", ".tmp-new-file"]);
}

#[test]
fn threads_that_add_the_same_package() {
    let folder = tempfile::tempdir().unwrap();
    let (integrity, archive) = package();
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                let store = Store::open(folder.path()).unwrap();
                add(&store, &integrity, &archive).unwrap();
                assert!(store.find(&integrity).is_some());
            });
        }
    });
    assert_eq!(entries(folder.path()), [integrity.hex()]);
}
