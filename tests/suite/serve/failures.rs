//! Requests that the worker does not answer, and clients that leave.

use http::{Response, StatusCode};
use http_body_util::BodyExt;
use isolet::{HttpService, ResponseBody, ServeError};
use tower_service::Service;

use super::{get, module, service};
use crate::harness::{fresh_engine, soon};

async fn failure(service: &HttpService) -> (StatusCode, String, ServeError) {
    let Ok(response): Result<Response<ResponseBody>, _> =
        soon(service.clone().call(get("/"))).await;
    let error = response.extensions().get::<ServeError>().cloned().expect("a reason");
    let status = response.status();
    let body = soon(response.into_body().collect()).await.expect("a body").to_bytes();
    (status, String::from_utf8(body.to_vec()).expect("text"), error)
}

#[tokio::test]
async fn nothing_of_the_inside_is_told() {
    for (body, status, reason, told) in [
        ("throw new Error('secret')", 500, "exception", "secret"),
        ("await new Promise(() => {})", 500, "hung", "hung"),
        ("for (;;);", 503, "exceededCpu", "fuel"),
        (
            "const all = []; for (;;) all.push(new Uint8Array(1 << 20))",
            503,
            "exceededMemory",
            "memory",
        ),
        ("return new Response('x'.repeat(1 << 17))", 503, "exceededOutput", "output"),
    ] {
        let source = format!("export default {{ async fetch(request) {{ {body} }} }}");
        let case = module(&source)
            .limits(|limits| limits.fuel(100_000_000).memory_bytes(24 << 20).output_bytes(1 << 16));
        let (found, text, error) = failure(&HttpService::new(case.worker().entrypoint())).await;
        assert_eq!((found.as_u16(), error.reason()), (status, reason), "{body}: {error}");
        assert!(!text.contains("secret") && text.len() < 40, "{text}");
        assert!(error.to_string().contains(told), "{error}");
    }
}

#[tokio::test]
async fn code_that_does_not_load_is_an_error_of_the_server() {
    let service = HttpService::new(module("import './nowhere.js'").worker().entrypoint());
    let (status, _, error) = failure(&service).await;
    assert_eq!((status.as_u16(), error.reason()), (500, "loadFailed"));
    let none = HttpService::new(module("export default {}").worker().entrypoint());
    let (status, _, error) = failure(&none).await;
    assert_eq!((status.as_u16(), error.reason()), (500, "exception"));
    assert!(error.to_string().contains("fetch"), "{error}");
}

/// A sandbox that was stopped is replaced.
#[tokio::test]
async fn the_request_after_a_limit_is_answered() {
    let case = module("export default { fetch(request) { if (request.url.endsWith('/')) for (;;); return new Response('fine') } }")
        .limits(|limits| limits.fuel(50_000_000));
    let service = HttpService::new(case.worker().entrypoint()).sandboxes(2);
    for _ in 0..4 {
        assert_eq!(failure(&service).await.0, 503);
        assert_eq!(super::text(&service, get("/x")).await, "fine");
    }
}

/// The future of a request is dropped, as hyper does when its client leaves.
#[tokio::test]
async fn a_request_whose_client_left_is_cancelled() {
    let engine = fresh_engine();
    let source = "export default { async fetch(request, env, ctx) {
        console.log('begun'); await new Promise((go) => setTimeout(go, 1e8)); } }";
    let (begun, mut has_begun) = tokio::sync::mpsc::unbounded_channel();
    let case = module(source).engine(&engine).code(|code| {
        code.on_log(move |_| {
            let _ = begun.send(());
        })
    });
    let worker = case.worker();
    let service = HttpService::new(worker.fresh_per_call().entrypoint());
    let call = tokio::spawn(service.clone().call(get("/")));
    soon(has_begun.recv()).await.expect("a call");
    assert_eq!(engine.stats().sandboxes, 1);
    call.abort();
    soon(async {
        while engine.stats().sandboxes > 0 {
            tokio::task::yield_now().await;
        }
    })
    .await;
}

/// A promise that was passed to `waitUntil` goes on when the response has ended and the service is gone.
#[tokio::test]
async fn wait_until_goes_on_without_the_client() {
    let source = "export default { fetch(request, env, ctx) {
        ctx.waitUntil((async () => { await new Promise((go) => setTimeout(go, 20)); console.log('done') })());
        return new Response('early') } }";
    for fresh in [false, true] {
        let engine = fresh_engine();
        let (done, mut is_done) = tokio::sync::mpsc::unbounded_channel();
        let case = module(source).engine(&engine).code(|code| {
            code.on_log(move |line| {
                let _ = done.send(line.message.clone());
            })
        });
        let worker = case.worker();
        let worker = if fresh { worker.fresh_per_call() } else { worker };
        let service = HttpService::new(worker.entrypoint());
        assert_eq!(super::text(&service, get("/")).await, "early");
        drop((service, worker));
        assert_eq!(soon(is_done.recv()).await.as_deref(), Some("done"));
        soon(async {
            while engine.stats().sandboxes > 0 {
                tokio::task::yield_now().await;
            }
        })
        .await;
    }
}

#[tokio::test]
async fn a_stream_that_fails_cuts_the_response() {
    let service = service("let n = 0; return new Response(new ReadableStream({ pull(c) {
        if (n++) throw new RangeError('broken'); c.enqueue(new Uint8Array(3)) } }, { highWaterMark: 0 }))");
    let Ok(response) = soon(service.clone().call(get("/"))).await;
    assert_eq!(response.status(), 200);
    let error = soon(response.into_body().collect()).await.expect_err("an error");
    assert!(error.to_string().contains("broken"), "{error}");
}
