//! Checks that a program can do nothing to the reader of the command's output.

use std::io::{self, Read};

/// The faults and the size of a text.
#[derive(Default)]
pub(crate) struct Output {
    pub(crate) bytes: u64,
    pub(crate) lines: u64,
    /// The number of lines that look like the command's own errors.
    pub(crate) errors: u64,
    /// The first character that affects the text around it.
    pub(crate) steers: Option<char>,
    pub(crate) is_text: bool,
    /// The beginning of the line that is being read.
    start: String,
}

/// The beginning of the command's own errors.
const ERROR: &str = "error:";

impl Output {
    /// Reads the whole text, a piece at a time.
    ///
    /// # Errors
    /// Errors if it cannot be read.
    pub(crate) fn scan(mut text: impl Read) -> io::Result<Self> {
        let mut output = Self { is_text: true, ..Self::default() };
        let mut buffer = vec![0; 1 << 16];
        let mut kept = 0;
        loop {
            let read = text.read(&mut buffer[kept..])?;
            if read == 0 {
                output.is_text &= kept == 0;
                return Ok(output);
            }
            output.bytes += read as u64;
            let filled = kept + read;
            let whole = match std::str::from_utf8(&buffer[..filled]) {
                Ok(_) => filled,
                Err(error) if error.error_len().is_none() => error.valid_up_to(),
                Err(_) => {
                    output.is_text = false;
                    return Ok(output);
                }
            };
            for c in String::from_utf8_lossy(&buffer[..whole]).chars() {
                output.take(c);
            }
            // The next piece has the rest of this character.
            buffer.copy_within(whole..filled, 0);
            kept = filled - whole;
        }
    }

    fn take(&mut self, c: char) {
        if c == '\n' {
            self.lines += 1;
            self.start.clear();
        } else if self.start.len() < ERROR.len() {
            self.start.push(c);
            self.errors += u64::from(self.start == ERROR);
        }
        if steers(c) && self.steers.is_none() {
            self.steers = Some(c);
        }
    }
}

/// Returns true for controls, line breaks other than line feeds, characters that reorder text, and
/// invisible characters. Returns false for joiners, because letters and emoji are made with them.
fn steers(c: char) -> bool {
    let hidden = matches!(
        c,
        '\u{61c}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e007f}'
    );
    (c.is_control() && !matches!(c, '\n' | '\t')) || hidden
}
