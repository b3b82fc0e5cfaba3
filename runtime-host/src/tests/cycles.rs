//! Answers that are themselves, and long chains of answers.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use isolet_wire::Value;

use crate::engine::bindings::sandbox as wit;
use crate::error::{Error, Result};
use crate::rpc::capability::{Answer, Capability};
use crate::rpc::stub::Stub;
use crate::tests::picture;
use crate::tests::raw_guest::Liar;
use crate::tests::script::{
    ECHO, OWN, assert_alive, call, code, hasty, list, method, outcome, pipelined, settle, stub,
    undefined,
};

fn promised(call: u32) -> wit::Capability {
    wit::Capability::Promised(call)
}

fn done(invocation: u32) -> wit::Outcome {
    outcome(vec![settle(invocation, Ok(undefined()))])
}

/// Returns the arguments of a call of the liar itself: the outcome that it answers with.
fn says(liar: &Liar, outcome: wit::Outcome) -> wit::Message {
    let script = picture::argument(&picture::of(&[outcome], liar.end));
    let arguments = Value::array_of(&[script]);
    wit::Message { data: arguments.into_bytes(), capabilities: Vec::new() }
}

/// Asks the loopback for the liar's own default export.
fn own_entrypoint(id: u32) -> wit::Effect {
    method(pipelined(id, 1, OWN, list(Vec::new())), "getEntrypoint")
}

#[tokio::test]
async fn an_answer_that_is_itself() {
    let liar = hasty();
    let itself = outcome(vec![settle(2, Ok(stub(promised(2))))]);
    let effects = vec![
        own_entrypoint(1),
        pipelined(2, 1, promised(1), says(&liar, itself)),
        // Called before the answer arrives.
        call(3, 1, promised(2), undefined()),
        settle(1, Ok(stub(promised(2)))),
    ];
    let value = liar.says(&outcome(effects)).await.expect("a stub");
    let stub: Stub = value.to().expect("a stub");
    let answer: Result<Value> = stub.call::<isolet::Value>("x", ()).await;
    let text = answer.expect_err("it is nothing").to_string();
    assert!(text.contains("itself"), "{text}");
    assert_alive(&liar).await;
}

#[tokio::test]
async fn two_answers_that_are_each_other() {
    let liar = hasty();
    let is = |invocation, other| outcome(vec![settle(invocation, Ok(stub(promised(other))))]);
    let effects = vec![
        own_entrypoint(1),
        pipelined(2, 1, promised(1), says(&liar, is(2, 3))),
        pipelined(3, 1, promised(1), says(&liar, is(3, 2))),
        call(4, 1, promised(2), undefined()),
        call(5, 1, promised(3), undefined()),
        settle(1, Ok(list(vec![promised(2), promised(3)]))),
    ];
    let value = liar.says(&outcome(effects)).await.expect("stubs");
    for stub in value.to::<Vec<Stub>>().expect("stubs") {
        let answer: Result<Value> = stub.call::<isolet::Value>("x", ()).await;
        let text = answer.expect_err("it is nothing").to_string();
        assert!(text.contains("itself"), "{text}");
    }
    assert_alive(&liar).await;
}

/// A capability that counts when it is dropped.
struct Kept(Arc<AtomicUsize>);

impl Capability for Kept {
    fn call(self: Arc<Self>, _: &str, _: Value) -> Answer {
        Box::pin(std::future::ready(Ok(Value::undefined())))
    }
}

impl Drop for Kept {
    fn drop(&mut self) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

/// Answers that hold one another are dropped once nobody else holds them.
#[tokio::test]
async fn answers_that_hold_one_another_are_let_go() {
    let dropped = Arc::new(AtomicUsize::new(0));
    let liar = hasty();
    let kept = Stub::new(Kept(Arc::clone(&dropped)));
    let holds = |invocation, others: &[u32]| {
        let mut held: Vec<_> = others.iter().map(|&other| promised(other)).collect();
        held.push(wit::Capability::Imported(3));
        outcome(vec![settle(invocation, Ok(list(held)))])
    };
    let effects = vec![
        own_entrypoint(1),
        pipelined(2, 1, promised(1), says(&liar, holds(2, &[2]))),
        pipelined(3, 1, promised(1), says(&liar, holds(3, &[4, 5]))),
        pipelined(4, 1, promised(1), says(&liar, holds(4, &[5]))),
        pipelined(5, 1, promised(1), says(&liar, holds(5, &[3]))),
        call(6, 1, promised(5), undefined()),
    ];
    let script = picture::argument(&picture::of(&[outcome(effects), done(1)], liar.end));
    let props = kept.to_value();
    let entrypoint = liar.worker.entrypoint();
    // Its first argument is capability 3.
    let answer = entrypoint.call::<isolet::Value>("", &[props, script][..]).await;
    assert!(matches!(answer, Ok(_) | Err(Error::Hung | Error::Limit(_))), "{answer:?}");
    drop((kept, liar, entrypoint));
    for _ in 0..1000 {
        tokio::task::yield_now().await;
    }
    assert_eq!(dropped.load(Ordering::SeqCst), 1);
}

/// Makes as many calls as an invocation may make. The answer to each one is the call before it.
#[tokio::test]
async fn a_chain_of_answers_takes_no_stack() {
    const LENGTH: u32 = 9_990;
    let liar = Liar::of_pages(64, code);
    let mut effects = vec![pipelined(1, 1, ECHO, list(vec![wit::Capability::Imported(ECHO)]))];
    effects.extend((2..LENGTH).map(|id| pipelined(id, 1, ECHO, list(vec![promised(id - 1)]))));
    effects.push(call(LENGTH, 1, promised(LENGTH - 1), list(Vec::new())));
    let answer = liar.goes_on(&[outcome(effects), done(1)]).await;
    assert!(matches!(answer, Ok(_) | Err(Error::Hung | Error::Limit(_))), "{answer:?}");
    // The chain is dropped from its end.
    drop(liar.another());
    let release = (1..LENGTH).map(|id| wit::Effect::Release(promised(id))).collect();
    let _ = liar.says(&outcome(release)).await;
    drop(liar);
    assert_alive(&hasty()).await;
}

/// The same for `props`: they hold an entrypoint whose `props` hold an entrypoint, and so on.
#[test]
fn a_chain_of_props_takes_no_stack() {
    let liar = hasty();
    let mut stub = liar.worker.entrypoint().stub();
    for _ in 0..100_000 {
        let props = Value::object_of([("next", &stub.to_value())]);
        stub = liar.worker.entrypoint().props(props).stub();
    }
    drop(stub);
}
