//! Resources and prompts of servers, and the news of them.

use std::sync::{Arc, Mutex};

use rmcp::model::{
    GetPromptRequestParams, ProgressNotificationParam, ReadResourceRequestParams,
    ServerNotification, SubscriptionFilter,
};
use rmcp::service::{NotificationContext, RunningService};
use rmcp::{ClientHandler, ClientLifecycleMode, ClientServiceExt as _, RoleClient};
use serde_json::{Value, json};
use tokio::sync::Notify;

use crate::peer::{NEW, OLD, Peer};
use crate::{Client, World, modern};

fn value(it: impl serde::Serialize) -> Value {
    serde_json::to_value(it).unwrap()
}

#[tokio::test]
async fn resources_and_prompts_are_passed_on() {
    let (old, new) = (Peer::new(OLD), Peer::new(NEW));
    let servers = json!({
        "a": {"url": old.over_http().await},
        "a.b/c": {"url": new.over_http().await},
    });
    let world = World::new(servers).await;
    for lifecycle in [ClientLifecycleMode::Initialize, modern()] {
        let client = Client::new(&world.server, lifecycle).await;
        let listed = client.service.list_all_resources().await.unwrap();
        let uris: Vec<_> = listed.iter().map(|it| it.uri.as_str()).collect();
        let expected = [
            "isolet:a/file:///a?x=1",
            "isolet:a/file:///b",
            "isolet:a%2Eb%2Fc/file:///a?x=1",
            "isolet:a%2Eb%2Fc/file:///b",
        ];
        assert_eq!(uris, expected);
        assert_eq!(listed[0].name, "a.a\\u001b[2J");
        assert_eq!(listed[0].description.as_deref(), Some("A file.\\u202e"));
        let templates = client.service.list_all_resource_templates().await.unwrap();
        assert_eq!(templates[1].uri_template, "isolet:a%2Eb%2Fc/file:///{path}");
        for uri in ["isolet:a/file:///x y/../z", expected[2]] {
            let params = ReadResourceRequestParams::new(uri);
            let contents = value(client.service.read_resource(params).await.unwrap());
            let inner = uri.split_once('/').unwrap().1;
            assert_eq!(contents["contents"][0]["uri"], uri);
            assert_eq!(contents["contents"][0]["text"], format!("<{inner}>"));
        }
        for (uri, reason) in [
            ("isolet:a/other:x", "no such file\\u001b"),
            ("isolet:b/file:///a", "there is no such resource"),
            ("file:///a", "there is no such resource"),
            ("isolet:a", "there is no such resource"),
        ] {
            let params = ReadResourceRequestParams::new(uri);
            let read = client.service.read_resource(params).await;
            let error = read.unwrap_err().to_string();
            assert!(error.contains(reason), "{uri}: {error}");
        }

        let prompts = client.service.list_all_prompts().await.unwrap();
        let names: Vec<_> = prompts.iter().map(|it| it.name.as_str()).collect();
        assert_eq!(names, ["a.greet.all", "a.b/c.greet.all"]);
        let argument = &prompts[0].arguments.as_ref().unwrap()[0];
        assert_eq!(argument.description.as_deref(), Some("A name.\\u202e"));
        for name in names {
            let mut params = GetPromptRequestParams::new(name);
            params.arguments = json!({"who": "x"}).as_object().cloned();
            let prompt = value(client.service.get_prompt(params).await.unwrap());
            let text = &prompt["messages"][0]["content"]["text"];
            assert_eq!(*text, "greet.all {\"who\":\"x\"}");
        }
        let unknown = client.service.get_prompt(GetPromptRequestParams::new("b.greet")).await;
        assert!(unknown.unwrap_err().to_string().contains("there is no such prompt"));
    }
}

/// A client that hears of changes.
#[derive(Clone, Default)]
struct Listener {
    resources: Arc<Notify>,
    prompts: Arc<Notify>,
    progress: Arc<Mutex<Vec<(f64, String)>>>,
    news: Arc<Notify>,
}

impl ClientHandler for Listener {
    async fn on_progress(
        &self,
        params: ProgressNotificationParam,
        _: NotificationContext<RoleClient>,
    ) {
        let message = params.message.unwrap_or_default();
        self.progress.lock().unwrap().push((params.progress, message));
        self.news.notify_one();
    }

    async fn on_resource_list_changed(&self, _: NotificationContext<RoleClient>) {
        self.resources.notify_one();
    }

    async fn on_prompt_list_changed(&self, _: NotificationContext<RoleClient>) {
        self.prompts.notify_one();
    }
}

/// Connects a client that hears of changes.
async fn listener(
    world: &World,
    lifecycle: ClientLifecycleMode,
) -> (Listener, RunningService<RoleClient, Listener>) {
    let listener = Listener::default();
    let (near, far) = tokio::io::duplex(64 << 10);
    let server = Arc::clone(&world.server);
    tokio::spawn(async move {
        let (reader, writer) = tokio::io::split(far);
        server.serve(reader, writer, std::future::pending()).await
    });
    let client = listener.clone().serve_with_lifecycle(near, lifecycle).await.unwrap();
    (listener, client)
}

#[tokio::test]
async fn progress_is_passed_on_and_limited() {
    for versions in [OLD, NEW] {
        let peer = Peer::with_tools(versions, vec![crate::peer::tool("progress", "x")]);
        let world = World::new(json!({"a": {"url": peer.over_http().await}})).await;
        for lifecycle in [ClientLifecycleMode::Initialize, modern()] {
            let (listener, client) = listener(&world, lifecycle).await;
            for (session, times) in [(None, 1), (Some("new"), 1), (None, 2_000)] {
                listener.progress.lock().unwrap().clear();
                let code = format!("return await a.progress({{\"times\": {times}}})");
                let arguments = json!({"code": code, "session": session});
                let call = client.call_tool(crate::params("run_code", &arguments));
                let told = async {
                    // It has sent all of it, and has got no answer yet.
                    peer.waiting.notified().await;
                    while listener.progress.lock().unwrap().is_empty() {
                        listener.news.notified().await;
                    }
                    peer.released.notify_one();
                };
                let (result, ()) = tokio::join!(call, told);
                assert_eq!(result.unwrap().is_error, Some(false));
                let progress = listener.progress.lock().unwrap().clone();
                // The first of several comes first only if they are handled in order.
                let (first, message) = &progress[0];
                assert!((*first - 1.0).abs() < 0.1, "{progress:?}");
                let is_it = message.starts_with("a.progress: 0.5/2 part ");
                assert!(is_it && message.ends_with("\\u001b[2J"), "{progress:?}");
                assert!(progress.len() < 500, "{}", progress.len());
                assert!(progress.is_sorted_by(|a, b| a.0 < b.0), "{progress:?}");
            }
        }
    }
}

#[tokio::test]
async fn changes_of_lists_are_passed_on() {
    for versions in [OLD, NEW] {
        let peer = Peer::new(versions);
        let world = World::new(json!({"a": {"url": peer.over_http().await}})).await;
        let (old, _old_client) = listener(&world, ClientLifecycleMode::Initialize).await;
        let (_, new_client) = listener(&world, modern()).await;
        let filter =
            SubscriptionFilter::builder().resources_list_changed().prompts_list_changed().build();
        let mut subscription = new_client.peer().listen(filter).await.unwrap();
        let told = async {
            tokio::join!(old.resources.notified(), old.prompts.notified());
            let mut heard = (false, false);
            while heard != (true, true) {
                match subscription.next().await.unwrap() {
                    Some(ServerNotification::ResourceListChangedNotification(_)) => heard.0 = true,
                    Some(ServerNotification::PromptListChangedNotification(_)) => heard.1 = true,
                    other => panic!("{other:?}"),
                }
            }
        };
        tokio::pin!(told);
        // The server may not have subscribed yet, or the first client not have begun.
        loop {
            peer.change_lists().await;
            tokio::select! {
                () = &mut told => break,
                () = async {
                    for _ in 0..1_000 {
                        tokio::task::yield_now().await;
                    }
                } => {}
            }
        }
    }
}
