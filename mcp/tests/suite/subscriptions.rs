//! Subscriptions to single resources.

#![expect(deprecated, reason = "subscribing by requests is of the protocol of 2025")]

use isolet_mcp::{Limits, Pins};
use rmcp::ClientLifecycleMode;
use rmcp::model::{
    ServerNotification, SubscribeRequestParams, SubscriptionFilter, UnsubscribeRequestParams,
};
use serde_json::json;

use crate::asker::Asker;
use crate::peer::{NEW, OLD, Peer};
use crate::user::User;
use crate::{World, modern};

fn subscribe(uri: &str) -> SubscribeRequestParams {
    SubscribeRequestParams::new(uri)
}

/// Upstream servers and clients each speak the protocol of 2025 and that of 2026.
#[tokio::test]
async fn changes_are_passed_on_in_all_pairings() {
    for versions in [OLD, NEW] {
        let asker = Asker::new(versions);
        let world = World::new(json!({"up": {"url": asker.over_http().await}})).await;

        let user = User::new(json!({}));
        let client = user.connect(&world.server, ClientLifecycleMode::Initialize).await;
        let info = client.peer().peer_info().unwrap();
        assert_eq!(info.capabilities.resources.as_ref().unwrap().subscribe, Some(true));
        client.subscribe(subscribe("isolet:up/file:///a")).await.unwrap();
        asker.has_subscribed(&["file:///a"]).await;
        asker.update("file:///b").await;
        asker.update("file:///a").await;
        while user.updated.lock().unwrap().is_empty() {
            user.news.notified().await;
        }
        // A second one leaves the first as it is.
        client.subscribe(subscribe("isolet:up/file:///b")).await.unwrap();
        client.subscribe(subscribe("isolet:up/file:///b")).await.unwrap();
        asker.has_subscribed(&["file:///a", "file:///b"]).await;
        asker.update("file:///b").await;
        while !user.updated.lock().unwrap().iter().any(|uri| uri.ends_with('b')) {
            user.news.notified().await;
        }
        let all = user.updated.lock().unwrap().clone();
        assert!(all[..all.len() - 1].iter().all(|uri| uri == "isolet:up/file:///a"), "{all:?}");
        let unsubscribe = UnsubscribeRequestParams::new("isolet:up/file:///a");
        client.unsubscribe(unsubscribe).await.unwrap();
        asker.has_subscribed(&["file:///b"]).await;
        // A client that is gone is subscribed to nothing.
        client.cancel().await.unwrap();
        asker.has_subscribed(&[]).await;

        let client = User::new(json!({})).connect(&world.server, modern()).await;
        let uris = ["isolet:up/file:///a", "isolet:none/file:///a", "file:///a"];
        let filter = SubscriptionFilter::builder().resource_subscriptions(uris).build();
        let mut stream = client.peer().listen(filter).await.unwrap();
        let accepted = stream.acknowledged().resource_subscriptions.clone().unwrap();
        assert_eq!(accepted, ["isolet:up/file:///a"]);
        // A change before the server has heard of the client is not missed.
        for _ in 0..2 {
            let Ok(Some(ServerNotification::ResourceUpdatedNotification(updated))) =
                stream.next().await
            else {
                panic!("it ends");
            };
            assert_eq!(updated.params.uri, "isolet:up/file:///a");
            asker.has_subscribed(&["file:///a"]).await;
            asker.update("file:///a").await;
        }
        drop(stream);
        asker.has_subscribed(&[]).await;
    }
}

#[tokio::test]
async fn subscriptions_are_bounded() {
    let asker = Asker::new(OLD);
    let servers = json!({"up": {"url": asker.over_http().await}});
    let limits = Limits { subscriptions: 70, ..Limits::default() };
    let world = World::with(servers, limits, Pins::new()).await;
    let connect =
        async || User::new(json!({})).connect(&world.server, ClientLifecycleMode::Initialize).await;
    let (first, second) = (connect().await, connect().await);
    let uri = |n: usize| format!("isolet:up/file:///{n}");
    for n in 0..64 {
        first.subscribe(subscribe(&uri(n))).await.unwrap();
    }
    let many = "there are too many subscriptions";
    let error = first.subscribe(subscribe(&uri(64))).await.unwrap_err().to_string();
    assert!(error.contains(many), "{error}");
    // All clients together have a limit as well.
    for n in 0..6 {
        second.subscribe(subscribe(&uri(n))).await.unwrap();
    }
    let error = second.subscribe(subscribe(&uri(6))).await.unwrap_err().to_string();
    assert!(error.contains(many), "{error}");
    first.unsubscribe(UnsubscribeRequestParams::new(uri(0))).await.unwrap();
    first.unsubscribe(UnsubscribeRequestParams::new(uri(1))).await.unwrap();
    // The place is free when the task has ended.
    while second.subscribe(subscribe(&uri(6))).await.is_err() {
        tokio::task::yield_now().await;
    }
    // The other client is subscribed to it.
    assert!(asker.subscribed.borrow().contains("file:///0"));
    let long = format!("isolet:up/file:///{}", "x".repeat(5_000));
    assert!(second.subscribe(subscribe(&long)).await.is_err());
}

#[tokio::test]
async fn what_does_not_change_is_an_error() {
    let (asker, peer) = (Asker::new(OLD), Peer::new(NEW));
    let new = Asker::new(NEW);
    let world = World::new(json!({
        "a": {"url": asker.over_http().await},
        "b": {"url": peer.over_http().await},
        "c": {"url": new.over_http().await},
    }))
    .await;
    let client = User::new(json!({})).connect(&world.server, ClientLifecycleMode::Initialize).await;
    for (uri, reason) in [
        ("isolet:none/file:///a", "there is no such resource"),
        ("file:///a", "there is no such resource"),
        ("isolet:a/other:x", "it does not say when this resource changes"),
        ("isolet:b/file:///a", "it does not say when resources change"),
        ("isolet:c/other:x", "it does not say when this resource changes"),
    ] {
        let error = client.subscribe(subscribe(uri)).await.unwrap_err().to_string();
        assert!(error.contains(reason), "{uri}: {error}");
    }
    assert!(asker.subscribed.borrow().is_empty());

    // A server without resources that say so offers no subscriptions.
    let world = World::new(json!({"b": {"url": peer.over_http().await}})).await;
    let info = world.client.service.peer().peer_info().unwrap();
    assert_eq!(info.capabilities.resources.as_ref().unwrap().subscribe, None);
}
