//! The traces that an ended invocation leaves, and the invocations that an end affects.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use isolet::{Error, LimitKind, Outcome};
use tokio::sync::Semaphore;

use crate::harness::{Case, assert_alive, call, run, soon};

/// Counts its calls. Calls of `pass` return when the test permits it.
struct Gate {
    calls: AtomicUsize,
    open: Semaphore,
}

#[isolet::capability]
impl Gate {
    pub async fn count(&self) {
        self.calls.fetch_add(1, Ordering::Relaxed);
    }

    pub async fn pass(&self) -> u32 {
        self.calls.fetch_add(1, Ordering::Relaxed);
        let _ = self.open.acquire().await;
        7
    }

    pub async fn take(&self, _bytes: isolet::Bytes) {
        let _ = self.open.acquire().await;
    }
}

impl Gate {
    fn new() -> Arc<Self> {
        Arc::new(Self { calls: AtomicUsize::new(0), open: Semaphore::new(0) })
    }

    fn calls(&self) -> usize {
        self.calls.load(Ordering::Relaxed)
    }
}

#[tokio::test]
async fn any_number_of_calls_can_wait_for_loading() {
    let gate = Gate::new();
    let worker = Case::js(
        "import { env } from 'isolet:workers';
         await env.GATE.pass();
         let calls = 0;
         export default { run: () => ++calls };",
    )
    .env("GATE", Arc::clone(&gate))
    .worker();
    let calls: Vec<_> = (0..3_000)
        .map(|_| {
            tokio::spawn({
                let worker = worker.clone();
                async move { call(&worker, ()).await.json() }
            })
        })
        .collect();
    while gate.calls() == 0 {
        tokio::task::yield_now().await;
    }
    gate.open.add_permits(1);
    for answer in calls {
        assert!(soon(answer).await.expect("a call").is_number());
    }
}

#[tokio::test]
async fn code_left_behind_starts_no_calls_and_no_timers() {
    let gate = Gate::new();
    let run = Case::js(
        "export default { run(_, env) {
            queueMicrotask(() => {
                for (let i = 0; i < 1000; i++) env.GATE.count().catch(() => {});
                setInterval(() => { for (;;); }, 1);
            });
            return 1;
        } }",
    )
    .env("GATE", Arc::clone(&gate))
    .limits(|limits| limits.capability_calls(3));
    let worker = run.worker();
    let first = call(&worker, ()).await.expect_ok(1);
    assert_eq!(first.0.usage.capability_calls, 0);
    let _ = call(&worker, ()).await.expect_ok(1);
    assert_eq!(gate.calls(), 0);
}

#[tokio::test]
async fn code_left_behind_is_paid_for_by_who_wakes_it() {
    let gate = Gate::new();
    let worker = Case::js(
        "let wake;
         export default {
            run(n, env) {
                if (n === 1) {
                    new Promise(resolve => { wake = resolve })
                        .then(() => { for (let i = 0; i < 5; i++) env.GATE.count() });
                    return 'slept';
                }
                wake();
                return new Promise(resolve => setTimeout(resolve, 1));
            },
         }",
    )
    .env("GATE", Arc::clone(&gate))
    .limits(|limits| limits.capability_calls(4))
    .worker();
    let _ = call(&worker, 1).await.expect_ok("slept");
    let _ = call(&worker, 2).await.expect_limit(LimitKind::CapabilityCalls);
    assert!(gate.calls() <= 4);
}

#[tokio::test]
async fn a_promise_kept_from_an_ended_call_is_rejected() {
    let gate = Gate::new();
    let worker = Case::js(
        "let kept;
         export default { run(_, env) {
            if (!kept) { kept = env.GATE.pass(); return 'made'; }
            return kept;
         } }",
    )
    .env("GATE", Arc::clone(&gate))
    .worker();
    let _ = call(&worker, ()).await.expect_ok("made");
    let _ = call(&worker, ()).await.expect_exception("Error", "made this call is over");
}

#[tokio::test]
async fn arguments_under_way_count_as_memory() {
    let gate = Gate::new();
    let flood = |count: u32| {
        Case::js(format!(
            "export default {{ async run(_, env) {{
                for (let i = 0; i < {count}; i++) {{
                    env.GATE.take(new Uint8Array(8 << 20));
                    await new Promise(resolve => setTimeout(resolve, 1));
                }}
                return 'sent';
            }} }}"
        ))
        .env("GATE", Arc::clone(&gate))
        .limits(|limits| limits.memory_bytes(64 << 20))
    };
    let _ = flood(7).run().await.expect_ok("sent");
    let limit = flood(9).run().await.expect_limit(LimitKind::Memory);
    assert!(limit.actual > 64 << 20);
    assert_alive().await;
}

#[tokio::test]
async fn a_deadline_concerns_only_its_own_call() {
    let gate = Gate::new();
    let worker = Case::js(
        "export default {
            async spin(_, env) { for (;;) await env.GATE.count(); },
            wait: (_, env) => env.GATE.pass(),
        }",
    )
    .env("GATE", Arc::clone(&gate))
    .limits(|limits| limits.fuel(i64::MAX as u64).capability_calls(u64::MAX))
    .worker();
    let limited = isolet::Limits::default()
        .fuel(i64::MAX as u64)
        .capability_calls(u64::MAX)
        .wall(Duration::from_millis(30));
    let spinning = worker.entrypoint().lower_limits(&limited);
    let waiting = tokio::spawn({
        let entrypoint = worker.entrypoint();
        async move { run(&entrypoint, Some("wait"), ()).await }
    });
    let _ = run(&spinning, Some("spin"), ()).await.expect_limit(LimitKind::Wall);
    gate.open.add_permits(1);
    let _ = soon(waiting).await.expect("a task").expect_ok(7);
}

#[tokio::test]
async fn who_exceeds_a_limit_is_the_one_that_is_ended() {
    let gate = Gate::new();
    let worker = Case::js(
        "let open;
         const opened = new Promise(resolve => { open = resolve });
         export default {
            async greedy(_, env) {
                await opened;
                for (let i = 0; i < 6; i++) await env.GATE.count();
            },
            opener: () => { open(); return 'opened' },
            wait: (_, env) => env.GATE.pass(),
         }",
    )
    .env("GATE", Arc::clone(&gate))
    .limits(|limits| limits.capability_calls(5))
    .worker();
    let spawn = |method: &'static str| {
        let entrypoint = worker.entrypoint();
        tokio::spawn(async move { run(&entrypoint, Some(method), ()).await })
    };
    let (waiting, greedy) = (spawn("wait"), spawn("greedy"));
    while gate.calls() == 0 {
        tokio::task::yield_now().await;
    }
    let _ = run(&worker.entrypoint(), Some("opener"), ()).await.expect_ok("opened");
    let _ = soon(greedy).await.expect("a task").expect_limit(LimitKind::CapabilityCalls);
    gate.open.add_permits(1);
    let _ = soon(waiting).await.expect("a task").expect_ok(7);
}

#[tokio::test]
async fn a_call_that_never_began_says_so() {
    let worker = Case::js(
        "export default {
            ready: () => 1,
            async burn() { await new Promise(resolve => setTimeout(resolve, 1)); for (;;); },
            run: () => 2,
        }",
    )
    .limits(|limits| limits.fuel(2_000_000_000))
    .worker();
    let entrypoint = worker.entrypoint();
    let _ = run(&entrypoint, Some("ready"), ()).await.expect_ok(1);
    let burning = tokio::spawn({
        let entrypoint = entrypoint.clone();
        async move { run(&entrypoint, Some("burn"), ()).await }
    });
    // Calls until a call is in the queue of a sandbox that dies. All other calls are answered.
    soon(async {
        loop {
            let run = call(&worker, ()).await;
            match &run.0.result {
                Ok(_) if burning.is_finished() => break,
                Ok(_) => {}
                Err(Error::NotStarted(cause)) => {
                    assert_eq!(cause.outcome(), Outcome::ExceededCpu);
                    break;
                }
                Err(error) => panic!("{error:?}"),
            }
        }
    })
    .await;
    let _ = soon(burning).await.expect("a task").expect_limit(LimitKind::Fuel);
}

#[tokio::test]
async fn callers_that_gave_up_are_not_called_for() {
    let gate = Gate::new();
    let worker = Case::js(
        "export default {
            run: (_, env) => env.GATE.count(),
            busy() { for (let i = 0; i < 3_000_000; i++); return 'done' },
        }",
    )
    .env("GATE", Arc::clone(&gate))
    .worker();
    let entrypoint = worker.entrypoint();
    let _ = call(&worker, ()).await.expect_undefined();
    let busy = tokio::spawn({
        let entrypoint = entrypoint.clone();
        async move { run(&entrypoint, Some("busy"), ()).await }
    });
    tokio::task::yield_now().await;
    for _ in 0..20 {
        let mut asked = entrypoint.call::<isolet::Value>("run", ());
        // The first poll sends the call, which is then dropped.
        assert!(futures_poll(&mut asked).await.is_none());
    }
    let _ = soon(busy).await.expect("a task").expect_ok("done");
    let _ = call(&worker, ()).await.expect_undefined();
    assert_eq!(gate.calls(), 2);
}

/// Polls once.
async fn futures_poll<F: Future + Unpin>(future: &mut F) -> Option<F::Output> {
    use std::pin::Pin;
    use std::task::Poll;
    std::future::poll_fn(|cx| match Pin::new(&mut *future).poll(cx) {
        Poll::Ready(output) => Poll::Ready(Some(output)),
        Poll::Pending => Poll::Ready(None),
    })
    .await
}

#[tokio::test]
async fn a_buffer_that_grows_while_it_is_cloned() {
    let body = "const b = new ArrayBuffer(8, { maxByteLength: 64 });
        return { a: b, get x() { b.resize(64); return new Uint8Array(b) } }";
    let _ = Case::body(body).run().await.expect_exception("DataCloneError", "grew");
    let _ = Case::body(&body.replace("resize(64)", "resize(4)"))
        .run()
        .await
        .expect_ok(serde_json::json!({ "a": [0, 0, 0, 0, 0, 0, 0, 0], "x": [0, 0, 0, 0] }));
}
