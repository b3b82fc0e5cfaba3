//! Tokens, redirects and faults of servers.

use isolet_npm::{Error, Installer, Registries};
use serde_json::{Value, json};

use crate::World;
use crate::server::{Reply, Server, gzipped};

/// Returns an installer with a token for the registry.
fn with_token(world: &World) -> Installer {
    let host = world.server.address.trim_start_matches("http:");
    let npmrc = format!("{host}:_authToken=s3cret");
    let mut settings = world.settings();
    settings.registries = settings.registries.with_npmrc(&npmrc, |_| None).unwrap();
    Installer::new(settings)
}

fn project() -> String {
    json!({"dependencies": {"a": "1"}}).to_string()
}

fn redirect(to: &str) -> Reply {
    Reply { status: 302, headers: vec![("location", to.to_owned())], body: Vec::new() }
}

#[tokio::test]
async fn tokens_go_to_their_registry_alone() {
    let world = World::new().await;
    world.server.publish("a", "1.0.0", json!({}));
    let other = Server::start().await;
    other.publish("a", "1.0.0", json!({}));
    world.server.reply("/a", redirect("/elsewhere/a"));
    world.server.reply("/elsewhere/a", redirect(&format!("{}a", other.address)));
    with_token(&world).install(&project(), None).await.unwrap();
    let got = world.server.got();
    assert_eq!(got.len(), 2);
    assert!(got.iter().all(|got| got.authorization.as_deref() == Some("Bearer s3cret")), "{got:?}");
    // The metadata and the archive, whose address is in them.
    let got = other.got();
    assert_eq!(got.len(), 2);
    assert!(got.iter().all(|got| got.authorization.is_none()), "{got:?}");
}

#[tokio::test]
async fn redirects_are_limited() {
    let world = World::new().await;
    world.server.publish("a", "1.0.0", json!({}));
    let address = &world.server.address;
    for (count, is_allowed) in [(5, true), (6, false)] {
        for step in 0..count {
            world.server.reply(&format!("/r{step}"), redirect(&format!("r{}", step + 1)));
        }
        world.server.reply(&format!("/r{count}"), redirect("/a?x=y"));
        world.server.reply("/b", redirect("/r2"));
        let project = json!({"dependencies": {"c": "npm:b@*"}}).to_string();
        // From /b over r2, … to /a: `count` redirects.
        let result = world.installer().install(&project, None).await;
        assert_eq!(result.is_ok(), is_allowed, "{result:?}");
    }
    world.server.reply("/a", redirect("ftp://127.0.0.1/a"));
    let error = world.install(json!({"dependencies": {"a": "1"}})).await.unwrap_err();
    assert_eq!(error.to_string(), "ftp://127.0.0.1/a: the address is not https");
    world.server.reply("/a", redirect("http://192.0.2.1/a?token=s3cret"));
    let error = world.install(json!({"dependencies": {"a": "1"}})).await.unwrap_err();
    assert_eq!(error.to_string(), "http://192.0.2.1/a: the address is not https");
    world.server.reply("/a", Reply { status: 302, ..Reply::default() });
    let error = world.install(json!({"dependencies": {"a": "1"}})).await.unwrap_err();
    assert_eq!(error.to_string(), format!("{address}a: a redirect without a valid address"));
}

#[tokio::test]
async fn scopes_have_registries_of_their_own() {
    let world = World::new().await;
    let scoped = Server::start().await;
    world.server.publish("a", "1.0.0", json!({"dependencies": {"@s/b": "1"}}));
    scoped.publish("@s/b", "1.0.0", json!({}));
    let npmrc = format!("@s:registry={}", scoped.address);
    let mut settings = world.settings();
    settings.registries = settings.registries.with_npmrc(&npmrc, |_| None).unwrap();
    Installer::new(settings).install(&project(), None).await.unwrap();
    assert_eq!(world.server.paths(), ["/a", "/a/-/a-1.0.0.tgz"]);
    assert_eq!(scoped.paths(), ["/@s%2fb", "/@s/b/-/b-1.0.0.tgz"]);
}

#[tokio::test]
async fn addresses_of_the_public_registry_mean_the_mirror() {
    let world = World::new().await;
    let archive = crate::server::archive(&[("package/package.json", b"{}")]);
    let dist = json!({
        "tarball": "https://registry.npmjs.org/a/-/a-1.0.0.tgz",
        "integrity": crate::server::integrity(&archive),
    });
    world.server.publish_archive("a", "1.0.0", json!({"dist": dist}), &archive);
    let installed = world.install(json!({"dependencies": {"a": "1"}})).await.unwrap();
    assert!(!installed.lock.to_json().contains("127.0.0.1"));
    assert_eq!(world.server.paths(), ["/a", "/a/-/a-1.0.0.tgz"]);
}

#[tokio::test]
async fn faults_are_told() {
    let world = World::new().await;
    let address = world.server.address.clone();
    let reply = |status, body: &[u8]| Reply { status, headers: Vec::new(), body: body.to_vec() };
    for (reply, expected) in [
        (reply(401, b""), "access is denied; check the token in .npmrc"),
        (reply(403, b""), "access is denied; check the token in .npmrc"),
        (reply(500, b""), "the server answers 500 Internal Server Error"),
    ] {
        world.server.reply("/a", reply);
        let error = world.error(json!({"dependencies": {"a": "1"}})).await;
        assert_eq!(error, format!("{address}a: {expected}"));
    }
    world.server.reply("/a", reply(200, b"<html>"));
    let error = world.error(json!({"dependencies": {"a": "1"}})).await;
    assert!(error.starts_with("the metadata of a: expected value"), "{error}");
    world.server.reply("/a", reply(200, "[".repeat(100).as_bytes()));
    let error = world.error(json!({"dependencies": {"a": "1"}})).await;
    assert_eq!(
        error,
        "the metadata of a: levels of nested JSON exceed the limit of 64; raise it only for what you trust"
    );
    let mut settings = world.settings();
    settings.registries = Registries::new("http://127.0.0.1:1/").unwrap();
    let error = Installer::new(settings).install(&project(), None).await.unwrap_err();
    assert!(matches!(error, Error::Request { .. }), "{error}");
    assert!(error.to_string().starts_with("http://127.0.0.1:1/a: "), "{error}");
}

#[tokio::test]
async fn compressed_metadata() {
    let world = World::new().await;
    let document: Value =
        json!({"dist-tags": {}, "versions": {}, "modified": "2020-01-01T00:00:00Z"});
    let headers = vec![("content-encoding", "gzip".to_owned())];
    let body = gzipped(document.to_string().as_bytes());
    world.server.reply("/a", Reply { status: 200, headers, body });
    let error = world.error(json!({"dependencies": {"a": "1"}})).await;
    assert_eq!(error, "no version of a satisfies \"1\"; the newest is unknown");
}

#[tokio::test]
async fn a_registry_that_tells_no_times() {
    let world = World::new().await;
    let archive = crate::server::archive(&[("package/package.json", b"{}")]);
    let version = json!({"dist": {"integrity": crate::server::integrity(&archive),
        "tarball": format!("{}a.tgz", world.server.address)}});
    let document = json!({"dist-tags": {"latest": "1.0.0"}, "versions": {"1.0.0": version}});
    let body = document.to_string().into_bytes();
    world.server.reply("/a", Reply { status: 200, headers: Vec::new(), body });
    world.server.reply("/a.tgz", Reply { status: 200, headers: Vec::new(), body: archive });
    assert_eq!(
        world.error(json!({"dependencies": {"a": "1"}})).await,
        "the registry does not say when a was released; set the minimum age to 0 to use it"
    );
    let mut settings = world.settings();
    settings.minimum_age = std::time::Duration::ZERO;
    let installed = Installer::new(settings).install(&project(), None).await.unwrap();
    // An address that is not the usual one is kept.
    assert!(installed.lock.to_json().contains("/a.tgz"));
}

#[tokio::test]
async fn a_request_is_sent_again() {
    let world = World::new().await;
    world.server.publish("a", "1.0.0", json!({}));
    for status in [429, 500, 502, 503, 504] {
        world.server.reply_once("/a", Reply { status, ..Reply::default() });
        world.install(json!({"dependencies": {"a": "1"}})).await.unwrap();
        let mut paths = world.server.paths();
        paths.truncate(2);
        assert_eq!(paths, ["/a", "/a"], "{status}");
    }
    world.server.reply("/a", Reply { status: 503, ..Reply::default() });
    let error = world.error(json!({"dependencies": {"a": "1"}})).await;
    assert!(error.ends_with("the server answers 503 Service Unavailable"), "{error}");
    assert_eq!(world.server.paths(), ["/a"; 4]);
    let mut settings = world.settings();
    settings.limits.retries = 0;
    assert!(Installer::new(settings).install(&project(), None).await.is_err());
    assert_eq!(world.server.paths(), ["/a"]);
    // Other answers are final.
    for status in [400, 401, 404, 501] {
        world.server.reply("/a", Reply { status, ..Reply::default() });
        world.error(json!({"dependencies": {"a": "1"}})).await;
        assert_eq!(world.server.paths(), ["/a"], "{status}");
    }
}

#[tokio::test]
async fn a_server_is_waited_for_as_long_as_it_asks_within_limits() {
    let world = World::new().await;
    world.server.publish("a", "1.0.0", json!({}));
    let asks = |text: &str| {
        let headers = vec![("retry-after", text.to_owned())];
        Reply { status: 429, headers, body: Vec::new() }
    };
    // The own delay would be longer than the request may take.
    let mut settings = world.settings();
    settings.limits.retry_delay = std::time::Duration::from_hours(1);
    world.server.reply_once("/a", asks("0"));
    Installer::new(settings).install(&project(), None).await.unwrap();
    world.server.got();
    world.server.reply("/a", asks("31"));
    let error = world.error(json!({"dependencies": {"a": "1"}})).await;
    assert!(error.ends_with("a: the server asks to wait for 31 seconds"), "{error}");
    assert_eq!(world.server.paths(), ["/a"]);
}
