//! `EventSource`, with a real server.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use hyper::body::Incoming;
use hyper::{Request, Response};
use serde_json::json;

use super::server::{Body, Server, full};
use super::{local, run};

#[tokio::test]
async fn events_arrive_and_the_connection_is_made_again() {
    let count = Arc::new(AtomicUsize::new(0));
    let server = Server::new(move |request: Request<Incoming>| {
        let count = count.fetch_add(1, Ordering::Relaxed);
        async move {
            let header =
                |name| request.headers().get(name).map(|it| it.to_str().unwrap().to_owned());
            let last = header("last-event-id").unwrap_or_default();
            assert_eq!(header("accept").as_deref(), Some("text/event-stream"));
            let response: Response<Body> = match (request.uri().path(), count) {
                ("/type", _) => Response::new(full("data: x\n\n")),
                (_, 0..2) => Response::builder()
                    .header("content-type", "text/event-stream; charset=utf-8")
                    .body(full(format!(
                        "retry: 1\nid: {count}\ndata: {last}|\n\nevent: named\ndata: n\n\n"
                    )))
                    .unwrap(),
                _ => Response::builder().status(204).body(full("")).unwrap(),
            };
            response
        }
    })
    .await;
    let told = run(
        local(server.port),
        &server,
        "const seen = []; const source = new EventSource(`http://a.test:${port}/`);
         for (const type of ['open', 'message', 'named']) source.addEventListener(type, (event) => seen.push([type, event.data ?? null, event.lastEventId ?? null]));
         await new Promise((resolve) => { source.onerror = () => { seen.push(source.readyState); if (source.readyState === EventSource.CLOSED) resolve() } });
         const wrong = new EventSource(`http://a.test:${port}/type`);
         seen.push(await new Promise((resolve) => { wrong.onerror = (event) => resolve(event.message) }), wrong.readyState);
         return seen",
    )
    .await;
    let first = [
        json!(["open", null, null]),
        json!(["message", "|", "0"]),
        json!(["named", "n", "0"]),
        json!(0),
    ];
    let second = [
        json!(["open", null, null]),
        json!(["message", "0|", "1"]),
        json!(["named", "n", "1"]),
        json!(0),
    ];
    let last = [json!(2), json!("The content type '' is invalid."), json!(2)];
    assert_eq!(told, json!([&first[..], &second, &last].concat()));
}
