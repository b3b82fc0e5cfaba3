//! The events that watchers receive of invocations that are over.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::sync::{Arc, Mutex};

use isolet::{LimitKind, Outcome, Stub, TailEvent, Value};
use serde_json::json;
use tokio::sync::mpsc;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Dispatch, Event, Metadata, Subscriber};

use crate::harness::{Case, call, run, soon};

/// Creates a worker, and the list of the events that Rust receives of its invocations.
fn watched(source: &str) -> (Case, Arc<Mutex<Vec<TailEvent>>>) {
    let events = Arc::new(Mutex::new(Vec::new()));
    let sink = Arc::clone(&events);
    let case = Case::js(source)
        .code(|code| code.on_end(move |event| sink.lock().expect("events").push(event.clone())));
    (case, events)
}

/// Keeps the fields of each span of an invocation.
#[derive(Clone, Default)]
struct Spans(Arc<Mutex<Vec<BTreeMap<&'static str, String>>>>);

struct Fields<'a>(&'a mut BTreeMap<&'static str, String>);

impl Visit for Fields<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.0.insert(field.name(), format!("{value:?}"));
    }
}

impl Subscriber for Spans {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target().starts_with("isolet")
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        let mut fields = BTreeMap::new();
        span.record(&mut Fields(&mut fields));
        let mut spans = self.0.lock().expect("spans");
        spans.push(fields);
        Id::from_u64(spans.len() as u64)
    }

    fn record(&self, span: &Id, values: &Record<'_>) {
        let mut spans = self.0.lock().expect("spans");
        let index = usize::try_from(span.into_u64()).expect("an index") - 1;
        values.record(&mut Fields(&mut spans[index]));
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn event(&self, _: &Event<'_>) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

#[tokio::test]
async fn each_invocation_is_a_span() {
    let spans = Spans::default();
    // With only one dispatcher, `tracing` would ask the threads of other tests what it wants.
    let [ours, _other] = [(); 2].map(|()| Dispatch::new(spans.clone()));
    // The guard applies to this thread, which is the only one of the runtime.
    let _guard = tracing::dispatcher::set_default(&ours);
    let child = "export default { run() { throw new Error('no') } }";
    let parent = "const modules = { 'c.js': CHILD };
         const code = { mainModule: 'c.js', modules, compatibilityDate: '2026-03-01' };
         try { await env.LOADER.load(code).getEntrypoint().run() } catch { return 5 }";
    let parent = parent.replace("CHILD", &format!("{child:?}"));
    let report = Case::body(&parent).code(|code| code.loader("LOADER")).run().await.expect_ok(5);

    let spans = spans.0.lock().expect("spans");
    let [outer, inner] = &spans[..] else { panic!("two spans: {spans:?}") };
    let of = |span: &BTreeMap<&'static str, String>, names: [&'static str; 5]| {
        names.map(|name| span.get(name).cloned().unwrap_or_default())
    };
    let named = ["worker", "entrypoint", "method", "outcome", "compatibility_date"];
    assert_eq!(of(outer, named), [r#""main.js""#, r#""default""#, r#"["run"]"#, r#""ok""#, ""]);
    let expected = [r#""c.js""#, r#""default""#, r#"["run"]"#, r#""exception""#, r#""2026-03-01""#];
    assert_eq!(of(inner, named), expected);
    assert_eq!(outer["turns"], report.0.usage.turns.to_string());
    assert_eq!(outer["capability_calls"], report.0.usage.capability_calls.to_string());
    let fuel = |span: &BTreeMap<_, String>| span["fuel"].parse::<u64>().expect("fuel");
    assert!(fuel(outer) == report.fuel() && fuel(inner) > 0);
}

const WORKER: &str = "
    import { WorkerEntrypoint } from 'isolet:workers';
    export default {
        run(arg) { console.warn('one', { a: 1 }); console.log('two'); return arg },
        fail() { throw new RangeError('mine') },
        spin() { for (;;); },
        hang: () => new Promise(() => {}),
    };
    export class Named extends WorkerEntrypoint { hello() { return this.ctx.props } }";

#[tokio::test]
async fn rust_is_told_of_each_invocation_once() {
    let (case, events) = watched(WORKER);
    let worker = case.limits(|limits| limits.fuel(50_000_000)).worker();
    let report = call(&worker, 5).await.expect_ok(5);
    let fuel = report.fuel();
    for method in ["fail", "spin", "hang"] {
        let _ = run(&worker.entrypoint(), Some(method), ()).await;
    }
    let props = Value::from_serialize(&json!({ "who": "me" })).expect("a value");
    let named = worker.named_entrypoint("Named").props(props.clone());
    let _ = run(&named, Some("hello"), ()).await.expect_ok(json!({ "who": "me" }));

    let events = events.lock().expect("events");
    let outcomes: Vec<_> = events.iter().map(|event| event.outcome).collect();
    let expected =
        [Outcome::Ok, Outcome::Exception, Outcome::ExceededCpu, Outcome::Hung, Outcome::Ok];
    assert_eq!(outcomes, expected);
    let [first, failed, limit, hung, named] = &events[..] else { panic!("five events") };
    assert_eq!((first.method.as_str(), first.worker.as_str()), ("run", "main.js"));
    assert_eq!((first.fuel, first.turns), (fuel, 2));
    let logs: Vec<_> = first.logs.iter().map(|log| (&*log.level, log.message.to_json())).collect();
    assert_eq!(logs, [("warn", r#"["one",{"a":1}]"#.to_owned()), ("log", r#"["two"]"#.to_owned())]);
    assert!(first.logs.iter().all(|log| log.timestamp >= first.event_timestamp));
    assert!(first.exceptions.is_empty());
    assert_eq!(failed.exceptions[0].name, "RangeError");
    assert_eq!(failed.exceptions[0].message, "mine");
    assert!(failed.exceptions[0].stack.as_ref().expect("a stack").contains("main.js:5:"));
    assert!(limit.exceptions[0].message.contains("50000000"));
    assert!(hung.exceptions[0].message.contains("hung"));
    assert_eq!(named.entrypoint.as_deref(), Some("Named"));
    assert_eq!(named.props, Some(props));
}

/// Sends the events that it receives to the test.
struct Inbox(mpsc::UnboundedSender<serde_json::Value>);

#[isolet::capability]
impl Inbox {
    pub fn put(&self, events: serde_json::Value) {
        let _ = self.0.send(events);
    }
}

#[tokio::test]
async fn javascript_watches_the_workers_that_it_loads() {
    let (inbox, mut seen) = mpsc::unbounded_channel();
    let worker = Case::js(
        "import { WorkerEntrypoint } from 'cloudflare:workers';
         let told = 0;
         export class Watcher extends WorkerEntrypoint {
            tail(events) {
                told++;
                return this.env.INBOX.put({ events, told, who: this.ctx.props.who });
            }
         }
         export default { async run(_, env, ctx) {
            const child = env.LOADER.load({
                mainModule: 'child.js',
                modules: { 'child.js': `export default {
                    hi(name) { console.log('hi', name); return name },
                    no() { throw new TypeError('no') },
                }` },
                tails: [ctx.exports.Watcher({ props: { who: 'me' } })],
            }).getEntrypoint();
            const answer = await child.hi('you');
            await child.no().catch(() => {});
            return [answer, told];
         } }",
    )
    .code(|code| code.loader("LOADER"))
    .env("INBOX", Inbox(inbox))
    .worker();
    let _ = call(&worker, ()).await;
    let mut events = Vec::new();
    while events.len() < 2 {
        events.push(soon(seen.recv()).await.expect("an event"));
    }
    let first = &events[0]["events"][0];
    assert_eq!(events[0]["who"], "me");
    assert_eq!(first["outcome"], "ok");
    assert_eq!(first["logs"][0]["level"], "log");
    assert_eq!(first["logs"][0]["message"], json!(["hi", "you"]));
    assert_eq!(first["method"], "hi");
    assert!(first["fuel"].as_u64().expect("fuel") > 0);
    let second = &events[1]["events"][0];
    assert_eq!(second["outcome"], "exception");
    assert_eq!(second["exceptions"][0]["name"], "TypeError");
    // The watcher runs in the sandbox of the worker that loaded it.
    assert_eq!(events[1]["told"], 2);
}

#[tokio::test]
async fn javascript_is_told_of_props_and_times() {
    let (inbox, mut seen) = mpsc::unbounded_channel();
    let worker = Case::js(
        "import { WorkerEntrypoint } from 'cloudflare:workers';
         export class Watcher extends WorkerEntrypoint { tail(events) { return this.env.INBOX.put(events) } }
         export default { async run(_, env, ctx) {
            const source = `import { WorkerEntrypoint } from 'cloudflare:workers';
                export class Named extends WorkerEntrypoint { hello() { console.warn('w'); return 1 } }`;
            const child = env.LOADER.load({ mainModule: 'c.js', modules: { 'c.js': source }, tails: [ctx.exports.Watcher] });
            return child.getEntrypoint('Named', { props: { who: 'me' } }).hello();
         } }",
    )
    .code(|code| code.loader("LOADER"))
    .env("INBOX", Inbox(inbox))
    .worker();
    let _ = call(&worker, ()).await.expect_ok(1);
    let events = soon(seen.recv()).await.expect("events");
    assert_eq!(events.as_array().map(Vec::len), Some(1), "{events}");
    let event = &events[0];
    assert_eq!((&event["worker"], &event["entrypoint"]), (&json!("c.js"), &json!("Named")));
    assert_eq!((&event["method"], &event["props"]), (&json!("hello"), &json!({ "who": "me" })));
    let number = |value: &serde_json::Value| value.as_u64().unwrap_or_else(|| panic!("{events}"));
    assert!(number(&event["eventTimestamp"]) > 0);
    assert!(number(&event["logs"][0]["timestamp"]) >= number(&event["eventTimestamp"]));
    assert_eq!(number(&event["cpuTime"]), number(&event["fuel"]) / 14_000_000);
    assert!(number(&event["turns"]) > 0 && event["wallTime"].is_u64());
    assert_eq!((number(&event["capabilityCalls"]), &event["exceptions"]), (0, &json!([])));
}

/// Receives events as a worker's `tail` does.
struct Watcher(mpsc::UnboundedSender<serde_json::Value>);

#[isolet::capability]
impl Watcher {
    pub fn tail(&self, events: serde_json::Value) {
        let _ = self.0.send(events);
    }
}

#[tokio::test]
async fn a_stub_that_rust_gives_is_told_of_each_invocation() {
    let (told, mut seen) = mpsc::unbounded_channel();
    let worker = Case::js(WORKER).code(|code| code.tail(Stub::new(Watcher(told)))).worker();
    let _ = call(&worker, 5).await.expect_ok(5);
    let ended = soon(seen.recv()).await.expect("events");
    assert_eq!((&ended[0]["outcome"], &ended[0]["method"]), (&json!("ok"), &json!("run")));
    assert_eq!(ended[0]["logs"][0]["message"], json!(["one", { "a": 1 }]));
    let _ =
        run(&worker.entrypoint(), Some("fail"), ()).await.expect_exception("RangeError", "mine");
    let failed = soon(seen.recv()).await.expect("events");
    assert_eq!(failed[0]["outcome"], "exception");
    assert_eq!(failed[0]["exceptions"][0]["message"], "mine");
}

#[tokio::test]
async fn several_tails_are_told_and_one_that_fails_takes_nothing_from_the_others() {
    let (inbox, mut seen) = mpsc::unbounded_channel();
    let watcher = Case::js("export default { tail(events, env) { return env.INBOX.put(events) } }")
        .env("INBOX", Inbox(inbox))
        .worker();
    let broken = Case::js("export default { tail() { throw new Error('broken') } }").worker();
    let worker = Case::js(WORKER)
        .code(|code| {
            let tail = watcher.entrypoint().stub();
            code.tail(broken.entrypoint().stub()).tail(tail.clone()).tail(tail)
        })
        .worker();
    let _ = call(&worker, 5).await.expect_ok(5);
    for _ in 0..2 {
        let events = soon(seen.recv()).await.expect("events");
        assert_eq!((&events[0]["outcome"], &events[0]["method"]), (&json!("ok"), &json!("run")));
    }
}

/// Returns the messages of the lines that `body` writes, as JSON, and the texts of the lines.
async fn messages(body: &str) -> (Vec<String>, Vec<String>) {
    let (case, events) = watched(&format!("export default {{ run() {{ {body} }} }}"));
    let run = case.run().await.expect_undefined();
    let lines = run.logs().into_iter().map(str::to_owned).collect();
    let events = events.lock().expect("events");
    (events[0].logs.iter().map(|log| log.message.to_json()).collect(), lines)
}

#[tokio::test]
async fn a_line_has_its_arguments_as_values() {
    let (seen, lines) = messages(
        "console.log('%s is', 1, true, null, undefined, 2n, [1, { a: 'x' }]);
         const o = { n: 1 }; console.info(o, o); o.n = 2;
         console.debug(new Map([['k', new Date(0)]]));
         console.error(new RangeError('mine'));
         console.log();",
    )
    .await;
    assert_eq!(
        seen,
        [
            r#"["%s is",1,true,null,null,"2",[1,{"a":"x"}]]"#,
            r#"[{"n":1},{"n":1}]"#,
            r#"[{"k":"1970-01-01T00:00:00.000Z"}]"#,
            r#"[{"name":"RangeError","message":"mine"}]"#,
            "[]",
        ]
    );
    // The text that people read is as before.
    assert_eq!(lines[0], "1 is true null undefined 2n [ 1, { a: 'x' } ]");
}

#[tokio::test]
async fn what_cannot_be_cloned_is_there_as_its_text() {
    let (seen, _) = messages(
        "class Foo { x = 1 }
         const thrower = { get x() { throw new Error('no') } };
         console.log('a', function f() {}, new Foo(), Symbol('s'), { deep: () => {} }, [1]);
         console.log(thrower, 2);
         console.count(); console.table([[1]]); console.dir({ a: 1 });",
    )
    .await;
    assert_eq!(
        seen[0],
        r#"["a","[Function: f]","Foo { x: 1 }","Symbol(s)","{ deep: [Function: deep] }",[1]]"#
    );
    assert!(seen[1].ends_with(",2]"), "{}", seen[1]);
    assert_eq!(seen[2], r#"["default: 1"]"#);
    assert!(seen[3].starts_with("[\"┌"), "{}", seen[3]);
    assert_eq!(seen[4], r#"["{ a: 1 }"]"#);
}

#[tokio::test]
async fn arguments_that_are_too_large_are_the_line_itself() {
    let bytes = |count: usize| format!("console.log(new Uint8Array({count}), 1)");
    let (seen, lines) = messages(&bytes(60_000)).await;
    assert!(seen[0].ends_with("],1]") || seen[0].ends_with(",1]"), "{}", seen[0].len());
    assert_ne!(seen[0], serde_json::to_string(&lines).expect("JSON"));
    let (seen, lines) = messages(&bytes(70_000)).await;
    assert_eq!(seen[0], serde_json::to_string(&lines).expect("JSON"));
}

#[tokio::test]
async fn kept_arguments_count_as_log() {
    let lines = |bytes: u32| {
        format!("export default {{ run() {{ console.log(new Uint8Array({bytes})) }} }}")
    };
    let limited = |case: Case| case.limits(|limits| limits.log_bytes(10_000));
    let (case, _) = watched(&lines(5_000));
    let _ = limited(case).run().await.expect_undefined();
    let (case, _) = watched(&lines(10_000));
    let _ = limited(case).run().await.expect_limit(LimitKind::Log);
    // If nobody watches, only the text counts.
    let run = limited(Case::js(lines(10_000))).run().await.expect_undefined();
    assert_eq!(run.lines()[0].arguments, None);
}

#[tokio::test]
async fn a_fresh_sandbox_has_its_arguments_too() {
    let (case, events) = watched("export default { run(arg) { console.log('it', { arg }) } }");
    let worker = case.fresh().worker();
    for n in 0..2 {
        let _ = call(&worker, n).await.expect_undefined();
    }
    let events = events.lock().expect("events");
    let seen: Vec<_> = events.iter().map(|event| event.logs[0].message.to_json()).collect();
    assert_eq!(seen, [r#"["it",{"arg":0}]"#, r#"["it",{"arg":1}]"#]);
}

#[tokio::test]
async fn what_nothing_handles_is_an_exception_of_its_invocation() {
    let (case, events) = watched(
        "export default { async run(_, env, ctx) {
            Promise.reject(new RangeError('lost')); Promise.reject('text'); ctx.waitUntil(Promise.reject(new TypeError('later')));
            setTimeout(() => { throw new SyntaxError('in a timer') }, 1); await scheduler.wait(5);
            addEventListener('unhandledrejection', (event) => event.preventDefault());
            Promise.reject(new Error('taken care of'));
            throw new EvalError('the end');
        } }",
    );
    let run = case.run().await;
    assert_eq!(run.error().to_string().lines().next(), Some("EvalError: the end"));
    let events = events.lock().expect("events");
    let named = events[0].exceptions.iter().map(|it| (it.name.as_str(), it.message.as_str()));
    let expected = [
        ("TypeError", "later"),
        ("RangeError", "lost"),
        ("Uncaught", "\"text\""),
        ("SyntaxError", "in a timer"),
        ("EvalError", "the end"),
    ];
    assert_eq!(named.collect::<Vec<_>>(), expected);
    assert!(events[0].exceptions[1].stack.as_ref().expect("a stack").contains("main.js:2:"));
    assert_eq!(events[0].logs.len(), 4);
}

#[tokio::test]
async fn what_a_disposer_throws_is_logged_within_a_limit() {
    let lines = Arc::new(Mutex::new(Vec::new()));
    let sink = Arc::clone(&lines);
    let worker = crate::family::lone(
        "class Thing extends RpcTarget { [Symbol.dispose]() { throw new RangeError('not disposed of') } }
         export default { make(n) { return Array.from({ length: n }, () => new Thing()) }, run: () => 1 };",
    )
    .limits(|limits| limits.log_bytes(1_000))
    .code(|code| {
        code.on_log(move |line| sink.lock().expect("lines").push(line.message.clone()))
    })
    .worker();
    let stubs: Vec<Stub> = soon(worker.entrypoint().call("make", (30,))).await.expect("stubs");
    drop(stubs);
    let _ = soon(worker.stats()).await;
    let _: u32 = soon(worker.entrypoint().call("run", ())).await.expect("it goes on");
    let lines = lines.lock().expect("lines");
    assert!(lines[0].starts_with("Uncaught RangeError: not disposed of"), "{lines:?}");
    assert!((2..15).contains(&lines.len()), "{lines:?}");
}
