//! Archives that are not what they should be.

use isolet_npm::Error;
use serde_json::json;

use crate::World;
use crate::server::{Reply, archive};

/// Installs a package with this archive, and returns the error. Nothing of it stays in the store.
async fn refused(archive: &[u8]) -> Error {
    let world = World::new().await;
    world.server.publish_archive("a", "1.0.0", json!({}), archive);
    let error = world.install(json!({"dependencies": {"a": "1"}})).await.unwrap_err();
    let entries = std::fs::read_dir(world.store.path()).unwrap();
    let names: Vec<_> = entries.map(|it| it.unwrap().file_name()).collect();
    assert_eq!(names, ["metadata"], "{error}");
    error
}

#[tokio::test]
async fn another_digest() {
    let world = World::new().await;
    world.server.publish("a", "1.0.0", json!({}));
    let body = archive(&[("package/package.json", b"evil")]);
    world.server.reply("/a/-/a-1.0.0.tgz", Reply { status: 200, headers: Vec::new(), body });
    let error = world.install(json!({"dependencies": {"a": "1"}})).await.unwrap_err();
    assert!(matches!(error, Error::Integrity { .. }), "{error}");
    let error = error.to_string();
    assert!(error.starts_with("a@1.0.0 has the digest sha512-"), "{error}");
}

#[tokio::test]
async fn weak_digests() {
    let world = World::new().await;
    let archive = archive(&[("package/package.json", b"{}")]);
    for dist in [
        json!({"shasum": "aaf4c61ddcc5e8a2dabede0f3b482cd9aea9434d"}),
        json!({"integrity": "sha1-qvTGHdzF6KLavt4PO0gs2a6pQ00="}),
        json!({"integrity": 1}),
        json!({}),
    ] {
        world.server.publish_archive("a", "1.0.0", json!({"dist": dist}), &archive);
        let error = world.error(json!({"dependencies": {"a": "1"}})).await;
        assert!(error.contains("a@1.0.0 has no sha512 integrity"), "{dist}: {error}");
    }
}

#[tokio::test]
async fn traversal() {
    for name in ["package/../../../evil", "/etc/evil", "package\\..\\evil"] {
        let archive = archive(&[("package/package.json", b"{}"), (name, b"evil")]);
        let error = refused(&archive).await;
        assert!(matches!(error, Error::Archive { .. }), "{name}: {error}");
    }
}

#[tokio::test]
async fn clashes() {
    let archive = archive(&[("package/package.json", b"{}"), ("package/Package.json", b"evil")]);
    assert_eq!(
        refused(&archive).await.to_string(),
        "a@1.0.0: the archive is refused: the names package.json and Package.json clash"
    );
}

#[tokio::test]
async fn no_archives() {
    assert!(matches!(refused(b"<html>").await, Error::Archive { .. }));
    assert!(matches!(refused(b"").await, Error::Archive { .. }));
    let error = refused(&archive(&[("package/index.js", b"")])).await;
    assert!(error.to_string().ends_with("it has no package.json"), "{error}");
}
