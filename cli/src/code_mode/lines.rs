//! Lines of at most so many bytes.

use std::io::{self, BufRead, Read as _};

/// A line of the input.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Line {
    /// A line, without its end.
    Whole(Vec<u8>),
    /// A line that is longer than the limit, and was skipped.
    TooLong,
}

/// Reads the next line, and no more of it into memory than `max_bytes` and one. `None` at the end
/// of the input. A last line without an end is none: its sender has gone in the middle of it.
///
/// # Errors
/// Errors if the input cannot be read.
pub(super) fn next(input: &mut impl BufRead, max_bytes: usize) -> io::Result<Option<Line>> {
    let mut line = Vec::new();
    let most = u64::try_from(max_bytes).unwrap_or(u64::MAX).saturating_add(1);
    input.by_ref().take(most).read_until(b'\n', &mut line)?;
    if line.last() == Some(&b'\n') {
        line.pop();
        return Ok(Some(Line::Whole(line)));
    }
    if line.len() <= max_bytes {
        return Ok(None);
    }
    drop(line);
    let is_whole = input.skip_until(b'\n')? > 0;
    Ok(is_whole.then_some(Line::TooLong))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(mut input: &[u8]) -> Vec<Line> {
        std::iter::from_fn(|| next(&mut input, 4).expect("no error")).collect()
    }

    fn whole(line: &str) -> Line {
        Line::Whole(line.into())
    }

    #[test]
    fn lines_are_bounded() {
        assert_eq!(lines(b"abcd\n\nab\n"), [whole("abcd"), whole(""), whole("ab")]);
        assert_eq!(lines(b"abcde\nab\n"), [Line::TooLong, whole("ab")]);
        assert_eq!(lines(b"abcdefghijkl\n"), [Line::TooLong]);
    }

    #[test]
    fn a_line_without_an_end_is_none() {
        assert_eq!(lines(b""), []);
        assert_eq!(lines(b"a\nab"), [whole("a")]);
        assert_eq!(lines(b"a\nabcd"), [whole("a")]);
        assert_eq!(lines(b"a\nabcde"), [whole("a")]);
    }
}
