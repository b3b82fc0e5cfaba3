//! Replacement of texts in a stream of bytes, also where a chunk ends within one.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

use aho_corasick::{AhoCorasick, MatchKind};

/// Texts to replace, and what each is replaced by.
#[derive(Debug)]
pub(super) struct Replacements {
    finder: AhoCorasick,
    texts: Vec<Vec<u8>>,
    by: Vec<Arc<[u8]>>,
    longest: usize,
    /// The bytes that begin a text, in lower case.
    begins: [bool; 256],
}

impl Replacements {
    /// Creates the replacements of pairs. Case is ignored in ASCII, so that encodings that differ
    /// in case alone are one. The longest of several texts at one place counts.
    pub(super) fn new(pairs: Vec<(Vec<u8>, Arc<[u8]>)>) -> Result<Self, aho_corasick::BuildError> {
        let (texts, by): (Vec<_>, Vec<_>) = pairs.into_iter().unzip();
        let finder = AhoCorasick::builder()
            .match_kind(MatchKind::LeftmostLongest)
            .ascii_case_insensitive(true)
            .build(&texts)?;
        let longest = texts.iter().map(Vec::len).max().unwrap_or(0);
        let mut begins = [false; 256];
        for byte in texts.iter().filter_map(|text| text.first()) {
            begins[usize::from(byte.to_ascii_lowercase())] = true;
        }
        Ok(Self { finder, texts, by, longest, begins })
    }

    pub(super) fn is_empty(&self) -> bool {
        self.texts.is_empty()
    }

    /// Returns the places of texts, each with its number in the order of the pairs.
    pub(super) fn find(&self, bytes: &[u8]) -> impl Iterator<Item = (usize, Range<usize>)> {
        let found = self.finder.find_iter(bytes);
        found.map(|found| (found.pattern().as_usize(), found.range()))
    }

    /// Returns a whole text with everything replaced.
    pub(super) fn apply<'a>(&self, bytes: &'a [u8]) -> Cow<'a, [u8]> {
        if self.is_empty() || !self.finder.is_match(bytes) {
            return Cow::Borrowed(bytes);
        }
        let mut out = Vec::with_capacity(bytes.len());
        self.copy(bytes, bytes.len(), &mut out);
        Cow::Owned(out)
    }

    /// Returns a text with everything replaced.
    pub(super) fn apply_to_text(&self, text: &str) -> String {
        String::from_utf8_lossy(&self.apply(text.as_bytes())).into_owned()
    }

    /// Copies bytes with every text replaced that begins before `until`. Returns the number of
    /// bytes that were used: at least `until`, and more if a text goes beyond it.
    fn copy(&self, bytes: &[u8], until: usize, out: &mut Vec<u8>) -> usize {
        let mut at = 0;
        for found in self.finder.find_iter(bytes) {
            if found.start() >= until {
                break;
            }
            out.extend_from_slice(bytes.get(at..found.start()).unwrap_or_default());
            if let Some(by) = self.by.get(found.pattern().as_usize()) {
                out.extend_from_slice(by);
            }
            at = found.end();
        }
        out.extend_from_slice(bytes.get(at..until).unwrap_or_default());
        at.max(until)
    }

    /// Returns the first place, at `from` or later, from which on all bytes could be the
    /// beginning of a longer text.
    fn unfinished(&self, bytes: &[u8], from: usize) -> usize {
        let first = bytes.len().saturating_sub(self.longest.saturating_sub(1)).max(from);
        (first..bytes.len())
            .find(|at| self.is_beginning(bytes.get(*at..).unwrap_or_default()))
            .unwrap_or(bytes.len())
    }

    fn is_beginning(&self, rest: &[u8]) -> bool {
        let known = |byte: &u8| {
            self.begins.get(usize::from(byte.to_ascii_lowercase())).copied().unwrap_or(false)
        };
        rest.first().is_some_and(known)
            && self.texts.iter().any(|text| {
                text.len() > rest.len()
                    && text.get(..rest.len()).is_some_and(|it| it.eq_ignore_ascii_case(rest))
            })
    }
}

/// Replaces texts in chunks. It holds back at most the bytes of the longest text but one, and
/// only bytes that could be the beginning of a text.
#[derive(Debug)]
pub(super) struct Replacer {
    replacements: Arc<Replacements>,
    held: Vec<u8>,
}

impl Replacer {
    pub(super) fn new(replacements: &Arc<Replacements>) -> Self {
        Self { replacements: Arc::clone(replacements), held: Vec::new() }
    }

    pub(super) fn replacements(&self) -> &Replacements {
        &self.replacements
    }

    /// Returns what can be passed on after `chunk`.
    pub(super) fn push(&mut self, chunk: &[u8]) -> Vec<u8> {
        let mut bytes = std::mem::take(&mut self.held);
        bytes.extend_from_slice(chunk);
        let mut out = Vec::with_capacity(bytes.len());
        let mut at = 0;
        loop {
            let rest = bytes.get(at..).unwrap_or_default();
            let until = self.replacements.unfinished(rest, 0);
            let used = self.replacements.copy(rest, until, &mut out);
            at += used;
            // A text that began before `until` and went beyond it moves the place.
            if used == until || used >= rest.len() {
                break;
            }
        }
        bytes.drain(..at.min(bytes.len()));
        self.held = bytes;
        out
    }

    /// Returns what was held back, at the end of the stream.
    pub(super) fn finish(&mut self) -> Vec<u8> {
        let held = std::mem::take(&mut self.held);
        self.replacements.apply(&held).into_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn replacements(pairs: &[(&str, &str)]) -> Arc<Replacements> {
        let pairs = pairs.iter().map(|(text, by)| (text.as_bytes().to_vec(), by.as_bytes().into()));
        Arc::new(Replacements::new(pairs.collect()).unwrap())
    }

    fn in_chunks(replacements: &Arc<Replacements>, chunks: &[&[u8]]) -> String {
        let mut replacer = Replacer::new(replacements);
        let mut out = Vec::new();
        for chunk in chunks {
            out.extend(replacer.push(chunk));
            assert!(replacer.held.len() < replacements.longest, "{replacer:?}");
        }
        out.extend(replacer.finish());
        String::from_utf8(out).unwrap()
    }

    /// Cuts the text at every pair of places.
    fn everywhere(pairs: &[(&str, &str)], text: &str, expected: &str) {
        let replacements = replacements(pairs);
        assert_eq!(replacements.apply(text.as_bytes()), expected.as_bytes());
        let bytes = text.as_bytes();
        for first in 0..=bytes.len() {
            for second in first..=bytes.len() {
                let chunks = [&bytes[..first], &bytes[first..second], &bytes[second..]];
                assert_eq!(in_chunks(&replacements, &chunks), expected, "{first} {second}");
            }
        }
        let single: Vec<&[u8]> = bytes.chunks(1).collect();
        assert_eq!(in_chunks(&replacements, &single), expected);
    }

    #[test]
    fn texts_are_replaced_wherever_chunks_end() {
        everywhere(&[("secret", "*")], "a secret, SECRET secre secsecret", "a *, * secre sec*");
        everywhere(&[("aab", "1"), ("ab", "2")], "aaabab", "a12");
        // The longer one counts, even if it ends in a later chunk.
        everywhere(&[("abcd", "1"), ("abcdefg", "2")], "abcdefg abcdef abcd", "2 1ef 1");
        // A text that overlaps one that begins earlier.
        everywhere(&[("abcd", "1"), ("cdef", "2")], "abcdef cdef abcd", "1ef 2 1");
        everywhere(&[("aaaa", "-")], "aaaaaaaaaa", "--aa");
    }

    #[test]
    fn only_a_beginning_is_held_back() {
        let replacements = replacements(&[("secret", "*")]);
        let mut replacer = Replacer::new(&replacements);
        assert_eq!(replacer.push(b"data: 1\n\n"), b"data: 1\n\n");
        assert_eq!(replacer.push(b"x sec"), b"x ");
        assert_eq!(replacer.push(b"ond"), b"second");
        assert_eq!(replacer.push(b"secret"), b"*");
        assert_eq!(replacer.finish(), b"");
    }

    #[test]
    fn nothing_to_replace() {
        let replacements = replacements(&[]);
        assert!(replacements.is_empty());
        assert_eq!(replacements.apply(b"abc"), &b"abc"[..]);
        assert_eq!(Replacer::new(&replacements).push(b"abc"), b"abc");
    }
}
