//! Lockfiles, the store, and adding packages.

use std::sync::{Arc, Mutex};

use cap_std::ambient_authority;
use cap_std::fs::Dir;
use isolet_npm::{Error, Event, Installer, Lock};
use serde_json::{Value, json};

use crate::server::{archive, integrity};
use crate::{World, map, tree, warnings};

#[tokio::test]
async fn files_can_be_read() {
    let world = World::new().await;
    let archive =
        archive(&[("package/package.json", b"{}"), ("package/lib/index.js", b"export default 1")]);
    world.server.publish_archive("@s/a", "1.0.0", json!({}), &archive);
    let installed = world.install(json!({"dependencies": {"@s/a": "1"}})).await.unwrap();
    let package = installed.packages.get("node_modules/@s/a").unwrap();
    assert_eq!((package.name(), package.version().as_str()), ("@s/a", "1.0.0"));
    let folder = package.open().unwrap();
    assert_eq!(folder.read_to_string("lib/index.js").unwrap(), "export default 1");
    assert!(folder.read_to_string("../index.json").is_err());
    assert!(installed.packages.get("node_modules/b").is_none());
}

#[tokio::test]
async fn a_lock_is_kept_without_requests() {
    let world = World::new().await;
    world.server.publish(
        "a",
        "1.0.0",
        json!({
            "dependencies": {"b": "^1"},
            "optionalDependencies": {"linux": "1"},
            "peerDependencies": {"p": "*"},
        }),
    );
    world.server.publish("b", "1.0.0", json!({}));
    world.server.publish("p", "1.0.0", json!({}));
    world.server.publish("linux", "1.0.0", json!({"os": ["linux"]}));
    world.server.publish("half", "1.0.0", json!({"dependencies": {"missing": "1"}}));
    let project = json!({
        "dependencies": {"a": "1", "c": "npm:b@1"},
        "optionalDependencies": {"gone": "1"},
    });
    let first = world.install(project.clone()).await.unwrap();
    world.server.publish("b", "1.1.0", json!({}));
    world.server.got();
    let lock = Lock::parse(&first.lock.to_json()).unwrap();
    assert_eq!(lock, first.lock);
    let second = world.locked(project.clone(), &lock).await.unwrap();
    assert_eq!(world.server.paths(), [""; 0]);
    assert_eq!(second.lock.to_json(), first.lock.to_json());
    assert_eq!(tree(&second), tree(&first));
    assert_eq!(
        warnings(&second),
        ["the optional dependency gone of the project is left out: dependency \"gone\": \"1\" \
          could not be had when the lockfile was written"]
    );
    // Without the store only the archives are fetched.
    std::fs::remove_dir_all(world.store.path()).unwrap();
    assert_eq!(tree(&world.locked(project, &lock).await.unwrap()), tree(&first));
    let archives = ["/a/-/a-1.0.0.tgz", "/b/-/b-1.0.0.tgz", "/p/-/p-1.0.0.tgz"];
    assert_eq!(world.server.paths(), archives);
}

#[tokio::test]
async fn a_lock_changes_as_little_as_possible() {
    let world = World::new().await;
    world.server.publish("a", "1.0.0", json!({"dependencies": {"b": "^1"}}));
    world.server.publish("b", "1.0.0", json!({}));
    let lock = world.install(json!({"dependencies": {"a": "1"}})).await.unwrap().lock;
    world.server.publish("a", "1.1.0", json!({}));
    world.server.publish("b", "1.1.0", json!({}));
    world.server.publish("c", "1.0.0", json!({"dependencies": {"b": "1.1"}}));
    let more = world.locked(json!({"dependencies": {"a": "1", "c": "1"}}), &lock).await.unwrap();
    // `b` gives way, because all accept the newer one; `a` stays.
    assert_eq!(tree(&more), map(&[("a", "1.0.0"), ("b", "1.1.0"), ("c", "1.0.0")]));
    let less = world.locked(json!({"dependencies": {"c": "1"}}), &more.lock).await.unwrap();
    assert_eq!(tree(&less), map(&[("b", "1.1.0"), ("c", "1.0.0")]));
}

#[tokio::test]
async fn locks_are_within_the_limits() {
    let world = World::new().await;
    let lock = |depth: usize| {
        let entry = json!({"version": "1.0.0", "integrity": integrity(b"")});
        let paths = (1..=depth).map(|depth| vec!["node_modules/a"; depth].join("/"));
        let packages: serde_json::Map<_, _> = paths.map(|path| (path, entry.clone())).collect();
        package_lock(&Value::Object(packages)).unwrap()
    };
    let project = json!({"dependencies": {}});
    assert!(tree(&world.locked(project.clone(), &lock(16)).await.unwrap()).is_empty());
    let error = world.locked(project.clone(), &lock(17)).await.unwrap_err();
    assert!(matches!(error, Error::Limit { limit: 16, .. }), "{error}");
    let mut settings = world.settings();
    settings.limits.packages = 1;
    let installer = Installer::new(settings);
    assert!(installer.install(&project.to_string(), Some(&lock(1))).await.is_ok());
    let error = installer.install(&project.to_string(), Some(&lock(2))).await.unwrap_err();
    assert!(matches!(error, Error::Limit { limit: 1, .. }), "{error}");
}

fn package_lock(packages: &Value) -> Result<Lock, Error> {
    let mut packages = packages.clone();
    packages[""] = json!({"name": "project", "dependencies": {"a": "^1"}});
    let file = json!({"name": "project", "version": "1.0.0", "lockfileVersion": 3,
        "requires": true, "packages": packages});
    Lock::parse(&file.to_string())
}

#[tokio::test]
async fn locks_of_npm() {
    let world = World::new().await;
    let of = |name: &str| archive(&[("package/package.json", name.as_bytes())]);
    for (name, version) in [("a", "1.0.0"), ("a", "1.1.0"), ("b", "2.0.0")] {
        world.server.publish_archive(name, version, json!({}), &of(&format!("{name}{version}")));
    }
    let digest = |text: &str| integrity(&of(text));
    let lock = package_lock(&json!({
        "node_modules/a": {
            "version": "1.0.0", "integrity": digest("a1.0.0"), "license": "MIT",
            "resolved": "https://registry.npmjs.org/a/-/a-1.0.0.tgz",
            "dependencies": {"c": "npm:b@2"}, "engines": {"node": ">=1"}, "bin": {"a": "a.js"},
        },
        "node_modules/a/node_modules/c": {
            "name": "b", "version": "2.0.0", "integrity": digest("b2.0.0"),
        },
        "node_modules/a/node_modules/in": {"version": "1.0.0", "inBundle": true},
        "node_modules/d": {"version": "1.0.0", "dev": true, "integrity": digest("d")},
    }))
    .unwrap();
    let project = json!({"dependencies": {"a": "^1"}, "devDependencies": {"d": "1"}});
    let installed = world.locked(project, &lock).await.unwrap();
    assert_eq!(tree(&installed), map(&[("a", "1.0.0"), ("a > c", "2.0.0")]));
    assert_eq!(world.server.paths(), ["/a/-/a-1.0.0.tgz", "/b/-/b-2.0.0.tgz"]);
    let packages: Vec<_> = installed.lock.packages().collect();
    assert_eq!(
        packages,
        [("node_modules/a", "a", "1.0.0"), ("node_modules/a/node_modules/c", "b", "2.0.0"),]
    );
}

#[test]
fn locks_that_are_refused() {
    let digest = integrity(b"");
    let with = |path: &str, entry: Value| package_lock(&json!({ path: entry }));
    assert!(with("node_modules/a", json!({"version": "1.0.0", "integrity": digest})).is_ok());
    for (path, entry, reason) in [
        ("node_modules/../../a", json!({"version": "1.0.0"}), "it is no path of a package"),
        (
            "node_modules/a",
            json!({"version": "1.0.0", "resolved": "git+ssh://h/r"}),
            "only packages",
        ),
        ("node_modules/a", json!({"version": "1.0.0"}), "it has no sha512"),
        ("node_modules/a", json!({"version": "1.0.0", "integrity": "sha1-x"}), "it has no sha512"),
        ("node_modules/a", json!({"version": "x", "integrity": digest}), "its name or version"),
        (
            "node_modules/a",
            json!({"name": "../b", "version": "1.0.0", "integrity": digest}),
            "its name",
        ),
    ] {
        let error = with(path, entry).unwrap_err().to_string();
        assert!(error.starts_with(&format!("the lockfile: {path}: {reason}")), "{error}");
    }
    for text in ["{}", r#"{"version": 2}"#, r#"{"lockfileVersion": 1}"#, r#"{"version": "1"}"#] {
        let error = Lock::parse(text).unwrap_err().to_string();
        assert!(error.starts_with("the lockfile: its version is not supported"), "{error}");
    }
    assert!(matches!(Lock::parse("{"), Err(Error::Json { .. })));
    assert!(matches!(Lock::parse(&"[".repeat(1000)), Err(Error::Limit { .. })));
}

#[tokio::test]
async fn offline() {
    let world = World::new().await;
    world.server.publish("a", "1.0.0", json!({"dependencies": {"b": "1"}}));
    world.server.publish("b", "1.0.0", json!({}));
    let project = json!({"dependencies": {"a": "1"}});
    let mut settings = world.settings();
    settings.offline = true;
    let offline = Installer::new(settings);
    let error = offline.install(&project.to_string(), None).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "the metadata of a is not in the store, and the installer is offline; install it once \
         online"
    );
    let online = world.install(project.clone()).await.unwrap();
    world.server.got();
    // With a lock, and without.
    for lock in [Some(&online.lock), None] {
        let installed = offline.install(&project.to_string(), lock).await.unwrap();
        assert_eq!(tree(&installed), tree(&online));
    }
    // A newer version whose files are not in the store is not chosen.
    world.server.publish("a", "1.1.0", json!({}));
    world.install(json!({"optionalDependencies": {"a": "1.1", "gone": "1"}})).await.unwrap();
    let mut removed = 0;
    for entry in std::fs::read_dir(world.store.path()).unwrap().map(Result::unwrap) {
        let manifest = std::fs::read_to_string(entry.path().join("package/package.json"));
        if manifest.is_ok_and(|text| text.contains("1.1.0")) {
            std::fs::remove_dir_all(entry.path()).unwrap();
            removed += 1;
        }
    }
    assert_eq!(removed, 1);
    let installed = offline.install(&project.to_string(), None).await.unwrap();
    assert_eq!(tree(&installed), tree(&online));
    let error = offline.install(r#"{"dependencies": {"a": "1.1"}}"#, None).await.unwrap_err();
    assert!(matches!(error, Error::Offline { .. }), "{error}");
    std::fs::remove_dir_all(world.store.path()).unwrap();
    let error = offline.install(&project.to_string(), Some(&online.lock)).await.unwrap_err();
    assert!(matches!(error, Error::Offline { .. }), "{error}");
}

#[tokio::test]
async fn a_broken_package_is_fetched_again() {
    let world = World::new().await;
    world.server.publish("a", "1.0.0", json!({}));
    let project = json!({"dependencies": {"a": "1"}});
    let installed = world.install(project.clone()).await.unwrap();
    let folder = installed.packages.get("node_modules/a").unwrap().open().unwrap();
    folder.remove_file("package.json").unwrap();
    world.server.got();
    let installed = world.locked(project, &installed.lock).await.unwrap();
    assert_eq!(world.server.paths(), ["/a/-/a-1.0.0.tgz"]);
    let folder = installed.packages.get("node_modules/a").unwrap().open().unwrap();
    assert!(folder.exists("package.json"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn installers_share_a_store() {
    let world = World::new().await;
    for name in ["a", "b", "c", "d"] {
        world.server.publish(name, "1.0.0", json!({}));
    }
    let project = json!({"dependencies": {"a": "1", "b": "1", "c": "1", "d": "1"}}).to_string();
    let installers: Vec<_> = (0..8).map(|_| world.installer()).collect();
    let installing = installers.iter().map(|it| it.install(&project, None));
    for installed in futures_util::future::join_all(installing).await {
        for package in installed.unwrap().packages.iter() {
            assert!(package.open().unwrap().exists("package.json"));
        }
    }
}

#[tokio::test]
async fn packages_are_added() {
    let world = World::new().await;
    world.server.publish("a", "1.2.3", json!({}));
    world.server.publish("b", "2.0.0", json!({}));
    let manifest = "{\n  \"name\": \"x\"\n}\n";
    let packages = ["a", "b@1 - 2", "c@npm:b@^2"];
    let added = world.installer().add(manifest, &packages, None).await.unwrap();
    let expected = "{\n  \"name\": \"x\",\n  \"dependencies\": {\n    \"a\": \"^1.2.3\",\n    \
        \"b\": \"1 - 2\",\n    \"c\": \"npm:b@^2\"\n  }\n}\n";
    assert_eq!(added.manifest, expected);
    assert_eq!(tree(&added.installed), map(&[("a", "1.2.3"), ("b", "2.0.0"), ("c", "2.0.0")]));
    let project = tempfile::tempdir().unwrap();
    let folder = Dir::open_ambient_dir(project.path(), ambient_authority()).unwrap();
    assert!(Lock::read(&folder).unwrap().is_none());
    added.write(&folder).unwrap();
    assert_eq!(folder.read_to_string("package.json").unwrap(), expected);
    assert_eq!(Lock::read(&folder).unwrap(), Some(added.installed.lock));
    assert_eq!(folder.entries().unwrap().count(), 2);
    folder.rename("isolet-lock.json", &folder, "package-lock.json").unwrap();
    assert!(Lock::read(&folder).unwrap().is_some());
    for package in ["../a", "", "@", "a@file:x"] {
        let error = world.installer().add(manifest, &[package], None).await.unwrap_err();
        assert!(matches!(error, Error::Spec { .. }), "{package}: {error}");
    }
}

#[tokio::test]
async fn progress_is_reported() {
    let world = World::new().await;
    world.server.publish("a", "1.0.0", json!({"dependencies": {"b": "1"}}));
    world.server.publish("b", "1.0.0", json!({}));
    let lines = Arc::new(Mutex::new(Vec::new()));
    let sink = Arc::clone(&lines);
    let installer = world.installer().with_progress(move |event: &Event<'_>| {
        sink.lock().unwrap().push(match event {
            Event::Resolving { package, resolved } => format!("{package} {resolved}"),
            Event::Fetched { done, total, .. } => format!("{done} of {total}"),
            Event::Done { total } => format!("{total}"),
            _ => unreachable!(),
        });
    });
    installer.install(r#"{"dependencies": {"a": "1"}}"#, None).await.unwrap();
    assert_eq!(*lines.lock().unwrap(), ["a 1", "b 2", "1 of 2", "2 of 2", "2"]);
}
