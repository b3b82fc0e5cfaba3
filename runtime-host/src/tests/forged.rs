//! Numbers that a guest was never given, or no longer has.

use std::time::Duration;

use isolet_wire::Value;

use crate::engine::bindings::sandbox as wit;
use crate::error::{Error, LimitKind};
use crate::rpc::stub::Stub;
use crate::tests::picture;
use crate::tests::script::{
    ECHO, GATE, OWN, assert_alive, call, hasty, list, message, outcome, pipelined, settle, stub,
    undefined,
};

fn held(number: u32) -> wit::Capability {
    wit::Capability::Imported(number)
}

fn promised(call: u32) -> wit::Capability {
    wit::Capability::Promised(call)
}

fn done(invocation: u32) -> wit::Outcome {
    outcome(vec![settle(invocation, Ok(undefined()))])
}

#[tokio::test]
async fn numbers_that_were_never_given_out_reach_nothing_wherever_they_go() {
    let liar = hasty();
    let forged = vec![
        held(3),
        held(u32::MAX),
        wit::Capability::Loader(4),
        wit::Capability::Loader(u32::MAX),
        promised(0),
        promised(1),
        promised(u32::MAX),
        wit::Capability::PromisedAnswer(1),
        wit::Capability::Awaitable(3),
    ];
    let value = liar.says(&outcome(vec![settle(1, Ok(list(forged)))])).await.expect("a list");
    let stubs: Vec<Stub> = value.to().expect("stubs");
    assert_eq!(stubs.len(), 9);
    for stub in stubs {
        let answer = stub.call::<isolet::Value>("x", ()).await;
        let text = answer.expect_err("nothing there").to_string();
        assert!(
            text.contains("no such capability") || text.contains("does not implement"),
            "{text}"
        );
    }
    assert_alive(&liar).await;
}

#[tokio::test]
async fn an_object_that_nobody_exported_is_the_guests_affair() {
    let liar = hasty();
    let export = stub(wit::Capability::Exported(u32::MAX));
    let value = liar.says(&outcome(vec![settle(1, Ok(export))])).await.expect("a stub");
    let stub: Stub = value.to().expect("a stub");
    let script = picture::argument(&picture::of(&[done(2)], liar.end));
    let answer = stub.call::<isolet::Value>("x", [script]).await;
    assert!(answer.expect("what the guest says").is_undefined());
    drop((stub, value));
    assert_alive(&liar).await;
}

#[tokio::test]
async fn what_is_released_is_gone_and_releasing_what_is_not_there_does_nothing() {
    let liar = hasty();
    let release = wit::Effect::Release;
    let effects = vec![
        release(held(99)),
        release(held(u32::MAX)),
        release(wit::Capability::Loader(7)),
        release(wit::Capability::Exported(0)),
        release(wit::Capability::Exported(5)),
        release(wit::Capability::Borrowed(5)),
        release(promised(0)),
        release(promised(5)),
        release(held(OWN)),
        release(held(GATE)),
        release(held(GATE)),
        release(wit::Capability::Loader(GATE)),
        // This call would wait forever if the capability were still there.
        call(1, 1, GATE, undefined()),
    ];
    let answer = liar.goes_on(&[outcome(effects), done(1)]).await;
    assert!(answer.expect("the call came back").is_undefined());
    // The number is not given out again, and the loopback stays.
    let effects = vec![call(2, 2, GATE, undefined()), call(3, 2, OWN, undefined())];
    let answer = liar.goes_on(&[outcome(effects), outcome(vec![]), done(2)]).await;
    assert!(answer.expect("both came back").is_undefined());
    // Other capabilities are unaffected: only the sandbox's stub is gone, not its object.
    let effects = vec![call(4, 3, ECHO, list(vec![held(GATE)]))];
    let answer = liar.goes_on(&[outcome(effects), done(3)]).await;
    assert!(answer.expect("echo").is_undefined());
    assert_alive(&liar).await;
}

#[tokio::test]
async fn an_object_that_is_exported_a_thousand_times_is_let_go_a_thousand_times() {
    let liar = hasty();
    let exports = vec![wit::Capability::Exported(5); 1000];
    let value = liar.says(&outcome(vec![settle(1, Ok(list(exports)))])).await.expect("a list");
    // While a stub is held outside, the call waits. Otherwise it hangs.
    let waits = liar.says(&outcome(vec![])).await;
    assert!(
        matches!(waits, Err(Error::Limit(limit)) if limit.kind == LimitKind::Wall),
        "{waits:?}"
    );
    drop(value);
    let waits = liar.says(&outcome(vec![])).await;
    assert!(matches!(waits, Err(Error::Hung)), "{waits:?}");
    assert!(liar.says(&done(4)).await.expect("the same sandbox").is_undefined());
    assert_alive(&liar).await;
}

#[tokio::test]
async fn a_call_of_an_answer_that_nobody_has_asked_for_fails_at_once() {
    let liar = hasty();
    // The call itself, a later one, one that does not exist, and one that has ended.
    let effects = vec![
        call(1, 1, promised(1), undefined()),
        call(2, 1, promised(3), undefined()),
        call(3, 1, promised(77), undefined()),
        call(4, 1, promised(u32::MAX), undefined()),
    ];
    let nothing = || outcome(vec![]);
    let script = [outcome(effects), nothing(), nothing(), nothing(), done(1)];
    assert!(liar.goes_on(&script).await.expect("four answers").is_undefined());
    let effects = vec![call(5, 2, promised(1), undefined())];
    let answer = liar.goes_on(&[outcome(effects), done(2)]).await;
    assert!(answer.expect("one answer").is_undefined());
    assert_alive(&liar).await;
}

#[tokio::test]
async fn what_another_invocation_waits_for_can_be_called_and_ends_with_it() {
    let liar = hasty();
    let waits = outcome(vec![call(1, 1, GATE, undefined())]);
    let calls = [outcome(vec![call(2, 2, promised(1), undefined())]), done(2)];
    let (one, _) = tokio::join!(liar.says(&waits), liar.goes_on(&calls));
    assert!(matches!(one, Err(Error::Limit(limit)) if limit.kind == LimitKind::Wall), "{one:?}");
    assert_alive(&liar).await;
}

#[tokio::test]
async fn an_answer_that_is_released_before_it_comes() {
    let liar = hasty();
    let effects = vec![
        pipelined(1, 1, GATE, undefined()),
        wit::Effect::Release(promised(1)),
        wit::Effect::Release(promised(1)),
        call(2, 1, promised(1), undefined()),
    ];
    let answer = liar.says(&outcome(effects)).await;
    assert!(matches!(answer, Err(Error::Limit(_) | Error::Hung)), "{answer:?}");
    assert_alive(&liar).await;
}

#[tokio::test]
async fn a_result_that_names_a_pending_call_ends_with_that_call() {
    let liar = hasty();
    let effects = vec![
        pipelined(1, 1, GATE, undefined()),
        call(2, 1, GATE, undefined()),
        settle(1, Ok(list(vec![promised(1), promised(2)]))),
    ];
    let value = liar.says(&outcome(effects)).await.expect("a list");
    let stubs: Vec<Stub> = value.to().expect("stubs");
    for stub in stubs {
        let answer = stub.call::<isolet::Value>("x", ()).await;
        assert!(answer.expect_err("never answered").to_string().contains("cancelled"));
    }
    assert_alive(&liar).await;
}

#[tokio::test]
async fn what_is_said_of_loading_once_it_is_over() {
    let liar = hasty();
    let twice = vec![wit::Effect::Loaded, wit::Effect::Loaded, settle(1, Ok(undefined()))];
    assert!(liar.says(&outcome(twice)).await.expect("an answer").is_undefined());
    let thrown = || message(Value::null().as_bytes());
    let failed = liar.says(&outcome(vec![wit::Effect::LoadFailed(thrown())])).await;
    assert!(matches!(failed, Err(Error::Load(_))), "{failed:?}");
    let threw = liar.says(&outcome(vec![wit::Effect::LoadThrew(thrown())])).await;
    assert!(matches!(threw, Err(Error::Exception(_))), "{threw:?}");
    assert_alive(&liar).await;
}

#[tokio::test]
async fn what_a_guest_says_for_an_ended_invocation_is_dropped() {
    let liar = hasty();
    let late = |invocation| wit::Outcome {
        effects: vec![
            call(9, invocation, GATE, undefined()),
            pipelined(10, invocation, ECHO, undefined()),
            settle(invocation, Ok(undefined())),
            settle(invocation, Ok(message(b"no wire format"))),
            wit::Effect::Waited(invocation),
        ],
        alarm: Some(wit::Alarm { due: 0.0, invocation }),
    };
    // The event after the answer is `released`.
    let export = settle(1, Ok(stub(wit::Capability::Exported(3))));
    let value = liar.goes_on(&[outcome(vec![export]), late(1)]).await.expect("a stub");
    drop(value);
    assert!(liar.says(&done(2)).await.expect("the same sandbox").is_undefined());
    // Here the event is `cancel`.
    let script = [outcome(vec![call(11, 3, GATE, undefined())]), late(3)];
    let never = tokio::time::timeout(Duration::from_millis(20), liar.goes_on(&script)).await;
    assert!(never.is_err(), "{never:?}");
    assert!(liar.says(&done(4)).await.expect("the same sandbox").is_undefined());
    assert_alive(&liar).await;
}

#[tokio::test]
async fn an_alarm_for_an_ended_invocation_never_rings() {
    let liar = hasty();
    // Any further event ends the sandbox.
    let trap = || outcome(vec![wit::Effect::LoadThrew(undefined())]);
    for (invocation, nobody) in [(1, 1), (2, 0), (3, 1), (4, 99), (5, u32::MAX)] {
        let alarm = Some(wit::Alarm { due: -1.0, invocation: nobody });
        let ends = wit::Outcome { effects: vec![settle(invocation, Ok(undefined()))], alarm };
        let answer = liar.goes_on(&[ends, trap()]).await;
        assert!(answer.expect("the same sandbox").is_undefined());
    }
    assert!(liar.says(&done(6)).await.expect("the same sandbox").is_undefined());
    assert_alive(&liar).await;
}

#[tokio::test]
async fn what_waits_for_an_answer_ends_with_the_sandbox_that_asked() {
    let liar = hasty();
    let effects = vec![
        pipelined(1, 1, GATE, undefined()),
        settle(1, Ok(list(vec![promised(1), wit::Capability::Exported(1)]))),
    ];
    let dies = outcome(vec![wit::Effect::LoadThrew(undefined())]);
    let value = liar.goes_on(&[outcome(effects), dies]).await.expect("a list");
    let stubs: Vec<Stub> = value.to().expect("stubs");
    let [waits, other] = stubs.as_slice() else { panic!("{stubs:?}") };
    let waits = waits.call::<isolet::Value>("x", ());
    let _ = other.call::<isolet::Value>("x", ()).await.expect_err("it has died");
    let answer = tokio::time::timeout(Duration::from_mins(1), waits).await.expect("an answer");
    assert!(answer.expect_err("never answered").to_string().contains("cancelled"));
    assert_alive(&liar).await;
}
