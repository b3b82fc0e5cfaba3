//! Several sandboxes, and the queue in front of them.

use std::collections::BTreeSet;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::task::Poll;

use isolet::HttpService;
use tokio::sync::Semaphore;
use tower_service::Service;

use super::{get, module, text};
use crate::harness::{fresh_engine, soon};

/// Answers with the number of the sandbox. `/wait` answers when the test says so.
const WHO: &str = "const me = Math.random(); let n = 0;
    export default { async fetch(request, env) {
        n++;
        if (request.url.endsWith('/wait')) await env.GATE.pass();
        if (request.url.endsWith('/busy')) for (let i = 0; i < 3e5; i++);
        return new Response(`${me} ${n}`);
    } }";

struct Gate(Arc<Semaphore>);

#[isolet::capability]
impl Gate {
    /// Waits until the test lets a request pass.
    pub async fn pass(&self) {
        if let Ok(permit) = self.0.acquire().await {
            permit.forget();
        }
    }
}

fn gated() -> (isolet::Worker, Arc<Semaphore>) {
    let gate = Arc::new(Semaphore::new(0));
    let case = module(WHO).engine(&fresh_engine()).seed(None);
    (case.env("GATE", Gate(Arc::clone(&gate))).worker(), gate)
}

async fn who(service: &HttpService, path: &str) -> String {
    let answer = text(service, get(path)).await;
    answer.split(' ').next().expect("a number").to_owned()
}

#[tokio::test]
async fn each_sandbox_has_a_heap_of_its_own() {
    let (worker, _gate) = gated();
    let service = HttpService::new(worker.entrypoint()).sandboxes(3);
    let mut seen = BTreeSet::new();
    for _ in 0..9 {
        seen.insert(who(&service, "/").await);
    }
    assert_eq!(seen.len(), 3);
    let one = HttpService::new(worker.entrypoint());
    assert_eq!(who(&one, "/").await, who(&one, "/").await);
}

/// A sandbox that waits for a capability is in no turn, so it takes further requests.
#[tokio::test]
async fn a_sandbox_that_waits_serves_others() {
    let (worker, gate) = gated();
    let service = HttpService::new(worker.entrypoint());
    let waiting: Vec<_> =
        (0..5).map(|_| tokio::spawn(service.clone().call(get("/wait")))).collect();
    soon(async { while who(&service, "/").await.is_empty() {} }).await;
    gate.add_permits(5);
    for answer in waiting {
        let Ok(response) = soon(answer).await.expect("no panic");
        assert_eq!(response.status(), 200);
    }
}

/// All requests are sent before any turn can run, because the test has one thread.
#[tokio::test]
async fn a_request_waits_while_all_sandboxes_are_in_a_turn() {
    let (worker, _gate) = gated();
    for (queue, refused) in [(3, 0), (2, 1), (0, 3)] {
        let service = HttpService::new(worker.entrypoint()).sandboxes(2).queue(queue);
        let calls = (0..5).map(|_| service.clone().call(get("/busy")));
        let responses = soon(futures_util::future::join_all(calls)).await;
        let mut statuses: Vec<_> = Vec::new();
        for Ok(response) in responses {
            let retry = response.headers().get("retry-after").is_some();
            assert_eq!(retry, response.status() == 503);
            statuses.push(response.status().as_u16());
        }
        assert_eq!(
            statuses.iter().filter(|status| **status == 503).count(),
            refused,
            "{statuses:?}"
        );
        assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 5 - refused);
    }
}

/// Polls a future once.
async fn is_pending<F: Future + ?Sized>(future: &mut Pin<Box<F>>) -> bool {
    poll_fn(|cx| Poll::Ready(future.as_mut().poll(cx).is_pending())).await
}

/// A request that gives up while it waits makes room for another.
#[tokio::test]
async fn a_place_in_the_queue_is_free_again() {
    let (worker, _gate) = gated();
    let service = HttpService::new(worker.entrypoint()).queue(1);
    let mut first = service.clone().call(get("/busy"));
    assert!(is_pending(&mut first).await);
    for _ in 0..3 {
        let mut second = service.clone().call(get("/"));
        assert!(is_pending(&mut second).await);
        let Ok(third) = soon(service.clone().call(get("/"))).await;
        assert_eq!(third.status(), 503);
        drop(second);
    }
    let Ok(first) = soon(first).await;
    assert_eq!(first.status(), 200);
}

#[tokio::test]
async fn fresh_requests_share_nothing_and_are_bounded() {
    let (worker, gate) = gated();
    let service = HttpService::new(worker.fresh_per_call().entrypoint());
    let answers = [text(&service, get("/")).await, text(&service, get("/")).await];
    assert!(answers.iter().all(|answer| answer.ends_with(" 1")), "{answers:?}");
    let service = service.sandboxes(1).queue(0);
    let mut first = service.clone().call(get("/wait"));
    assert!(is_pending(&mut first).await);
    let Ok(refused) = soon(service.clone().call(get("/"))).await;
    assert_eq!(
        (refused.status().as_u16(), refused.headers()["retry-after"].as_bytes()),
        (503, &b"1"[..])
    );
    gate.add_permits(1);
    let Ok(response) = soon(first).await;
    assert_eq!(response.status(), 200);
    assert!(text(&service, get("/")).await.ends_with(" 1"));
}
