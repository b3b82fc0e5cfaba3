//! The single line of standard output, which is JSON.

use std::fmt;
use std::io::{self, BufWriter, Write};

use crate::escape::Filter;
use crate::streams;

/// The maximum number of bytes of JSON that the command prints.
pub(crate) const MAX_JSON_BYTES: usize = 64 << 20;

/// A writer of JSON. Characters that must not reach a terminal become escapes. That is the same
/// JSON, because they only occur in its strings.
pub(crate) struct Output<'a> {
    to: &'a mut dyn Write,
    /// The number of bytes that it may still take.
    room: usize,
    is_full: bool,
    filter: Filter,
    /// The reason why the last write of text failed, which `fmt::Error` cannot hold.
    error: Option<io::Error>,
}

impl<'a> Output<'a> {
    fn new(to: &'a mut dyn Write, room: usize) -> Self {
        Self { to, room, is_full: false, filter: Filter::default(), error: None }
    }

    /// Writes a value as JSON.
    pub(crate) fn value(&mut self, value: &isolet::Value) -> io::Result<()> {
        value
            .write_json(self)
            .map_err(|fmt::Error| self.error.take().unwrap_or_else(|| io::Error::other("no JSON")))
    }

    fn text(&mut self, text: &str) -> io::Result<()> {
        // The case of nearly all JSON.
        if text.bytes().all(|byte| (b' '..=b'~').contains(&byte)) {
            self.filter.skip_ascii(text);
            return self.raw(text.as_bytes());
        }
        // The text up to here is written.
        let mut from = 0;
        for (at, c) in text.char_indices() {
            if !self.filter.shows(c) {
                self.raw(text.get(from..at).unwrap_or_default().as_bytes())?;
                from = at + c.len_utf8();
                for unit in c.encode_utf16(&mut [0; 2]) {
                    self.raw(&escape(*unit))?;
                }
            }
        }
        self.raw(text.get(from..).unwrap_or_default().as_bytes())
    }

    fn raw(&mut self, bytes: &[u8]) -> io::Result<()> {
        let Some(room) = self.room.checked_sub(bytes.len()) else {
            self.is_full = true;
            return Err(io::Error::other("more JSON than is printed"));
        };
        self.room = room;
        self.to.write_all(bytes)
    }
}

impl fmt::Write for Output<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.text(text).map_err(|error| {
            self.error = Some(error);
            fmt::Error
        })
    }
}

/// For `serde_json`, which writes whole characters.
impl Write for Output<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let text = std::str::from_utf8(bytes)
            .map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))?;
        self.text(text)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}

fn escape(unit: u16) -> [u8; 6] {
    let [high, low] = unit.to_be_bytes();
    let digit = |value: u8| if value < 10 { b'0' + value } else { b'a' + value - 10 };
    [b'\\', b'u', digit(high >> 4), digit(high & 15), digit(low >> 4), digit(low & 15)]
}

pub(crate) enum Failure {
    /// The JSON is longer than [`MAX_JSON_BYTES`], and nothing was printed.
    TooLong,
    Io(io::Error),
}

/// Prints what `body` writes, or nothing at all if that is too long. Calls `body` once to count
/// and once to print, so that the text is never in memory.
///
/// # Errors
/// Errors if there is too much JSON, or if standard output cannot be written to.
pub(crate) fn print(body: impl Fn(&mut Output<'_>) -> io::Result<()>) -> Result<(), Failure> {
    write(MAX_JSON_BYTES, &mut io::sink(), &body)?;
    if streams::STDOUT.was_closed() {
        return Err(Failure::Io(io::Error::other("it is closed")));
    }
    let mut stdout = BufWriter::with_capacity(64 << 10, io::stdout().lock());
    write(MAX_JSON_BYTES, &mut stdout, &body)?;
    stdout.write_all(b"\n").and_then(|()| stdout.flush()).map_err(Failure::Io)
}

fn write(
    room: usize,
    to: &mut dyn Write,
    body: impl Fn(&mut Output<'_>) -> io::Result<()>,
) -> Result<(), Failure> {
    let mut output = Output::new(to, room);
    body(&mut output)
        .map_err(|error| if output.is_full { Failure::TooLong } else { Failure::Io(error) })
}

#[cfg(test)]
mod tests {
    use super::{Failure, write};

    fn written(room: usize, text: &str) -> Option<String> {
        let mut to = Vec::new();
        let done = write(room, &mut to, |out| serde_json::to_writer(out, text).map_err(Into::into));
        assert!(matches!(done, Ok(()) | Err(Failure::TooLong)));
        done.ok().map(|()| String::from_utf8(to).expect("UTF-8"))
    }

    #[test]
    fn json_stays_the_same_json() {
        let text = "\u{0}\u{1b}\u{7f}\u{80}\u{9f}\u{61c}\u{200e}\u{2028}\u{202e}\u{2069}é\\\"👩‍🚀\u{e0041}\u{200d}";
        let escaped = written(1000, text).expect("room");
        assert_eq!(
            escaped,
            "\"\\u0000\\u001b\\u007f\\u0080\\u009f\\u061c\\u200e\\u2028\\u202e\\u2069é\\\\\\\"👩‍🚀\\udb40\\udc41\\u200d\""
        );
        assert_eq!(serde_json::from_str::<String>(&escaped).expect("JSON"), text);
    }

    #[test]
    fn the_limit_counts_what_is_printed() {
        assert_eq!(written(5, "abc").as_deref(), Some("\"abc\""));
        assert_eq!(written(4, "abc"), None);
        assert_eq!(written(8, "\u{202e}").as_deref(), Some("\"\\u202e\""));
        assert_eq!(written(7, "\u{202e}"), None);
    }
}
