//! Outcomes that nobody thought of. The same ones on every run.

use std::time::Duration;

use futures_util::stream::{self, StreamExt};

use crate::bindings::sandbox as wit;
use crate::limits::Limits;
use crate::tests::picture;
use crate::tests::raw_guest::Liar;
use crate::tests::script::{assert_alive, code, list, message, stub, undefined};
use crate::worker_code::WorkerCode;

/// Xorshift.
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

    fn below(&mut self, end: u64) -> u64 {
        (self.next() >> 16) % end
    }

    fn of<T: Copy>(&mut self, choices: &[T]) -> T {
        let index = usize::try_from(self.below(choices.len() as u64)).expect("an index");
        choices[index]
    }

    fn often(&mut self) -> bool {
        self.below(4) > 0
    }

    /// Mostly what there is, now and then what there is not.
    fn number(&mut self) -> u32 {
        self.of(&[0, 1, 1, 1, 2, 2, 3, 4, 5, 99, u32::MAX])
    }

    fn capability(&mut self) -> wit::Capability {
        let number = self.number();
        let kind: fn(u32) -> wit::Capability = self.of(&[
            wit::Capability::Held as fn(u32) -> wit::Capability,
            wit::Capability::Loader,
            wit::Capability::Service,
            wit::Capability::Offered,
            wit::Capability::Lent,
            wit::Capability::Promised,
            wit::Capability::Answer,
            wit::Capability::Awaitable,
        ]);
        kind(number)
    }

    fn message(&mut self) -> wit::Message {
        match self.below(8) {
            0 => message(&[]),
            1 => message(&[1, 22, 0]),
            2 => {
                let mut noise = vec![1];
                noise.extend((0..self.below(12)).map(|_| self.next().to_le_bytes()[0] % 24));
                message(&noise)
            }
            3 | 4 => stub(self.capability()),
            5 | 6 => {
                let count = self.below(6);
                list((0..count).map(|_| self.capability()).collect())
            }
            _ => undefined(),
        }
    }

    /// One that is a message most of the time.
    fn likely(&mut self) -> wit::Message {
        if self.often() { list(vec![self.capability(), self.capability()]) } else { self.message() }
    }

    fn effect(&mut self) -> wit::Effect {
        match self.below(16) {
            0 => wit::Effect::Loaded,
            1 if !self.often() => wit::Effect::LoadFailed(self.message()),
            2 if !self.often() => wit::Effect::LoadThrew(self.message()),
            1..=8 => wit::Effect::Call(wit::Call {
                id: if self.often() {
                    u32::from(self.next().to_le_bytes()[0])
                } else {
                    self.number()
                },
                invocation: if self.often() { 1 } else { self.number() },
                target: self.capability(),
                path: {
                    let names = ["getEntrypoint", "loopback", "watch", "load", "get", "", "then"];
                    (0..self.below(3)).map(|_| self.of(&names).to_owned()).collect()
                },
                arguments: self.often().then(|| self.likely()),
                awaited: self.often(),
            }),
            9 | 10 => wit::Effect::Settle(wit::Settlement {
                invocation: self.number(),
                result: if self.often() { Ok(self.likely()) } else { Err(self.likely()) },
                waiting: !self.often(),
            }),
            11 => wit::Effect::Waited(self.number()),
            _ => wit::Effect::Release(self.capability()),
        }
    }

    fn outcome(&mut self) -> wit::Outcome {
        let count = self.below(9);
        let effects = (0..count).map(|_| self.effect()).collect();
        let alarm = (!self.often()).then(|| wit::Alarm {
            due: self.of(&[-1.0, 0.0, 1e12, f64::NAN, f64::INFINITY, f64::NEG_INFINITY]),
            invocation: self.number(),
        });
        wit::Outcome { effects, alarm }
    }

    fn script(&mut self) -> Vec<wit::Outcome> {
        (0..=self.below(4)).map(|_| self.outcome()).collect()
    }
}

fn impatient() -> WorkerCode {
    code().limits(Limits::default().wall(Duration::from_millis(5)))
}

/// Whatever is said, the caller has an answer soon.
async fn assert_answers(liar: &Liar, cases: impl Iterator<Item = Vec<u8>>) {
    stream::iter(cases)
        .for_each_concurrent(32, |picture| async move {
            // A sandbox of its own, called twice: the second call meets what the
            // first one left behind, or a new sandbox.
            let liar = liar.another();
            for _ in 0..2 {
                let answer = tokio::time::timeout(Duration::from_mins(1), liar.shows(&picture));
                // What a stub in it holds ends with it.
                drop(answer.await.expect("an answer"));
            }
        })
        .await;
    assert_alive(liar).await;
}

#[tokio::test]
async fn random_effects_in_random_order() {
    let liar = Liar::new(impatient);
    let cases = (0..3000).map(|seed| picture::of(&Dice::new(seed).script(), liar.end));
    assert_answers(&liar, cases).await;
}

#[tokio::test]
async fn outcomes_with_some_bytes_flipped() {
    let liar = Liar::new(impatient);
    let cases = (0..3000).map(|seed| {
        let mut dice = Dice::new(seed + 1_000_000);
        let mut picture = picture::of(&dice.script(), liar.end);
        for _ in 0..=dice.below(4) {
            // Where the numbers are as often as anywhere.
            let span = if dice.often() { picture.len().min(256) } else { picture.len() };
            let from_end = usize::try_from(dice.below(span as u64)).expect("an index");
            let at = picture.len() - 1 - from_end;
            picture[at] = match dice.below(3) {
                0 => picture[at] ^ (1 << dice.below(8)),
                1 => dice.of(&[0, 1, 0x7f, 0x80, 0xff]),
                _ => dice.next().to_le_bytes()[0],
            };
        }
        picture
    });
    assert_answers(&liar, cases).await;
}
