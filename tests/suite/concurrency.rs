//! The limit on the concurrent calls of an invocation. Further calls wait in their order, and none
//! fails because of it.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use isolet::LimitKind;
use serde_json::json;
use tokio::sync::{Barrier, mpsc};

use crate::family::family;
use crate::harness::{Case, call, run, soon, torture};

/// Counts its concurrent visitors.
#[derive(Default)]
struct Room {
    inside: AtomicU32,
    most: AtomicU32,
    came: Mutex<Vec<u32>>,
}

#[isolet::capability]
impl Room {
    /// Comes back after others had every chance to come in.
    pub async fn visit(&self, who: u32) -> u32 {
        self.came.lock().expect("visitors").push(who);
        let inside = self.inside.fetch_add(1, Ordering::SeqCst) + 1;
        self.most.fetch_max(inside, Ordering::SeqCst);
        for _ in 0..=who % 3 {
            tokio::task::yield_now().await;
        }
        self.inside.fetch_sub(1, Ordering::SeqCst);
        who
    }
}

impl Room {
    fn most(&self) -> u32 {
        self.most.load(Ordering::SeqCst)
    }

    fn came(&self) -> Vec<u32> {
        self.came.lock().expect("visitors").clone()
    }
}

const VISITS: &str = "const visits = Array.from({ length: 20 }, (_, who) => env.ROOM.visit(who));
    return (await Promise.all(visits)).length";

#[tokio::test]
async fn no_more_are_under_way_than_the_limit_says() {
    for (limit, most) in [(1, 1), (3, 3), (20, 20), (1_000, 20)] {
        let room = Arc::new(Room::default());
        let case = Case::body(VISITS).env("ROOM", Arc::clone(&room));
        let run = case.limits(|limits| limits.concurrency(limit)).run().await.expect_ok(20);
        assert_eq!(run.0.usage.capability_calls, 20);
        assert_eq!(room.most(), most, "of {limit}");
        assert_eq!(room.came(), (0..20).collect::<Vec<_>>());
    }
}

#[tokio::test]
async fn each_invocation_has_the_limit_for_itself() {
    let room = Arc::new(Room::default());
    let case = Case::body(VISITS).env("ROOM", Arc::clone(&room));
    let worker = case.limits(|limits| limits.concurrency(2)).worker();
    let _ = call(&worker, ()).await.expect_ok(20);
    assert_eq!(room.most(), 2);
    let (one, two) = tokio::join!(call(&worker, ()), call(&worker, ()));
    let (_, _) = (one.expect_ok(20), two.expect_ok(20));
    assert_eq!(room.most(), 4);
}

/// Answers when the expected number of calls has arrived.
struct Meeting(Barrier);

#[isolet::capability]
impl Meeting {
    pub async fn arrive(&self) -> u32 {
        self.0.wait().await;
        1
    }
}

#[tokio::test]
async fn calls_that_need_one_another_come_back_if_they_fit() {
    let meet = |limit| {
        Case::body(
            "const all = Array.from({ length: 3 }, () => env.MEETING.arrive());
             return (await Promise.all(all)).length",
        )
        .env("MEETING", Meeting(Barrier::new(3)))
        .limits(move |limits| limits.concurrency(limit))
    };
    let _ = meet(3).run().await.expect_ok(3);
    let late = meet(2).limits(|limits| limits.concurrency(2).wall(Duration::from_millis(100)));
    let _ = late.run().await.expect_limit(LimitKind::Wall);
}

/// The cancellation does not wait for the pending read, because it ends that read.
#[tokio::test]
async fn a_stream_is_cancelled_while_its_bytes_are_waited_for() {
    let _ = family(
        "export default { async run(stream) {
            const reader = stream.getReader(), read = reader.read();
            await new Promise((go) => setTimeout(go));
            await reader.cancel(new Error('enough'));
            return (await read).done;
        } }",
        "const told = [];
         const stream = new ReadableStream({ pull() { told.push('asked'); return new Promise(() => {}) }, cancel(reason) { told.push(reason.message) } }, { highWaterMark: 0 });
         return [await child(env, { limits: { concurrency: 1 } }).run(stream), told]",
    )
    .run()
    .await
    .expect_ok(json!([true, ["asked", "enough"]]));
}

/// Never answers, and counts its calls.
#[derive(Default)]
struct Well {
    pulls: AtomicU32,
    cancels: AtomicU32,
}

#[isolet::capability]
impl Well {
    pub async fn pull(&self) {
        self.pulls.fetch_add(1, Ordering::SeqCst);
        std::future::pending::<()>().await;
    }

    pub async fn cancel(&self) {
        self.cancels.fetch_add(1, Ordering::SeqCst);
        std::future::pending::<()>().await;
    }
}

/// An object with methods of these names has at most twice the permitted calls. A `cancel` that
/// does not follow a pending `pull` of the same stub waits like any other call.
#[tokio::test]
async fn what_cancels_nothing_is_bounded() {
    for (order, pulls, cancels) in [
        ("env.WELL.pull(); env.WELL.cancel(); env.WELL.cancel()", 1, 1),
        ("env.WELL.pull(); env.OTHER.pull(); env.OTHER.cancel()", 1, 0),
        ("env.WELL.pull(); env.OTHER.cancel()", 1, 0),
        ("env.WELL.pull(); env.WELL.more(); env.WELL.cancel()", 1, 0),
        ("env.WELL.pull(); env.WELL.cancel(); env.WELL.pull(); env.WELL.cancel()", 1, 1),
    ] {
        let well = Arc::new(Well::default());
        let case = Case::body(&format!("{order}; await new Promise(() => {{}})"));
        let case = case.env("WELL", Arc::clone(&well)).env("OTHER", Arc::clone(&well));
        let limits =
            |limits: isolet::Limits| limits.concurrency(1).wall(Duration::from_millis(100));
        let _ = case.limits(limits).run().await.expect_limit(LimitKind::Wall);
        let seen = (well.pulls.load(Ordering::SeqCst), well.cancels.load(Ordering::SeqCst));
        assert_eq!(seen, (pulls, cancels), "{order}");
    }
}

#[tokio::test]
async fn no_limit_at_all_is_refused() {
    let refused = Case::body("").limits(|limits| limits.concurrency(0)).load();
    let text = refused.expect_err("no worker").to_string();
    assert!(text.contains("concurrency is zero"), "{text}");
    let _ = family(
        "export default {}",
        "return [await caught(() => child(env, { limits: { concurrency: 0 } })),
                 await caught(() => load(env).getEntrypoint(null, { limits: { concurrency: 0.5 } }))]",
    )
    .run()
    .await
    .expect_ok(json!([
        ["TypeError", "\"limits\".concurrency must be at least 1."],
        ["TypeError", "\"limits\".concurrency must be at least 1."]
    ]));
}

#[tokio::test]
async fn the_lower_of_a_childs_limits_holds() {
    for (parents, given, entrypoints, most) in [
        (1_000, "{}", "{}", 20),
        (1_000, "{ concurrency: 5 }", "{}", 5),
        (1_000, "{ concurrency: 5 }", "{ concurrency: 2 }", 2),
        (1_000, "{ concurrency: 2 }", "{ concurrency: 5 }", 2),
        (3, "{ concurrency: 5 }", "{}", 3),
    ] {
        let room = Arc::new(Room::default());
        let _ = family(
            &format!("export default {{ async run(_, env) {{ {VISITS} }} }}"),
            &format!(
                "const worker = load(env, CHILD, {{ env: {{ ROOM: env.ROOM }}, limits: {given} }});
                 return worker.getEntrypoint(null, {{ limits: {entrypoints} }}).run()"
            ),
        )
        .env("ROOM", Arc::clone(&room))
        .limits(|limits| limits.concurrency(parents))
        .run()
        .await
        .expect_ok(20);
        assert_eq!(room.most(), most, "of {parents}, {given} and {entrypoints}");
    }
}

const SERVICE: &str = "
    const seen = [];
    class B extends RpcTarget { c(n) { seen.push(n); return n + 1 } }
    class A extends RpcTarget { get b() { return new B() } }
    export default class extends WorkerEntrypoint {
        async a() { await new Promise((done) => setTimeout(done, 1)); return new A() }
        note(n) { seen.push(n); return n } seen() { return seen } back(f) { return f(1) }
        use(b, n) { return b.c(n) }
    };";

#[tokio::test]
async fn one_at_a_time_is_enough_for_whatever_needs_an_earlier_call() {
    for limit in [1, 2, 1_000] {
        let _ = family(
            SERVICE,
            "const stub = child(env);
             const calls = [stub.a().b.c(10), stub.note(20), stub.use(stub.a().b, 30), stub.a().b.c(40)];
             const back = await stub.back((n) => stub.note(n + 50));
             const own = new RpcStub((n) => n); (await stub.a()).onRpcBroken(() => {});
             return [await Promise.all(calls), back, await own(5), (await stub.seen()).sort()]",
        )
        .limits(|limits| limits.concurrency(limit))
        .run()
        .await
        .expect_ok(json!([[11, 20, 31, 41], 51, 5, [10, 20, 30, 40, 51]]));
    }
}

#[tokio::test]
async fn calls_of_one_stub_arrive_in_their_order() {
    for limit in [1, 2, 7] {
        let _ = family(
            SERVICE,
            "const stub = child(env), calls = [];
             for (let n = 0; n < 30; n++) {
                const call = stub.note(n).then((it) => it % 5 ? it : stub.note(it));
                calls.push(call);
             }
             await Promise.all(calls);
             const seen = await stub.seen(), first = seen.filter((n, at) => seen.indexOf(n) === at);
             return [seen.length, first.join() === Array.from({ length: 30 }, (_, n) => n).join()]",
        )
        .limits(|limits| limits.concurrency(limit))
        .run()
        .await
        .expect_ok(json!([36, true]));
    }
}

/// Reports each call, and answers when the test permits it.
struct Gate {
    told: mpsc::UnboundedSender<u32>,
    open: Arc<tokio::sync::Semaphore>,
}

#[isolet::capability]
impl Gate {
    pub async fn pass(&self, who: u32) {
        let _ = self.told.send(who);
        let _ = self.open.acquire().await.map(tokio::sync::SemaphorePermit::forget);
    }
}

fn gate() -> (Gate, Arc<tokio::sync::Semaphore>, mpsc::UnboundedReceiver<u32>) {
    let (told, heard) = mpsc::unbounded_channel();
    let open = Arc::new(tokio::sync::Semaphore::new(0));
    (Gate { told, open: Arc::clone(&open) }, open, heard)
}

const PASSES: &str = "export default {
    leave(count, env) { for (let who = 0; who < count; who++) env.GATE.pass(who) },
    wait(count, env) { return Promise.all(Array.from({ length: count }, (_, who) => env.GATE.pass(who))) },
    run() { return 'fine' },
};";

#[tokio::test]
async fn what_an_invocation_left_waiting_sets_off_when_it_has_returned() {
    let (gate, open, mut heard) = gate();
    let case = Case::js(PASSES).env("GATE", gate).limits(|limits| limits.concurrency(2));
    let worker = case.worker();
    let _ = run(&worker.entrypoint(), Some("leave"), (6,)).await.expect_undefined();
    let _ = call(&worker, ()).await.expect_ok("fine");
    assert_eq!((soon(heard.recv()).await, soon(heard.recv()).await), (Some(0), Some(1)));
    let _ = call(&worker, ()).await.expect_ok("fine");
    assert!(heard.try_recv().is_err());
    let stats = worker.stats().await;
    assert_eq!((stats.invocations, stats.calls), (0, 6));
    for who in 2..6 {
        open.add_permits(1);
        assert_eq!(soon(heard.recv()).await, Some(who));
    }
}

#[tokio::test]
async fn what_waits_ends_with_its_invocation() {
    let (gate, open, mut heard) = gate();
    let case = Case::js(PASSES).env("GATE", gate).limits(|limits| limits.concurrency(2));
    let worker = case.worker();
    let mut waiting = worker.entrypoint().call::<isolet::Value>("wait", (6,));
    tokio::select! {
        biased;
        answer = &mut waiting => panic!("{answer:?}"),
        () = async {
            assert_eq!((soon(heard.recv()).await, soon(heard.recv()).await), (Some(0), Some(1)));
        } => {}
    }
    drop(waiting);
    open.add_permits(6);
    let _ = call(&worker, ()).await.expect_ok("fine");
    assert!(heard.try_recv().is_err());
    // The next invocation has its whole limit.
    let _ = run(&worker.entrypoint(), Some("wait"), (3,)).await;
    assert_eq!(soon(heard.recv()).await, Some(0));
}

#[tokio::test]
async fn what_waits_counts_as_a_call_and_as_memory() {
    // A call that waits for ever meets a short deadline, and one that does not must not meet any.
    let (short, long) = (Duration::from_millis(500), Duration::from_mins(1));
    for (method, count, kind, wall) in [
        ("many", 100, LimitKind::Wall, short),
        ("many", 101, LimitKind::CapabilityCalls, long),
        ("large", 10, LimitKind::Wall, short),
        ("large", 90, LimitKind::Memory, long),
    ] {
        let (gate, _open, _heard) = gate();
        let worker = Case::js(
            "export default {
                many(count, env) { return Promise.all(Array.from({ length: count }, () => env.GATE.pass(0))) },
                async large(count, env) {
                    const text = 'x'.repeat(1 << 20);
                    return Promise.all(Array.from({ length: count }, () => env.GATE.pass(0, text))) },
                run() { return 'fine' } };",
        )
        .env("GATE", gate)
        .limits(|limits| {
            limits.concurrency(1).capability_calls(100).memory_bytes(64 << 20).wall(wall)
        })
        .worker();
        let _ = run(&worker.entrypoint(), Some(method), (count,)).await.expect_limit(kind);
        let _ = call(&worker, ()).await.expect_ok("fine");
    }
}

#[tokio::test]
async fn thousands_that_are_answered_at_once_take_no_stack() {
    // Each answer takes a turn, and torture mode makes turns slow.
    let count = if torture() { 100 } else { 10_000 };
    let room = Arc::new(Room::default());
    let run = Case::body(
        "const slow = env.ROOM.visit(0), parts = [];
         // Each is two calls, of which the first is not awaited.
         for (let n = 0; n < arg; n++) parts.push(env.ECHO.pair(n).second.then((it) => it));
         const sum = (await Promise.all(parts)).reduce((sum, n) => sum + n, 0);
         return [await slow, sum]",
    )
    .env("ECHO", Echo)
    .env("ROOM", Arc::clone(&room))
    .limits(|limits| limits.concurrency(1).capability_calls(100_000))
    .arg(count)
    .run()
    .await;
    assert_eq!(run.0.usage.capability_calls, 2 * count + 1);
    let _ = run.expect_ok([0, count * (count - 1) / 2]);
}

/// Answers without waiting.
struct Echo;

#[isolet::capability]
impl Echo {
    pub fn pair(&self, n: u32) -> BTreeMap<&'static str, u32> {
        BTreeMap::from([("first", n), ("second", n)])
    }
}
