//! Each input of the corpus, and each that once failed; and thousands of changed ones, the same in
//! each run.

use std::path::Path;

/// The changed inputs of one target.
const CHANGED: usize = 3_000;

/// A generator of numbers (xorshift).
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    /// Returns a number below `end`, which is not 0.
    fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % end as u64).unwrap()
    }
}

fn replay(target: &str, words: &[&str], run: impl Fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/corpus").join(target);
    let mut paths: Vec<_> =
        std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let inputs: Vec<_> = paths.iter().map(|path| std::fs::read(path).unwrap()).collect();
    assert!(inputs.len() > 10, "{} holds {} inputs", folder.display(), inputs.len());
    for input in &inputs {
        run(input);
    }
    let mut numbers = Numbers(0x9e37_79b9_7f4a_7c15);
    for _ in 0..CHANGED {
        let mut input = inputs[numbers.below(inputs.len())].clone();
        for _ in 0..=numbers.below(4) {
            change(&mut input, &inputs, words, &mut numbers);
        }
        run(&input);
    }
}

/// Changes an input at one place, as fuzzers do.
fn change(input: &mut Vec<u8>, all: &[Vec<u8>], words: &[&str], numbers: &mut Numbers) {
    let at = numbers.below(input.len() + 1);
    let end = (at + numbers.below(64)).min(input.len());
    match numbers.below(7) {
        0 if at < input.len() => input[at] ^= 1 << numbers.below(8),
        1 if at < input.len() => input[at] = u8::try_from(numbers.below(256)).unwrap(),
        2 => drop(input.drain(at..end)),
        3 => {
            let repeated = input[at..end].to_vec();
            input.splice(at..at, repeated);
        }
        4 => {
            let other = &all[numbers.below(all.len())];
            let from = numbers.below(other.len() + 1);
            input.truncate(at);
            input.extend_from_slice(&other[from..]);
        }
        _ => {
            let word = words[numbers.below(words.len())];
            let replaced = if numbers.below(2) == 0 { at..at } else { at..end };
            input.splice(replaced, word.bytes());
        }
    }
}

#[test]
fn archives() {
    let words = [
        "../",
        "/",
        "package/",
        "\\",
        "\0",
        "00000000000",
        "77777777777",
        "\u{130}",
        "L",
        "x",
        "g",
    ];
    replay("archive", &words, super::archive);
}

#[test]
fn locks() {
    let words = [
        "\"node_modules/a\": {}",
        "node_modules/",
        "../",
        "\"resolved\": \"file:a\"",
        "\"link\": true",
        "\"inBundle\": true",
        "{",
        "[",
        "}",
        "\"",
        "null",
        "1e999",
        "https://",
        "\"version\": \"1.0.0\"",
    ];
    replay("lock", &words, super::lock);
}

#[test]
fn npmrcs() {
    let words = [
        "${TOKEN}",
        "${",
        "}",
        "=",
        "\n",
        ":_authToken",
        "//registry.npmjs.org/",
        "registry",
        "@s:",
        "proxy=",
        "https-proxy=",
        "noproxy=",
        "http://",
        "u:p@",
        "socks5://",
        "npm_config_",
        "\"",
    ];
    replay("npmrc", &words, super::npmrc);
}
