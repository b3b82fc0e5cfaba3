//! Outcomes that nobody thought of: the corpus of the fuzz targets, and some more. They are
//! the same on every run.

use std::path::Path;
use std::time::Duration;

use futures_util::stream::{self, StreamExt};
use isolet_wire::Value;

use crate::engine::bindings::sandbox as wit;
use crate::error::Result;
use crate::fuzzing;
use crate::limits::Limits;
use crate::rpc::stub::Stub;
use crate::tests::choices::Choices;
use crate::tests::picture;
use crate::tests::raw_guest::Liar;
use crate::tests::script::{
    assert_alive, code, list, message, method, outcome, pipelined, settle, stub, undefined,
};
use crate::worker_code::WorkerCode;

/// An xorshift generator.
struct Dice(u64);

impl Dice {
    fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }
}

fn impatient() -> WorkerCode {
    code().limits(Limits::default().wall(Duration::from_millis(5)))
}

#[tokio::test]
async fn random_effects_in_random_order() {
    let liar = Liar::new(impatient);
    let liar = &liar;
    stream::iter(0..6000)
        .for_each_concurrent(32, |seed| async move {
            let mut dice = Dice::new(seed);
            let bytes: Vec<u8> = (0..128).flat_map(|_| dice.next().to_le_bytes()).collect();
            let picture = Choices::new(&bytes).picture(liar.end);
            let liar = liar.another();
            let answers = fuzzing::answers(&liar, &picture);
            tokio::time::timeout(Duration::from_mins(1), answers).await.expect("an answer");
        })
        .await;
    assert_alive(liar).await;
}

fn replay(target: &str, run: fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/corpus").join(target);
    let mut count = 0;
    for entry in std::fs::read_dir(&folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        println!("{}", path.display());
        run(&std::fs::read(&path).expect("an input"));
        count += 1;
    }
    assert!(count > 10, "{} holds {count} inputs", folder.display());
}

/// Checks that the target reaches a loaded worker. Otherwise it would try less
/// than it seems to.
#[tokio::test]
async fn a_request_that_is_right_loads_a_worker() {
    let liar = Liar::new(|| code().loader("LOADER"));
    let input = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/corpus/load_request/raw_plain");
    let input = std::fs::read(input).expect("an input");
    let effects = vec![
        method(pipelined(1, 1, fuzzing::LOADER, message(&input[1..])), "load"),
        method(pipelined(2, 1, wit::Capability::Promised(1), list(Vec::new())), "getEntrypoint"),
        settle(1, Ok(stub(wit::Capability::Promised(2)))),
    ];
    let value = liar.says(&outcome(effects)).await.expect("a stub");
    let stub: Stub = value.to().expect("a stub");
    let done = outcome(vec![settle(1, Ok(undefined()))]);
    let script = picture::argument(&picture::of(&[done], liar.end));
    let answer: Result<Value> = stub.call::<isolet::Value>("x", [script]).await;
    assert!(answer.expect("what the child says").is_undefined());
}

/// Replays the targets one after another: they share an engine, and each expects all of its
/// sandboxes to be free.
#[test]
fn the_corpus_is_replayed() {
    replay("effects", fuzzing::effects);
    replay("load_request", fuzzing::load_request);
    replay("resolver", |data| {
        fuzzing::specifier(data, isolet_oracles::resolver(data).as_deref());
    });
    replay("transpile", |data| {
        if let Some(it) = isolet_oracles::transpile(data) {
            fuzzing::transpiles_alike(it.ending, &it.source, it.outcome);
        }
    });
}
