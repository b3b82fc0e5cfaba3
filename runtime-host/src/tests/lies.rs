//! A guest that says what is not so: the caller gets a typed error, the host
//! goes on.

use std::sync::Arc;
use std::time::Duration;

use isolet_wire::Value;
use tokio::sync::Notify;

use crate::bindings::sandbox as wit;
use crate::capability::{Answer, Capability};
use crate::error::{Error, Result};
use crate::limits::Limits;
use crate::tests::raw_guest::Liar;
use crate::worker_code::WorkerCode;

fn message(data: &[u8]) -> wit::Message {
    wit::Message { data: data.to_vec(), capabilities: Vec::new() }
}

fn undefined() -> wit::Message {
    message(Value::undefined().as_bytes())
}

fn outcome(effects: Vec<wit::Effect>) -> wit::Outcome {
    wit::Outcome { effects, alarm: None }
}

fn settle(invocation: u32, result: Result<wit::Message, wit::Message>) -> wit::Effect {
    wit::Effect::Settle(wit::Settlement { invocation, result, waiting: false })
}

fn call(id: u32, invocation: u32, capability: u32, arguments: wit::Message) -> wit::Effect {
    let method = "wait".to_owned();
    wit::Effect::Call(wit::Call { id, invocation, capability, method, arguments })
}

/// Answers when it is told to.
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

fn liar() -> Liar {
    Liar::new(|| WorkerCode::module("main.js", "").env("GATE", Gate::default()))
}

/// The host knows what was wrong, instead of having lost its way.
#[track_caller]
fn assert_refused(answer: &Result<Value>, text: &str) {
    let Err(Error::Internal(said)) = answer else { panic!("not refused: {answer:?}") };
    assert!(said.contains(text) && !said.contains("without an answer"), "{said}");
}

/// A sandbox of the same engine still answers.
async fn assert_alive(liar: &Liar) {
    let honest = outcome(vec![settle(1, Ok(undefined()))]);
    assert!(liar.another().says(&honest).await.expect("an answer").is_undefined());
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
    // The sandbox is none the worse.
    let second = vec![settle(2, Ok(undefined()))];
    assert!(liar.says(&outcome(second)).await.expect("the second call").is_undefined());
}

#[tokio::test]
async fn a_call_for_nobody_is_refused() {
    // The second invocation is one to come: whoever answers must not find it.
    for nobody in [2, 99, u32::MAX] {
        let liar = liar();
        let answer = liar.says(&outcome(vec![call(1, nobody, 0, undefined())])).await;
        assert_refused(&answer, "an invocation that never was");
        assert_alive(&liar).await;
    }
}

#[tokio::test]
async fn a_call_id_that_is_in_use_is_refused() {
    let liar = liar();
    let twice = vec![call(7, 1, 0, undefined()), call(7, 1, 0, undefined())];
    assert_refused(&liar.says(&outcome(twice)).await, "two calls of one id");
    assert_alive(&liar).await;
}

#[tokio::test]
async fn a_capability_that_was_never_handed_out_reaches_nothing() {
    let liar = liar();
    for (count, capability) in (1..).zip([1, 2, u32::MAX]) {
        // The guest hears of it, and has nothing more to say.
        let answer = liar.says(&outcome(vec![call(count, count, capability, undefined())])).await;
        assert!(matches!(answer, Err(Error::Hung)), "{capability}: {answer:?}");
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
        // A capability where none was named, a reference to nothing.
        &[1, 22, 0],
        &[1, 21, 0],
        // A text that ends too soon, one that is no UTF-8, one without end.
        &[1, 8, 9, b'x'],
        &[1, 8, 1, 0xff],
        &[1, 8, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01],
        // An array of more than there is memory for.
        &[1, 13, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f],
        &[1, 15, 5, 2],
    ] {
        for effect in [
            settle(1, Ok(message(data))),
            settle(1, Err(message(data))),
            call(1, 1, 0, message(data)),
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
    let record = |words: [u32; 8]| words.map(u32::to_le_bytes).concat();
    let effect = |words: &[u32]| {
        let mut effect: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
        effect.resize(40, 0);
        let at = u32::try_from(crate::tests::picture::END - 72).expect("an address");
        [effect, record([at, 1, 0, 0, 0, 0, 0, 0])].concat()
    };
    for picture in [
        // Effects that lie outside of the memory, or are too many, or unaligned.
        record([0x40000, 1, 0, 0, 0, 0, 0, 0]),
        record([u32::MAX - 3, u32::MAX, 0, 0, 0, 0, 0, 0]),
        record([0, u32::MAX, 0, 0, 0, 0, 0, 0]),
        record([1, 1, 0, 0, 0, 0, 0, 0]),
        // An alarm that is neither there nor not, an effect of no kind.
        record([0, 0, 2, 0, 0, 0, 0, 0]),
        effect(&[6]),
        effect(&[255]),
        // A settlement that is neither, and data outside of the memory.
        effect(&[4, 1, 2]),
        effect(&[4, 1, 0, 0, u32::MAX]),
        effect(&[4, 1, 0, u32::MAX, 1]),
        effect(&[4, 1, 0, 0, 0, 2, 1]),
        effect(&[4, 1, 0, 0, 0, 0, u32::MAX]),
        // A method whose name is no text: the alarm's words hold no UTF-8.
        effect(&[3, 1, 1, 0, 0x3_fff0, 0xffff]),
    ] {
        assert_refused(&liar.another().shows(&picture).await, "");
    }
    assert_alive(&liar).await;
}

#[tokio::test]
async fn alarms_at_impossible_times() {
    let liar = liar();
    let rings =
        |due| wit::Outcome { effects: Vec::new(), alarm: Some(wit::Alarm { due, invocation: 1 }) };
    assert_refused(&liar.another().says(&rings(f64::NAN)).await, "an alarm at no time");
    // Due at once; the guest has nothing more to say.
    for due in [f64::NEG_INFINITY, -1.0, f64::MIN_POSITIVE] {
        let answer = liar.another().says(&rings(due)).await;
        assert!(matches!(answer, Err(Error::Hung)), "{due}: {answer:?}");
    }
    // Never due: the call ends at its deadline.
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
