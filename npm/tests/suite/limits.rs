//! Each limit, obeyed and violated.

use isolet_npm::{AllowedNames, Error, Installer, Limits, Registries};
use serde_json::json;

use crate::World;
use crate::server::archive;

/// Returns a registry with `a`, which depends on `b` and `c`; each archive has three files.
async fn world() -> World {
    let world = World::new().await;
    for (name, members) in [
        ("a", json!({"dependencies": {"b": "1", "c": "1"}})),
        ("b", json!({})),
        ("c", json!({"optionalDependencies": {"d": "1"}})),
        ("d", json!({"os": ["linux"]})),
    ] {
        let archive = archive(&[
            ("package/package.json", name.as_bytes()),
            ("package/lib/index.js", &[b'x'; 999]),
        ]);
        world.server.publish_archive(name, "1.0.0", members, &archive);
    }
    world
}

async fn install(world: &World, limits: Limits) -> Result<(), Error> {
    let mut settings = world.settings();
    settings.limits = limits;
    // The archives are fetched anew each time.
    let store = tempfile::tempdir().unwrap();
    settings.store = store.path().to_owned();
    let project = json!({"dependencies": {"a": "1"}}).to_string();
    Installer::new(settings).install(&project, None).await.map(|_| ())
}

/// Checks a limit at the value that is just enough, and at one less.
async fn check(exact: u64, what: &str, set: impl Fn(&mut Limits, u64)) {
    let world = world().await;
    let with = |value| {
        let mut limits = Limits::default();
        set(&mut limits, value);
        limits
    };
    install(&world, with(exact)).await.unwrap_or_else(|error| panic!("{what}: {error}"));
    match install(&world, with(exact - 1)).await {
        Err(Error::Limit { what: exceeded, limit, .. }) => {
            assert_eq!((exceeded, limit), (what, exact - 1));
        }
        other => panic!("{what}: {other:?}"),
    }
}

fn size(value: u64) -> usize {
    value.try_into().unwrap()
}

#[tokio::test]
async fn packages() {
    check(4, "packages", |limits, value| limits.packages = size(value)).await;
}

#[tokio::test]
async fn files() {
    check(3, "files and folders", |limits, value| limits.files = size(value)).await;
}

#[tokio::test]
async fn unpacked_bytes() {
    check(1000, "unpacked bytes", |limits, value| limits.unpacked_bytes = value).await;
}

#[tokio::test]
async fn bytes_of_metadata() {
    let world = world().await;
    let with = |metadata_bytes| Limits { metadata_bytes, ..Limits::default() };
    install(&world, with(1000)).await.unwrap();
    let error = install(&world, with(100)).await.unwrap_err();
    assert!(matches!(error, Error::Limit { limit: 100, .. }), "{error}");
    let with = |total_metadata_bytes| Limits { total_metadata_bytes, ..Limits::default() };
    install(&world, with(4000)).await.unwrap();
    let error = install(&world, with(1000)).await.unwrap_err();
    let expected = "the metadata of all packages: bytes exceed the limit of 1000; raise it only for what you trust";
    assert_eq!(error.to_string(), expected);
}

#[tokio::test]
async fn bytes_of_archives() {
    let longest = ["a", "b", "c"].map(|name| {
        archive(&[
            ("package/package.json", name.as_bytes()),
            ("package/lib/index.js", &[b'x'; 999]),
        ])
        .len() as u64
    });
    let exact = *longest.iter().max().unwrap();
    check(exact, "bytes of the response", |limits, value| limits.archive_bytes = value).await;
    let total = longest.iter().sum();
    check(total, "bytes of archives", |limits, value| limits.total_archive_bytes = value).await;
}

#[tokio::test]
async fn depth() {
    let world = World::new().await;
    world.server.publish("a", "1.0.0", json!({"dependencies": {"b": "1"}}));
    world.server.publish("b", "1.0.0", json!({}));
    world.server.publish("b", "2.0.0", json!({}));
    let project = json!({"dependencies": {"a": "1", "b": "2"}}).to_string();
    for (depth, is_allowed) in [(2, true), (1, false)] {
        let mut settings = world.settings();
        settings.limits.depth = depth;
        let result = Installer::new(settings).install(&project, None).await;
        assert_eq!(result.is_ok(), is_allowed, "{result:?}");
    }
}

#[tokio::test]
async fn time_of_a_request() {
    let world = world().await;
    // Accepts connections and answers nothing.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let registry = format!("http://{}/", silent.local_addr().unwrap());
    let mut settings = world.settings();
    settings.registries = Registries::new(&registry).unwrap();
    settings.limits.request_time = std::time::Duration::ZERO;
    let project = json!({"dependencies": {"a": "1"}}).to_string();
    let error = Installer::new(settings).install(&project, None).await.unwrap_err();
    assert!(error.to_string().ends_with("no complete response within 0 seconds"), "{error}");
    let minute = std::time::Duration::from_mins(1);
    install(&world, Limits { request_time: minute, ..Limits::default() }).await.unwrap();
}

#[tokio::test]
async fn allowed_names() {
    let world = world().await;
    let with = |names: &[&str]| {
        let mut settings = world.settings();
        settings.allowed = AllowedNames::new(names.iter().copied());
        Installer::new(settings)
    };
    let project = json!({"dependencies": {"x": "npm:a@1"}}).to_string();
    let installed = with(&["a", "b", "c", "d"]).install(&project, None).await.unwrap();
    let error = with(&["a", "x", "c"]).install(&project, None).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "package b is not allowed; add its name or its scope to the allowed names"
    );
    // No request tells the registry of it, and a lock does not help.
    let got = world.server.paths();
    assert_eq!(got.iter().filter(|path| *path == "/b").count(), 1);
    let error = with(&["a", "c"]).install(&project, Some(&installed.lock)).await.unwrap_err();
    assert!(matches!(error, Error::NotAllowed { .. }), "{error}");
}

#[tokio::test]
async fn peers() {
    let world = World::new().await;
    for index in 0..=257 {
        let next = format!("p{}", index + 1);
        let members =
            if index < 257 { json!({"peerDependencies": {next: "1"}}) } else { json!({}) };
        world.server.publish(&format!("p{index}"), "1.0.0", members);
    }
    let installed = world.install(json!({"dependencies": {"p1": "1"}})).await.unwrap();
    assert_eq!(installed.packages.iter().count(), 257);
    let error = world.install(json!({"dependencies": {"p0": "1"}})).await.unwrap_err();
    assert!(matches!(error, Error::Limit { limit: 256, .. }), "{error}");
}

#[tokio::test]
async fn bytes_of_the_store() {
    /// Returns the bytes of all files, those of packages in blocks of 4 KiB.
    fn bytes(folder: &std::path::Path) -> u64 {
        let entries = std::fs::read_dir(folder).unwrap().map(Result::unwrap);
        let of = |entry: std::fs::DirEntry| match entry.file_type().unwrap() {
            kind if kind.is_dir() => bytes(&entry.path()),
            _ if entry.file_name() == "index.json" => 4096,
            _ if folder.ends_with("metadata") => entry.metadata().unwrap().len(),
            _ => entry.metadata().unwrap().len().max(1).next_multiple_of(4096),
        };
        entries.map(of).sum()
    }
    let world = world().await;
    let project = json!({"dependencies": {"a": "1"}}).to_string();
    let install = async |store: &tempfile::TempDir, limit: Option<u64>| {
        let mut settings = world.settings();
        settings.store = store.path().to_owned();
        settings.store_bytes = limit.unwrap_or(settings.store_bytes);
        Installer::new(settings).install(&project, None).await.map(|installed| installed.lock)
    };
    let store = || tempfile::tempdir().unwrap();
    let first = store();
    install(&first, None).await.unwrap();
    let exact = bytes(first.path());
    assert!(exact > 3000);
    install(&store(), Some(exact)).await.unwrap();
    let full = store();
    let error = install(&full, Some(exact - 1)).await.unwrap_err();
    assert!(matches!(error, Error::StoreFull { limit } if limit == exact - 1), "{error}");
    assert!(bytes(full.path()) < exact);
    // Packages in the store count, take no further room, and stay.
    install(&first, Some(exact)).await.unwrap();
    world.server.publish("e", "1.0.0", json!({}));
    let mut settings = world.settings();
    (settings.store, settings.store_bytes) = (first.path().to_owned(), exact);
    let more = json!({"dependencies": {"a": "1", "e": "1"}}).to_string();
    let error = Installer::new(settings).install(&more, None).await.unwrap_err();
    assert!(matches!(error, Error::StoreFull { .. }), "{error}");
    assert_eq!(bytes(first.path()), exact);
}
