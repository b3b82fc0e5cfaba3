//! What watchers are told of each invocation that is over.

use std::sync::{Arc, Mutex};

use isolet::{Outcome, TailEvent, Value};
use serde_json::json;
use tokio::sync::mpsc;

use crate::harness::{Case, call, run, soon};

/// A worker whose invocations Rust is told of.
fn watched(source: &str) -> (Case, Arc<Mutex<Vec<TailEvent>>>) {
    let events = Arc::new(Mutex::new(Vec::new()));
    let sink = Arc::clone(&events);
    let case = Case::js(source)
        .code(|code| code.on_end(move |event| sink.lock().expect("events").push(event.clone())));
    (case, events)
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
    let logs: Vec<_> = first.logs.iter().map(|log| (&*log.level, &*log.message[0])).collect();
    assert_eq!(logs, [("warn", "one { a: 1 }"), ("log", "two")]);
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

/// Hands over what it is told.
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
    assert_eq!(first["logs"][0]["message"], json!(["hi you"]));
    assert_eq!(first["method"], "hi");
    assert!(first["fuel"].as_u64().expect("fuel") > 0);
    let second = &events[1]["events"][0];
    assert_eq!(second["outcome"], "exception");
    assert_eq!(second["exceptions"][0]["name"], "TypeError");
    // In the sandbox of the one that loaded it.
    assert_eq!(events[1]["told"], 2);
}
