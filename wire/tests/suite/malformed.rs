//! Bytes that are not messages, and some that nearly are.

use isolet_wire::{Problem, Value, WireError};

use crate::{corpus, oracle};

fn problem(bytes: &[u8]) -> Problem {
    let WireError { problem, offset } =
        Value::from_bytes(bytes.to_vec(), corpus::capabilities(1)).unwrap_err();
    assert!(offset <= bytes.len());
    problem
}

#[test]
fn each_rule_is_kept() {
    let cases: &[(&[u8], Problem)] = &[
        (&[], Problem::Version),
        (&[2, 1], Problem::Version),
        (&[1], Problem::Truncated),
        (&[1, 1, 1], Problem::Trailing),
        (&[1, 0], Problem::Tag),
        (&[1, 23], Problem::Truncated),
        (&[1, 23, 7, 0], Problem::Tag),
        (&[1, 23, 0, 5, 0], Problem::Tag),
        (&[1, 25], Problem::Tag),
        (&[1, 5, 0x80, 0], Problem::Varint),
        (&[1, 5, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2], Problem::Varint),
        (&[1, 5, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1], Problem::Integer),
        (&[1, 5, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f], Problem::Integer),
        (&[1, 6, 0, 0], Problem::Truncated),
        (&[1, 7, 0, 0], Problem::BigInt),
        (&[1, 7, 1, 1, b'0'], Problem::BigInt),
        (&[1, 7, 2, 1, b'1'], Problem::BigInt),
        (&[1, 7, 0, 2, b'0', b'1'], Problem::BigInt),
        (&[1, 7, 0, 1, b'F'], Problem::BigInt),
        (&[1, 8, 1, 0xff], Problem::Text),
        (&[1, 8, 0xff, 0xff, 0xff, 0xff, 0x7f, b'x'], Problem::Truncated),
        (&[1, 9, 1, b'a', 0], Problem::Text),
        (&[1, 11, 8, 0, 5, 0], Problem::Tag),
        (&[1, 12, 1], Problem::Tag),
        (&[1, 12, 12, 3], Problem::Tag),
        (&[1, 12, 15, 0], Problem::Tag),
        (&[1, 13, 2, 3], Problem::Truncated),
        (&[1, 13, 1, 0], Problem::Tag),
        (&[1, 14, 0x80, 0x80, 0x80, 0x80, 0x10, 0], Problem::Varint),
        (&[1, 14, 1, 8, 1, b'1', 3, 0], Problem::Key),
        (&[1, 14, 9, 8, 1, b'1', 3, 8, 1, b'0', 3, 0], Problem::Key),
        (&[1, 14, 9, 8, 1, b'x', 3, 8, 1, b'0', 3, 0], Problem::Key),
        (&[1, 15, 8, 0, 0], Problem::Tag),
        (&[1, 15, 5, 2, 3, 0], Problem::Tag),
        (&[1, 16, 3, 0], Problem::Tag),
        (&[1, 17], Problem::Truncated),
        (&[1, 18, 8, 0, 8, 0, 2, 0], Problem::Tag),
        (&[1, 18, 8, 0, 1, 1, 0], Problem::Tag),
        (&[1, 20, 13, 19, 0, 0, 0], Problem::View),
        (&[1, 20, 1, 15, 0], Problem::View),
        (&[1, 20, 1, 19, 1, 9, 1, 1], Problem::View),
        (&[1, 20, 3, 19, 4, 9, 9, 9, 9, 1, 1], Problem::View),
        (&[1, 20, 1, 21, 0, 0, 0], Problem::Reference),
        (&[1, 21, 0], Problem::Reference),
        (&[1, 13, 1, 21, 1], Problem::Reference),
        (&[1, 22, 1], Problem::Capability),
        (&[1, 22, 0xff, 0xff, 0xff, 0xff, 0x7f], Problem::Capability),
    ];
    for (bytes, expected) in cases {
        assert_eq!(problem(bytes), *expected, "{bytes:?}");
    }
}

#[test]
fn every_prefix_is_refused() {
    for value in corpus::all() {
        let bytes = value.as_bytes();
        for end in 0..bytes.len() {
            assert!(Value::from_bytes(bytes[..end].to_vec(), corpus::capabilities(8)).is_err());
        }
    }
}

/// A small generator, so that a failure can be reproduced.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % limit
    }
}

#[test]
fn mutations_never_panic() {
    let corpus = corpus::all();
    let mut random = Random(1);
    let mut valid = 0;
    for round in 0..60_000 {
        let mut bytes = corpus[random.below(corpus.len())].as_bytes().to_vec();
        for _ in 0..=random.below(3) {
            let at = 1 + random.below(bytes.len());
            match random.below(4) {
                0 if at < bytes.len() => bytes[at] = u8::try_from(random.below(25)).unwrap(),
                1 if at < bytes.len() => bytes[at] ^= 1 << random.below(8),
                2 => bytes.insert(at, u8::try_from(random.below(25)).unwrap()),
                _ if at < bytes.len() => drop(bytes.remove(at)),
                _ => {
                    let other = corpus[random.below(corpus.len())].as_bytes();
                    bytes.splice(at.., other[random.below(other.len())..].iter().copied());
                }
            }
        }
        if let Ok(value) = Value::from_bytes(bytes, corpus::capabilities(8)) {
            valid += 1;
            if round % 4 == 0 {
                oracle::check(&value);
            }
        }
    }
    assert!(valid > 5_000, "{valid}");
}

#[test]
fn noise_never_panics() {
    let mut random = Random(2);
    for _ in 0..60_000 {
        let mut bytes = vec![1];
        for _ in 0..random.below(24) {
            bytes.push(u8::try_from(random.below(25)).unwrap());
        }
        if let Ok(value) = Value::from_bytes(bytes, corpus::capabilities(8)) {
            oracle::check(&value);
        }
    }
}

#[test]
fn the_corpus_is_exercised() {
    corpus::all().iter().for_each(oracle::check);
}
