//! A guest that says what is not so. The caller gets a typed error, and the host carries on.

use std::time::Duration;

use isolet_wire::Value;

use crate::engine::bindings::sandbox as wit;
use crate::error::{Error, LimitKind, Result};
use crate::limits::Limits;
use crate::tests::picture::{bytes_of, word};
use crate::tests::raw_guest::Liar;
use crate::tests::script::{
    ECHO, GATE, assert_alive, call, hasty, liar, message, outcome, settle, stub, undefined,
};
use crate::worker_code::WorkerCode;

/// Asserts that the host names what was wrong, and has not merely lost the driver.
#[track_caller]
fn assert_refused(answer: &Result<Value>, text: &str) {
    let Err(Error::Internal(said)) = answer else { panic!("not refused: {answer:?}") };
    let said = said.to_string();
    assert!(said.contains(text) && !said.contains("without an answer"), "{said}");
}

#[tokio::test]
async fn a_settlement_for_nobody_settles_nothing() {
    let liar = liar();
    for nobody in [0, 2, 99, u32::MAX] {
        for effects in [
            vec![settle(nobody, Ok(undefined()))],
            vec![settle(nobody, Err(message(b"no wire format")))],
            vec![wit::Effect::Waited(nobody)],
        ] {
            let answer = liar.another().says(&outcome(effects)).await;
            assert!(matches!(answer, Err(Error::Hung)), "{nobody}: {answer:?}");
        }
    }
    assert_alive(&liar).await;
}

#[tokio::test]
async fn the_first_settlement_counts() {
    let liar = liar();
    let twice = vec![
        settle(1, Ok(undefined())),
        settle(1, Err(undefined())),
        wit::Effect::Waited(1),
        wit::Effect::Loaded,
    ];
    assert!(liar.says(&outcome(twice)).await.expect("the first").is_undefined());
    // The sandbox is unaffected.
    let second = vec![settle(2, Ok(undefined()))];
    assert!(liar.says(&outcome(second)).await.expect("the second call").is_undefined());
}

#[tokio::test]
async fn a_call_for_nobody_is_refused() {
    // Invocation 2 is yet to come. The answer to this call must not find it.
    for nobody in [2, 99, u32::MAX] {
        let liar = liar();
        let answer = liar.says(&outcome(vec![call(1, nobody, GATE, undefined())])).await;
        assert_refused(&answer, "an invocation that never was");
        assert_alive(&liar).await;
    }
}

/// The invocation has the id twice among its calls when it ends.
#[tokio::test]
async fn a_call_id_that_was_in_use_is_counted_once() {
    let liar = hasty();
    let effects = vec![call(7, 1, ECHO, undefined())];
    let again = vec![call(7, 1, GATE, undefined()), settle(1, Ok(undefined()))];
    let answer = liar.goes_on(&[outcome(effects), outcome(again)]).await;
    assert!(answer.expect("what the guest says").is_undefined());
    assert_alive(&liar).await;
}

#[tokio::test]
async fn a_call_id_that_is_in_use_is_refused() {
    let liar = liar();
    let twice = vec![call(7, 1, GATE, undefined()), call(7, 1, GATE, undefined())];
    assert_refused(&liar.says(&outcome(twice)).await, "two calls of one id");
    assert_alive(&liar).await;
}

#[tokio::test]
async fn a_capability_that_was_never_handed_out_reaches_nothing() {
    let liar = liar();
    let numbers = [2, 3, 1 << 20, u32::MAX];
    let kinds: [fn(u32) -> wit::Capability; 6] = [
        wit::Capability::Imported,
        wit::Capability::Loader,
        wit::Capability::Service,
        wit::Capability::Promised,
        wit::Capability::PromisedAnswer,
        wit::Capability::Awaitable,
    ];
    let forged = numbers.iter().flat_map(|&number| kinds.map(|kind| kind(number)));
    for (count, capability) in (1..).zip(forged) {
        // The guest receives the error and has nothing more to say.
        let answer = liar.says(&outcome(vec![call(count, count, capability, undefined())])).await;
        assert!(matches!(answer, Err(Error::Hung)), "{capability:?}: {answer:?}");
    }
    assert_alive(&liar).await;
}

#[tokio::test]
async fn messages_that_are_none_are_refused() {
    let liar = liar();
    for data in [
        [].as_slice(),
        &[0],
        &[1],
        &[1, 99],
        &[1, 1, 1],
        // A capability although none was passed, and a reference to nothing.
        &[1, 22, 0],
        &[1, 21, 0],
        // A text that ends too soon, one that is not UTF-8, and one whose length never ends.
        &[1, 8, 9, b'x'],
        &[1, 8, 1, 0xff],
        &[1, 8, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01],
        // An array larger than memory.
        &[1, 13, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f],
        &[1, 15, 5, 2],
    ] {
        for effect in [
            settle(1, Ok(message(data))),
            settle(1, Err(message(data))),
            call(1, 1, GATE, message(data)),
            wit::Effect::LoadFailed(message(data)),
            wit::Effect::LoadThrew(message(data)),
        ] {
            assert_refused(&liar.another().says(&outcome(vec![effect])).await, "");
        }
    }
    assert_alive(&liar).await;
}

#[tokio::test]
async fn an_outcome_that_is_none_is_refused() {
    let liar = liar();
    let record = |words: [u32; 8]| bytes_of(&words);
    // An effect takes 80 bytes, and 16 more have room between it and the record.
    let at = word(liar.end - 128);
    let effect = |words: &[u32]| {
        let mut effect = bytes_of(words);
        effect.resize(96, 0);
        [effect, record([at, 1, 0, 0, 0, 0, 0, 0])].concat()
    };
    let mut text = [0; 24];
    text[..7].copy_from_slice(&[3, 1, 1, 0, 1, at + 80, 1]);
    text[20..23].copy_from_slice(&[at + 88, 4, u32::MAX]);
    let mapper = |words: [u32; 3]| {
        let mut effect = [0; 24];
        effect[..5].copy_from_slice(&[3, 1, 1, 0, 1]);
        effect[13..16].copy_from_slice(&words);
        effect[20] = 9;
        effect
    };
    for picture in [
        // Effects that are outside the memory, too many, or unaligned.
        record([0x40000, 1, 0, 0, 0, 0, 0, 0]),
        record([u32::MAX - 3, u32::MAX, 0, 0, 0, 0, 0, 0]),
        record([0, u32::MAX, 0, 0, 0, 0, 0, 0]),
        record([1, 1, 0, 0, 0, 0, 0, 0]),
        // An alarm that is neither some nor none, and effects of no kind.
        record([0, 0, 2, 0, 0, 0, 0, 0]),
        effect(&[7]),
        effect(&[255]),
        // A settlement that is neither ok nor error, and data outside the memory.
        effect(&[4, 1, 2]),
        effect(&[4, 1, 0, 0, u32::MAX]),
        effect(&[4, 1, 0, u32::MAX, 1]),
        effect(&[4, 1, 0, 0, 0, 2, 1]),
        effect(&[4, 1, 0, 0, 0, 0, u32::MAX]),
        // A capability of no kind, as a target, in a release and in a message.
        effect(&[3, 1, 1, 9]),
        effect(&[6, 9, 0]),
        effect(&[4, 1, 0, at, 1, at + 4, 1]),
        // Arguments that are neither some nor none.
        effect(&[3, 1, 1, 0, 1, 0, 0, 2]),
        // A path that is longer than the memory, and a name that is not text.
        effect(&[3, 1, 1, 0, 1, 0, u32::MAX]),
        effect(&text),
        // A mapper that is neither some nor none, with steps outside the memory, too many, and
        // one of no kind.
        effect(&mapper([2, 0, 0])),
        effect(&mapper([1, u32::MAX - 3, 1])),
        effect(&mapper([1, 0, u32::MAX])),
        effect(&mapper([1, at + 80, 1])),
    ] {
        assert_refused(&liar.another().shows(&picture).await, "");
    }
    assert_alive(&liar).await;
}

#[tokio::test]
async fn callbacks_that_do_not_lie_in_one_another_are_refused() {
    let step = |callback, arguments: bool| wit::Step {
        target: wit::Capability::Recorded(0),
        path: Vec::new(),
        arguments: arguments.then(undefined),
        callback,
    };
    let mapping = |steps| {
        let wit::Effect::Call(call) = call(1, 1, GATE, undefined()) else { unreachable!() };
        let mapper = Some(wit::Mapper { steps, result: undefined() });
        outcome(vec![wit::Effect::Call(wit::Call { mapper, ..call })])
    };
    let liar = liar();
    for steps in [
        // Longer than what follows, than what is around it, and without a result.
        vec![step(Some(1), true)],
        vec![step(Some(u32::MAX), true), step(None, false)],
        vec![step(Some(1), true), step(Some(1), true), step(None, false)],
        vec![step(Some(0), false)],
        (0..17).map(|left| step(Some(16 - left), true)).collect(),
        (0..1_001).map(|_| step(None, false)).collect(),
    ] {
        let answer = liar.another().says(&mapping(steps)).await;
        assert_refused(&answer, "recorded");
    }
    assert_alive(&liar).await;
}

#[tokio::test]
async fn alarms_at_impossible_times() {
    let liar = liar();
    let rings =
        |due| wit::Outcome { effects: Vec::new(), alarm: Some(wit::Alarm { due, invocation: 1 }) };
    assert_refused(&liar.another().says(&rings(f64::NAN)).await, "an alarm at no time");
    // Due at once. The guest has nothing more to say.
    for due in [f64::NEG_INFINITY, -1.0, f64::MIN_POSITIVE] {
        let answer = liar.another().says(&rings(due)).await;
        assert!(matches!(answer, Err(Error::Hung)), "{due}: {answer:?}");
    }
    // Never due. The call ends at its deadline.
    let hasty = Liar::new(|| {
        let limits = Limits::default().wall(Duration::from_millis(50));
        WorkerCode::module("main.js", "").limits(limits)
    });
    for due in [f64::INFINITY, f64::MAX, 1e15] {
        let answer = hasty.another().says(&rings(due)).await;
        assert!(matches!(answer, Err(Error::Limit(_))), "{due}: {answer:?}");
    }
    assert_alive(&liar).await;
}

/// Numbers are never used twice, and the guest assigns those of its calls and objects.
#[tokio::test]
async fn numbers_that_run_out_end_the_sandbox() {
    let worn_out = |answer: &Result<Value>| matches!(answer, Err(Error::Limit(limit)) if limit.kind == LimitKind::Numbers);
    let liar = liar();
    let near = u32::MAX - (1 << 28);
    let calls = |id| vec![call(id, 1, GATE, undefined()), settle(1, Ok(undefined()))];
    assert!(liar.another().says(&outcome(calls(near))).await.is_ok());
    let answer = liar.another().says(&outcome(calls(near + 1))).await;
    assert!(worn_out(&answer), "{answer:?}");
    let exports = |number| vec![settle(1, Ok(stub(wit::Capability::Exported(number))))];
    assert!(liar.another().says(&outcome(exports(near))).await.is_ok());
    let other = liar.another();
    let _stub = other.says(&outcome(exports(near + 1))).await.expect("its last");
    let answer = other.says(&outcome(vec![call(1, 2, GATE, undefined())])).await;
    assert!(worn_out(&answer), "{answer:?}");
    // The next call gets a new sandbox.
    let honest = outcome(vec![settle(1, Ok(undefined()))]);
    assert!(other.says(&honest).await.expect("an answer").is_undefined());
}
