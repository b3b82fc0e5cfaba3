//! Too much of what is allowed.

use isolet_wire::Value;

use crate::engine::bindings::sandbox as wit;
use crate::error::{Error, LimitKind, Result};
use crate::limits::Limits;
use crate::tests::picture::{EFFECT_WORDS, bytes_of, word};
use crate::tests::raw_guest::Liar;
use crate::tests::script::{
    ECHO, GATE, assert_alive, call, code, list, method, outcome, pipelined, settle, stubs,
    undefined,
};

fn large() -> Liar {
    Liar::of_pages(256, || code().limits(Limits::default()))
}

#[track_caller]
fn assert_limit(answer: &Result<Value>, kind: LimitKind) {
    assert!(matches!(answer, Err(Error::Limit(limit)) if limit.kind == kind), "{answer:?}");
}

/// Returns the peak memory of the process in bytes.
fn peak_bytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib = line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<u64>().ok());
    kib.unwrap_or(0) << 10
}

#[tokio::test]
async fn a_message_of_three_hundred_thousand_capabilities() {
    let liar = large();
    for capability in [wit::Capability::Imported(GATE), wit::Capability::Exported(1)] {
        let many = || list(vec![capability; 300_000]);
        let returned = liar.another().says(&outcome(vec![settle(1, Ok(many()))])).await;
        assert_limit(&returned, LimitKind::Stubs);
        let thrown = liar.another().says(&outcome(vec![settle(1, Err(many()))])).await;
        assert_limit(&thrown, LimitKind::Stubs);
        let passed = liar.another().says(&outcome(vec![call(1, 1, ECHO, many())])).await;
        assert!(matches!(passed, Err(Error::Limit(_))), "{passed:?}");
    }
    assert_alive(&liar).await;
}

/// Messages that are dropped do not count, but the objects that they export do.
#[tokio::test]
async fn objects_that_are_exported_in_many_messages() {
    let liar = large();
    let nobody = |count| settle(99, Ok(list(vec![wit::Capability::Exported(1); count])));
    let exports = |counts: [usize; 2]| {
        let refused = settle(1, Ok(list(vec![wit::Capability::Exported(1); counts[1]])));
        outcome(vec![nobody(counts[0]), refused])
    };
    let value = liar.another().says(&exports([150_000, 100_000])).await.expect("a list");
    assert_eq!(value.capabilities().len(), 100_000);
    let answer = liar.another().says(&exports([150_000, 100_001])).await;
    assert_limit(&answer, LimitKind::Stubs);
    assert_alive(&liar).await;
}

#[tokio::test]
async fn one_capability_named_a_hundred_thousand_times_is_one() {
    let liar = large();
    let many = stubs(100_000, |_| 0, vec![wit::Capability::Exported(1)]);
    let value = liar.says(&outcome(vec![settle(1, Ok(many))])).await.expect("a list");
    assert_eq!(
        (value.capabilities().len(), value.elements().map(|it| it.len())),
        (1, Some(100_000))
    );
    assert_alive(&liar).await;
}

#[tokio::test]
async fn paths_that_are_too_long() {
    let liar = large();
    let path = |names: usize, name: &str| match method(call(1, 1, ECHO, undefined()), "") {
        wit::Effect::Call(call) => {
            wit::Effect::Call(wit::Call { path: vec![name.to_owned(); names], ..call })
        }
        other => other,
    };
    let done = || outcome(vec![settle(1, Ok(undefined()))]);
    let fits = liar.another().goes_on(&[outcome(vec![path(65, "x")]), done()]).await;
    assert!(fits.expect("an answer").is_undefined());
    let refused = liar.another().says(&outcome(vec![path(66, "x")])).await;
    assert!(
        matches!(&refused, Err(Error::Internal(it)) if it.to_string().contains("path")),
        "{refused:?}"
    );
    // Names count with their size.
    let name = "x".repeat(8 << 20);
    let fits = liar.another().goes_on(&[outcome(vec![path(1, &name)]), done()]).await;
    assert!(fits.expect("an answer").is_undefined());
    assert_alive(&liar).await;
}

/// Returns an outcome of `count` effects that all have the same words.
fn repeated(liar: &Liar, effect: &[u32], count: usize) -> Vec<u8> {
    let mut words = effect.to_vec();
    words.resize(EFFECT_WORDS, 0);
    let mut bytes = bytes_of(&words).repeat(count);
    bytes.resize(bytes.len().next_multiple_of(8), 0);
    let at = word(liar.end - 32 - bytes.len());
    bytes.extend(bytes_of(&[at, word(count), 0, 0, 0, 0, 0, 0]));
    bytes
}

#[tokio::test]
async fn lists_that_lie_over_one_another_are_bounded_by_what_they_come_to() {
    const MIB: u32 = 1 << 20;
    let liar = large();
    let before = peak_bytes();
    for effect in [
        // Results of a MiB, capabilities of a MiB, paths whose names take a MiB, and calls
        // with arguments of a MiB.
        [4, 99, 0, MIB, MIB, 0, 0].as_slice(),
        &[4, 99, 0, MIB, 0, MIB, MIB / 8],
        &[3, 1, 1, 0, GATE, MIB, MIB / 8],
        &[3, 1, 1, 0, GATE, 0, 0, 1, MIB, MIB],
        &[1, MIB, MIB],
    ] {
        let answer = liar.another().shows(&repeated(&liar, effect, 100_000)).await;
        assert!(matches!(answer, Err(Error::Limit(_) | Error::Internal(_))), "{answer:?}");
    }
    let more = peak_bytes() - before;
    assert!(more < 1 << 30, "{} MiB", more >> 20);
    assert_alive(&liar).await;
}

#[tokio::test]
async fn a_turn_hands_over_no_more_than_it_may() {
    const MIB: u32 = 1 << 20;
    let liar = large();
    // Twice the sandbox's 16 MiB and 64 MiB more, in results for nobody that are all the
    // same MiB. The list of them takes some itself.
    let fits = [4, 99, 0, MIB, MIB, 0, 0];
    let answer = liar.another().shows(&repeated(&liar, &fits, 94)).await;
    assert!(matches!(answer, Err(Error::Hung)), "{answer:?}");
    let answer = liar.another().shows(&repeated(&liar, &fits, 97)).await;
    assert_limit(&answer, LimitKind::Transfer);
    let text = answer.expect_err("a limit").to_string();
    assert!(text.contains("more than 100663296 bytes") && text.contains("fewer calls"), "{text}");
    assert_alive(&liar).await;
}

#[tokio::test]
async fn what_calls_keep_under_way_counts_with_all_that_it_names() {
    let liar = large();
    let before = peak_bytes();
    // Calls that share a list of 100,000 exports.
    let mut effects = Vec::new();
    for id in 1..=50 {
        effects.push(pipelined(id, 1, GATE, list(Vec::new())));
    }
    let exports = list(vec![wit::Capability::Exported(1); 100_000]);
    let mut picture = crate::tests::picture::of(
        &[outcome([effects, vec![call(999, 1, GATE, exports)]].concat())],
        liar.end,
    );
    share_last_arguments(&mut picture, liar.end);
    let answer = liar.shows(&picture).await;
    assert!(matches!(answer, Err(Error::Limit(_))), "{answer:?}");
    let more = peak_bytes() - before;
    assert!(more < 1 << 30, "{} MiB", more >> 20);
    assert_alive(&liar).await;
}

#[tokio::test]
async fn answers_that_are_kept_count_as_memory() {
    let liar = Liar::of_pages(512, || code().limits(Limits::default()));
    let before = peak_bytes();
    let mut said = vec![1, 13, 1, 19, 0x80, 0x80, 0x80, 5];
    said.resize(said.len() + (10 << 20), 0);
    let echoed = wit::Message { data: said, capabilities: Vec::new() };
    let mut answer = Ok(Value::undefined());
    for turn in 1..=20 {
        let mut effects = Vec::new();
        for call in 1..=7 {
            effects.push(pipelined(turn * 10 + call, turn, ECHO, undefined()));
        }
        effects.push(call(turn * 10, turn, ECHO, echoed.clone()));
        let done = || outcome(vec![settle(turn, Ok(undefined()))]);
        let mut picture = crate::tests::picture::of(&[outcome(effects), done()], liar.end);
        share_last_arguments(&mut picture, liar.end);
        answer = liar.shows(&picture).await;
        if answer.is_err() {
            break;
        }
    }
    assert_limit(&answer, LimitKind::Memory);
    let more = peak_bytes() - before;
    assert!(more < 1 << 30, "{} MiB", more >> 20);
    assert_alive(&liar).await;
}

/// Returns the result of a future, and how often other tasks had their turn until then.
async fn beside_others(answer: impl Future<Output = Result<Value>>) -> (Result<Value>, u64) {
    let mut answer = std::pin::pin!(answer);
    let mut turns = 0;
    loop {
        tokio::select! {
            biased;
            answer = &mut answer => return (answer, turns),
            () = tokio::task::yield_now() => turns += 1,
        }
    }
}

#[tokio::test]
async fn what_there_is_much_to_do_for_gives_way_to_others() {
    let liar = Liar::of_pages(512, || code().limits(Limits::default()));
    let one = liar.another();
    let honest = outcome(vec![settle(1, Ok(undefined()))]);
    let (answer, few) = beside_others(one.says(&honest)).await;
    assert!(answer.is_ok(), "{answer:?}");

    // Effects that do nothing.
    let picture = repeated(&liar, &[5, 99], 100_000);
    let one = liar.another();
    let (answer, turns) = beside_others(one.shows(&picture)).await;
    assert!(matches!(answer, Err(Error::Hung)), "{answer:?}");
    assert!(turns > few + 100, "{turns}");

    // The borrowed objects are kept, which takes one more turn for each.
    let mut borrowed = list((1..=10_000).map(wit::Capability::Borrowed).collect());
    // The capability returns its first argument, so that the list becomes an array of one.
    borrowed.data.splice(1..1, [13, 1]);
    let one = liar.another();
    let borrows = vec![pipelined(1, 1, ECHO, borrowed), settle(1, Ok(undefined()))];
    assert!(one.says(&outcome(borrows)).await.is_ok());
    let honest = outcome(vec![settle(2, Ok(undefined()))]);
    let (answer, turns) = beside_others(one.says(&honest)).await;
    assert!(answer.is_ok(), "{answer:?}");
    assert!(turns > few + 50, "{turns}");
    assert_alive(&liar).await;
}

/// Gives every call the arguments of the last one.
fn share_last_arguments(picture: &mut [u8], end: usize) {
    let base = end - picture.len();
    let read = |picture: &[u8], at: usize| {
        u32::from_le_bytes(picture[at..at + 4].try_into().expect("a word")) as usize
    };
    let record = picture.len() - 32;
    let (at, count) = (read(picture, record) - base, read(picture, record + 4));
    let last = at + (count - 1) * 4 * EFFECT_WORDS;
    let arguments = picture[last + 28..last + 48].to_vec();
    for index in 0..count {
        let at = at + index * 4 * EFFECT_WORDS;
        picture[at + 28..at + 48].copy_from_slice(&arguments);
    }
}
