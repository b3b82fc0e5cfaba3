//! One record for each request.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use hyper::body::Incoming;
use hyper::{Request, Response};
use isolet::NetworkOutcome;
use serde_json::json;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Dispatch, Event, Metadata, Subscriber};

use super::server::{Body, Server, echo, full, ok};
use super::{Records, case, local, network};

async fn serve(request: Request<Incoming>) -> Response<Body> {
    match request.uri().path() {
        "/long" => ok(vec![b'a'; 1_000_000]),
        "/empty" => Response::builder().status(204).body(full("")).unwrap(),
        "/broken" => {
            Response::builder().header("content-encoding", "gzip").body(full("no")).unwrap()
        }
        _ => echo(request).await,
    }
}

#[tokio::test]
async fn each_request_is_recorded_once_when_it_is_over() {
    let server = Server::new(serve).await;
    let port = server.port;
    let records = Records::default();
    let network = records.audit(network(local(port)).label("tenant"));
    let body = "
        await text(`http://a.test:${port}/x?secret#part`, { method: 'POST', body: 'four' });
        await text(`http://a.test:${port}/to?/next`);
        await text(`http://a.test:${port}/empty`);
        await text(`http://a.test:${port}/broken`);
        await text('http://user:password@a.test/');
        await text(`http://c.example/y?secret`);
        await text(`http://127.0.0.1:${port}/`);
        const reader = (await fetch(`http://a.test:${port}/long`)).body.getReader();
        const { value } = await reader.read(); await reader.cancel();
        return value.length > 0";
    let _ = case(network, port, body).run().await.expect_ok(true);
    let records = records.wait(8).await;
    let shown: Vec<_> = records
        .iter()
        .map(|it| {
            json!([it.method, it.url, it.outcome.name(), it.status, it.rule, it.request_bytes])
        })
        .collect();
    let at = |path: &str| format!("http://a.test:{port}{path}");
    assert_eq!(
        json!(shown),
        json!([
            ["POST", at("/x"), "completed", 200, "1", 4],
            ["GET", at("/to"), "completed", 302, "1", 0],
            ["GET", at("/next"), "completed", 200, "1", 0],
            ["GET", at("/empty"), "completed", 204, "1", 0],
            ["GET", at("/broken"), "failed", 200, "1", 0],
            ["GET", "http://c.example/y", "refused", null, null, 0],
            ["GET", format!("http://127.0.0.1:{port}/"), "refused", null, null, 0],
            ["GET", at("/long"), "cancelled", 200, "1", 0],
        ])
    );
    for record in &records {
        assert_eq!(record.label, "tenant");
        let sent = record.status.is_some();
        assert_eq!(record.address.map(|address| address.port()), sent.then_some(port));
        let fine = matches!(record.outcome, NetworkOutcome::Completed | NetworkOutcome::Cancelled);
        assert_eq!(record.reason.is_some(), !fine, "{record:?}");
        assert!(!record.url.contains("secret"), "{record:?}");
    }
    assert!(records[0].response_bytes > 0);
    assert_eq!(records[4].reason.as_deref().map(|it| it.contains("broke off")), Some(true));
}

#[tokio::test]
async fn an_address_that_was_refused_is_recorded_and_not_told() {
    let records = Records::default();
    let policy = isolet::NetworkPolicy::new().rule(super::rule("http://a.test:1"));
    let network = records.audit(network(policy));
    let told = case(network, 1, "return text('http://a.test:1/')").run().await.json();
    assert!(!told.to_string().contains("127.0.0.1"), "{told}");
    let records = records.wait(1).await;
    assert_eq!(records[0].outcome, NetworkOutcome::Refused);
    assert_eq!(records[0].address, Some(([127, 0, 0, 1], 1).into()));
    assert!(records[0].reason.as_deref().is_some_and(|it| it.contains("loopback")), "{records:?}");
}

/// A subscriber that keeps the fields of the events of networks.
#[derive(Clone, Default)]
struct Events(Arc<Mutex<Vec<BTreeMap<&'static str, String>>>>);

impl Subscriber for Events {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        struct Fields(BTreeMap<&'static str, String>);

        impl Visit for Fields {
            fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
                self.0.insert(field.name(), format!("{value:?}"));
            }
        }

        if event.metadata().target() == "isolet::net" {
            let mut fields = Fields(BTreeMap::new());
            event.record(&mut fields);
            self.0.lock().unwrap().push(fields.0);
        }
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

#[tokio::test]
async fn each_record_is_an_event() {
    let events = Events::default();
    // With only one dispatcher, `tracing` would ask the threads of other tests what it wants.
    let [ours, _other] = [(); 2].map(|()| Dispatch::new(events.clone()));
    // The guard applies to this thread, which is the only one of the runtime.
    let _guard = tracing::dispatcher::set_default(&ours);
    let server = Server::echo().await;
    let port = server.port;
    let network = network(local(port)).label("tenant\n7");
    let body = "await text(`http://a.test:${port}/x?query`); await text('http://c.example/')";
    let _ = case(network, port, body).run().await;
    let events = events.0.lock().unwrap();
    let shown: Vec<_> = events
        .iter()
        .map(|event| ["label", "method", "url", "outcome", "rule"].map(|name| event[name].clone()))
        .collect();
    let url = format!("\"http://a.test:{port}/x\"");
    let label = r#""tenant\n7""#;
    assert_eq!(
        shown,
        [
            [label, "\"GET\"", &url, "\"completed\"", "Some(\"1\")"].map(str::to_owned),
            [label, "\"GET\"", "\"http://c.example/\"", "\"refused\"", "None"].map(str::to_owned),
        ]
    );
    assert_eq!(events[0]["status"], "200");
}
