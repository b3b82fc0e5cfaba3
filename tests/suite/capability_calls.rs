//! Pending calls of capabilities: concurrent, cancelled and left behind.

use std::sync::Arc;

use isolet::Outcome;
use tokio::sync::{Barrier, mpsc};

use crate::harness::{Case, call, soon};

/// Answers when the expected number of calls has arrived.
struct Meeting(Barrier);

#[isolet::capability]
impl Meeting {
    pub async fn arrive(&self) -> bool {
        self.0.wait().await.is_leader()
    }
}

#[tokio::test]
async fn calls_made_together_run_together() {
    // If the calls ran one after another, none of them would return.
    let leaders =
        "const all = await Promise.all(Array.from({ length: 100 }, () => env.MEETING.arrive()));
                   return [all.length, all.filter(Boolean).length]";
    let run = Case::body(leaders).env("MEETING", Meeting(Barrier::new(100))).run().await;
    assert_eq!(run.0.usage.capability_calls, 100);
    let _ = run.expect_ok([100, 1]);
}

#[tokio::test]
async fn calls_of_two_invocations_run_together() {
    let worker =
        Case::body("return env.MEETING.arrive()").env("MEETING", Meeting(Barrier::new(2))).worker();
    let (first, second) = tokio::join!(call(&worker, 1), call(&worker, 2));
    assert_ne!(first.json(), second.json());
}

#[tokio::test]
async fn calls_of_two_workers_meet_in_one_object() {
    let meeting = Arc::new(Meeting(Barrier::new(2)));
    let make =
        || Case::body("return env.MEETING.arrive()").env("MEETING", Arc::clone(&meeting)).run();
    let (first, second) = tokio::join!(make(), make());
    assert_ne!(first.json(), second.json());
}

/// Reports when a call begins and when it is dropped. `fall` never answers.
struct Pit {
    events: mpsc::UnboundedSender<&'static str>,
}

struct Dropped(mpsc::UnboundedSender<&'static str>);

impl Drop for Dropped {
    fn drop(&mut self) {
        let _ = self.0.send("dropped");
    }
}

#[isolet::capability]
impl Pit {
    pub async fn fall(&self) {
        let _guard = Dropped(self.events.clone());
        let _ = self.events.send("begun");
        std::future::pending::<()>().await;
    }

    pub async fn note(&self) {
        let _ = self.events.send("noted");
    }
}

fn pit() -> (Pit, mpsc::UnboundedReceiver<&'static str>) {
    let (events, seen) = mpsc::unbounded_channel();
    (Pit { events }, seen)
}

const FALLER: &str = "
    let calls = 0;
    export default {
        async run(kind, env) {
            calls++;
            if (kind === 'fall') {
                try { await env.PIT.fall() } finally { calls += 100 }
            }
            if (kind === 'two') await Promise.all([env.PIT.fall(), env.PIT.fall()]);
            if (kind === 'forget') env.PIT.note();
            if (kind === 'leave') env.PIT.fall();
            return calls;
        }
    }";

#[tokio::test]
async fn dropping_a_call_cancels_its_capability_calls_and_keeps_the_sandbox() {
    let (pit, mut seen) = pit();
    let worker = Case::js(FALLER).env("PIT", pit).worker();
    let mut falling = worker.entrypoint().call::<u32>("run", ("two",));
    tokio::select! {
        biased;
        answer = &mut falling => panic!("{answer:?}"),
        () = async {
            assert_eq!(soon(seen.recv()).await, Some("begun"));
            assert_eq!(soon(seen.recv()).await, Some("begun"));
        } => {}
    }
    drop(falling);
    assert_eq!(soon(seen.recv()).await, Some("dropped"));
    assert_eq!(soon(seen.recv()).await, Some("dropped"));
    // The heap is the same, and the `finally` of the cancelled calls never runs.
    let _ = call(&worker, "count").await.expect_ok(2);
    let _ = call(&worker, "count").await.expect_ok(3);
}

#[tokio::test]
async fn dropping_one_call_leaves_the_others_alone() {
    let (pit, mut seen) = pit();
    let worker = Case::js(
        "export default {
            async run(kind, env) { return kind === 'fall' ? env.PIT.fall() : env.MEETING.arrive() }
         }",
    )
    .env("PIT", pit)
    .env("MEETING", Meeting(Barrier::new(2)))
    .worker();
    let waiting = {
        let worker = worker.clone();
        tokio::spawn(async move { call(&worker, "meet").await })
    };
    let falling = {
        let worker = worker.clone();
        tokio::spawn(async move { call(&worker, "fall").await })
    };
    assert_eq!(soon(seen.recv()).await, Some("begun"));
    falling.abort();
    assert_eq!(soon(seen.recv()).await, Some("dropped"));
    let last = call(&worker, "meet").await;
    let first = soon(waiting).await.expect("no panic");
    assert_ne!(first.json(), last.json());
}

#[tokio::test]
async fn dropping_a_fresh_call_drops_its_sandbox() {
    let (pit, mut seen) = pit();
    let worker = Case::js(FALLER).env("PIT", pit).fresh().worker();
    assert!(soon(worker.prepare()).await.expect("an image"));
    let mut falling = worker.entrypoint().call::<u32>("run", ("fall",));
    tokio::select! {
        biased;
        answer = &mut falling => panic!("{answer:?}"),
        event = seen.recv() => assert_eq!(event, Some("begun")),
    }
    drop(falling);
    assert_eq!(soon(seen.recv()).await, Some("dropped"));
    let _ = call(&worker, "count").await.expect_ok(1);
}

#[tokio::test]
async fn a_deadline_drops_capability_calls() {
    let (pit, mut seen) = pit();
    let worker = Case::js(FALLER)
        .env("PIT", pit)
        .limits(|limits| limits.wall(std::time::Duration::from_millis(200)))
        .worker();
    let late = call(&worker, "fall").await.expect_outcome(Outcome::ExceededWallTime);
    assert_eq!(late.0.usage.capability_calls, 1);
    assert_eq!(soon(seen.recv()).await, Some("begun"));
    assert_eq!(soon(seen.recv()).await, Some("dropped"));
    let _ = call(&worker, "count").await.expect_ok(2);
}

#[tokio::test]
async fn a_call_that_nobody_awaits_still_happens() {
    for fresh in [false, true] {
        let (pit, mut seen) = pit();
        let case = Case::js(FALLER).env("PIT", pit).arg("forget");
        let run = if fresh { case.fresh().run().await } else { case.run().await };
        let _ = run.expect_ok(1);
        assert_eq!(soon(seen.recv()).await, Some("noted"));
    }
}

#[tokio::test]
async fn a_call_that_nobody_awaits_ends_when_the_worker_does_or_at_its_deadline() {
    let (pit, mut seen) = pit();
    let worker = Case::js(FALLER)
        .env("PIT", pit)
        .limits(|limits| limits.wall(std::time::Duration::from_millis(300)))
        .worker();
    let _ = call(&worker, "leave").await.expect_ok(1);
    assert_eq!(soon(seen.recv()).await, Some("begun"));
    let _ = call(&worker, "count").await.expect_ok(2);
    assert_eq!(soon(seen.recv()).await, Some("dropped"));
    let _ = call(&worker, "count").await.expect_ok(3);
}

#[tokio::test]
async fn a_rejection_that_nobody_handles_is_logged_and_no_more() {
    let (pit, _seen) = pit();
    let run = Case::body("env.PIT.missing(); await env.PIT.note(); await env.PIT.note(); return 1")
        .env("PIT", pit)
        .run()
        .await
        .expect_ok(1);
    assert_eq!(run.logs().len(), 1, "{:?}", run.logs());
    assert!(run.logs()[0].contains("does not implement"), "{:?}", run.logs());
}
