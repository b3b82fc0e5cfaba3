//! `request.signal`, which tells a handler that its client has left.

use http_body_util::BodyExt;
use isolet::{HttpService, Worker};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tower_service::Service;

use super::{get, module, text};
use crate::harness::{fresh_engine, soon};

/// Handlers that log what their signal does.
const PROGRAM: &str = "
    const wait = (ms) => new Promise((go) => setTimeout(go, ms));
    const left = (signal) => new Promise((go) => signal.addEventListener('abort', () => {
        const { name, message } = signal.reason;
        console.log(signal.reason instanceof DOMException ? `${name}: ${message}` : 'no DOMException');
        go();
    }));
    let last;
    export default { async fetch(request, env, ctx) {
        const { signal } = request;
        switch (new URL(request.url).pathname) {
            case '/ends':
                console.log('begun');
                await Promise.race([left(signal), wait(1e8)]);
                ctx.waitUntil(wait(5).then(() => console.log('waited')));
                return new Response('nobody reads it');
            case '/stays':
                left(signal);
                console.log('begun');
                await wait(1e8);
                return;
            case '/stream':
                left(signal);
                return new Response(new ReadableStream({
                    pull: (c) => c.enqueue(new Uint8Array(10)),
                    cancel: () => console.log('cancelled'),
                }, { highWaterMark: 0 }));
            case '/finite':
                last = signal;
                return new Response(new Blob(['x'.repeat(1e5)]).stream());
            case '/last': return new Response(String(last.aborted));
            case '/only': return left(signal);
            case '/calls':
                last = signal;
                await env.HOST.answer();
                return new Response(await env.HOST.answer());
            case '/call':
                last = signal;
                return new Response(await env.HOST.answer());
        }
        last = signal;
        return new Response(String(signal.aborted));
    } }";

struct Host;

#[isolet::capability]
impl Host {
    /// Answers.
    pub async fn answer(&self) -> &'static str {
        "answer"
    }
}

/// Returns the worker, and what it logs. It may make one call of a capability, and one at a time.
fn logged() -> (Worker, UnboundedReceiver<String>) {
    let (sender, lines) = unbounded_channel();
    let case = module(PROGRAM).engine(&fresh_engine()).env("HOST", Host).code(|code| {
        code.on_log(move |line| {
            let _ = sender.send(line.message.clone());
        })
    });
    let case = case.limits(|limits| limits.concurrency(1).capability_calls(1));
    (case.worker(), lines)
}

async fn next(lines: &mut UnboundedReceiver<String>) -> String {
    soon(lines.recv()).await.expect("a line")
}

const LEFT: &str = "AbortError: The client has disconnected.";

#[tokio::test]
async fn a_handler_sees_its_client_leave_and_may_end() {
    for fresh in [false, true] {
        let (worker, mut lines) = logged();
        let worker = if fresh { worker.fresh_per_call() } else { worker };
        let service = HttpService::new(worker.entrypoint());
        let call = tokio::spawn(service.clone().call(get("/ends")));
        assert_eq!(next(&mut lines).await, "begun");
        call.abort();
        assert_eq!(next(&mut lines).await, LEFT);
        assert_eq!(next(&mut lines).await, "waited");
    }
}

#[tokio::test]
async fn a_handler_that_does_not_end_is_cancelled() {
    let engine = fresh_engine();
    let (sender, mut lines) = unbounded_channel();
    let case = module(PROGRAM).engine(&engine).code(|code| {
        code.on_log(move |line| {
            let _ = sender.send(line.message.clone());
        })
    });
    let worker = case.worker();
    let service = HttpService::new(worker.fresh_per_call().entrypoint());
    let call = tokio::spawn(service.clone().call(get("/stays")));
    assert_eq!(next(&mut lines).await, "begun");
    call.abort();
    assert_eq!(next(&mut lines).await, LEFT);
    soon(async {
        while engine.stats().sandboxes > 0 {
            tokio::task::yield_now().await;
        }
    })
    .await;
}

#[tokio::test]
async fn a_stream_is_cancelled_after_its_signal_is_aborted() {
    let (worker, mut lines) = logged();
    let service = HttpService::new(worker.entrypoint());
    let Ok(response) = soon(service.clone().call(get("/stream"))).await;
    let mut body = response.into_body();
    soon(body.frame()).await.expect("a frame").expect("bytes");
    drop(body);
    assert_eq!(next(&mut lines).await, LEFT);
    assert_eq!(next(&mut lines).await, "cancelled");
}

#[tokio::test]
async fn a_response_that_has_ended_aborts_nothing() {
    let (worker, mut lines) = logged();
    let service = HttpService::new(worker.entrypoint());
    assert_eq!(text(&service, get("/")).await, "false");
    assert_eq!(text(&service, get("/last")).await, "false");
    assert_eq!(text(&service, get("/finite")).await.len(), 100_000);
    assert_eq!(text(&service, get("/last")).await, "false");
    drop((service, worker));
    assert_eq!(soon(lines.recv()).await, None);
}

/// The signal is none of the calls that the handler may make, in all and at a time.
#[tokio::test]
async fn the_signal_is_no_call_of_the_handler() {
    let (worker, _lines) = logged();
    let service = HttpService::new(worker.entrypoint());
    assert_eq!(text(&service, get("/call")).await, "answer");
    assert_eq!(text(&service, get("/last")).await, "false");
    let Ok(response) = soon(service.clone().call(get("/calls"))).await;
    let error = response.extensions().get::<isolet::ServeError>().expect("a reason");
    assert_eq!((response.status().as_u16(), error.reason()), (503, "exceededCalls"));
}

#[tokio::test]
async fn a_handler_that_waits_for_its_signal_alone_is_hung() {
    let (worker, _lines) = logged();
    let service = HttpService::new(worker.entrypoint());
    let Ok(response) = soon(service.clone().call(get("/only"))).await;
    let error = response.extensions().get::<isolet::ServeError>().expect("a reason");
    assert_eq!((response.status().as_u16(), error.reason()), (500, "hung"));
}
