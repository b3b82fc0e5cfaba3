//! Building blocks for the outcomes of a lying guest.

use std::sync::Arc;
use std::time::Duration;

use isolet_wire::Value;
use tokio::sync::Notify;

use crate::engine::bindings::sandbox as wit;
use crate::error::Result;
use crate::limits::Limits;
use crate::rpc::capability::{Answer, Call, Capability};
use crate::rpc::stub::Stub;
use crate::tests::raw_guest::Liar;
use crate::worker_code::WorkerCode;

/// The capabilities that the liar of these tests holds: its loopback, one that never
/// answers, and one that answers at once with its argument.
pub(crate) const OWN: u32 = 0;
pub(crate) const GATE: u32 = 1;
pub(crate) const ECHO: u32 = 2;

pub(crate) fn message(data: &[u8]) -> wit::Message {
    wit::Message { data: data.to_vec(), capabilities: Vec::new() }
}

pub(crate) fn undefined() -> wit::Message {
    message(Value::undefined().as_bytes())
}

/// Returns an array of `count` stubs, each naming the position that `at` returns.
pub(crate) fn stubs(
    count: u32,
    at: impl Fn(u32) -> u32,
    capabilities: Vec<wit::Capability>,
) -> wit::Message {
    let mut data = vec![1, 13];
    leb(&mut data, count);
    for index in 0..count {
        data.push(22);
        leb(&mut data, at(index));
    }
    wit::Message { data, capabilities }
}

/// Returns an array of these capabilities.
pub(crate) fn list(capabilities: Vec<wit::Capability>) -> wit::Message {
    let count = u32::try_from(capabilities.len()).expect("not so many");
    stubs(count, |index| index, capabilities)
}

/// Returns a message that is one stub.
pub(crate) fn stub(capability: wit::Capability) -> wit::Message {
    wit::Message { data: vec![1, 22, 0], capabilities: vec![capability] }
}

fn leb(data: &mut Vec<u8>, mut number: u32) {
    while number >= 0x80 {
        data.push(number.to_le_bytes()[0] | 0x80);
        number >>= 7;
    }
    data.push(number.to_le_bytes()[0]);
}

pub(crate) fn outcome(effects: Vec<wit::Effect>) -> wit::Outcome {
    wit::Outcome { effects, alarm: None }
}

pub(crate) fn settle(invocation: u32, result: Result<wit::Message, wit::Message>) -> wit::Effect {
    wit::Effect::Settle(wit::Settlement { invocation, result, waiting: false })
}

/// Returns a call of a method of the target, or of what is held under that number.
pub(crate) fn call(
    id: u32,
    invocation: u32,
    target: impl Into<Target>,
    arguments: wit::Message,
) -> wit::Effect {
    deferred(id, invocation, target, arguments, true)
}

/// Returns such a call whose answer stays with the host.
pub(crate) fn pipelined(
    id: u32,
    invocation: u32,
    target: impl Into<Target>,
    arguments: wit::Message,
) -> wit::Effect {
    deferred(id, invocation, target, arguments, false)
}

fn deferred(
    id: u32,
    invocation: u32,
    target: impl Into<Target>,
    arguments: wit::Message,
    awaited: bool,
) -> wit::Effect {
    let Target(target) = target.into();
    let path = vec!["wait".to_owned()];
    wit::Effect::Call(wit::Call {
        id,
        invocation,
        target,
        path,
        arguments: Some(arguments),
        awaited,
        mapper: None,
    })
}

/// Returns the same call of another method.
pub(crate) fn method(effect: wit::Effect, name: &str) -> wit::Effect {
    match effect {
        wit::Effect::Call(call) => {
            wit::Effect::Call(wit::Call { path: vec![name.to_owned()], ..call })
        }
        other => other,
    }
}

pub(crate) struct Target(wit::Capability);

impl From<u32> for Target {
    fn from(number: u32) -> Self {
        Self(wit::Capability::Imported(number))
    }
}

impl From<wit::Capability> for Target {
    fn from(capability: wit::Capability) -> Self {
        Self(capability)
    }
}

/// A capability that answers when it is told to.
#[derive(Default)]
struct Gate(Notify);

impl Capability for Gate {
    fn call(self: Arc<Self>, _: &str, _: Value) -> Answer {
        Box::pin(async move {
            self.0.notified().await;
            Ok(Value::undefined())
        })
    }
}

/// A capability that answers at once with its first argument.
struct Echo;

impl Capability for Echo {
    fn call(self: Arc<Self>, _: &str, arguments: Value) -> Answer {
        let value = arguments.element::<Value>(0).unwrap_or_default();
        Box::pin(std::future::ready(Ok(value)))
    }

    fn request(self: Arc<Self>, call: Call) -> Answer {
        self.call("", call.arguments.unwrap_or_default())
    }
}

pub(crate) fn code() -> WorkerCode {
    WorkerCode::module("main.js", "")
        .env("GATE", Gate::default())
        .env("ECHO", Stub::new(Echo))
        .limits(Limits::default().wall(Duration::from_millis(200)))
}

pub(crate) fn liar() -> Liar {
    Liar::new(|| WorkerCode::module("main.js", "").env("GATE", Gate::default()))
}

/// Creates a liar that holds more and has a short deadline.
pub(crate) fn hasty() -> Liar {
    Liar::new(code)
}

/// Asserts that a sandbox of the same engine still answers.
pub(crate) async fn assert_alive(liar: &Liar) {
    let honest = outcome(vec![settle(1, Ok(undefined()))]);
    assert!(liar.another().says(&honest).await.expect("an answer").is_undefined());
}
