//! Standard error. Lines of the guest are told apart from those of the command.

use std::fmt::{self, Display, Write as _};
use std::io::{self, Write as _};
use std::sync::atomic::{AtomicBool, Ordering};

use anstyle::{AnsiColor, Style};
use console::Term;
use isolet::{Level, LogLine};
use unicode_width::UnicodeWidthChar as _;

use crate::escape::Filter;

/// The beginning of each row that the guest logs. No other row begins with it.
const LOG: &str = "| ";

/// The beginning of a row that continues a message of the command.
const MORE: &str = "  ";

/// The maximum number of bytes that are shown of an error's message, and of its stack.
const MAX_SHOWN_BYTES: usize = 64 << 10;

/// The minimum number of columns. A narrower terminal wraps rows as it likes.
const MIN_COLUMNS: usize = 20;

/// Standard error.
#[derive(Default)]
pub(crate) struct Terminal {
    has_lost: AtomicBool,
}

impl Terminal {
    /// Shows a line of the guest.
    pub(crate) fn log(&self, line: &LogLine) {
        let colour = match line.level {
            Level::Debug => Some(AnsiColor::BrightBlack),
            Level::Warn => Some(AnsiColor::Yellow),
            Level::Error => Some(AnsiColor::Red),
            Level::Info | Level::Log => None,
        };
        let style = Style::new().fg_color(colour.map(Into::into));
        let mut rows = Rows::new(LOG.to_owned(), LOG, columns());
        rows.text(&line.message);
        self.print(&format!("{style}{}{style:#}\n", rows.out));
    }

    /// Shows a message of the command that is no error.
    pub(crate) fn warning(&self, message: impl Display) {
        let style = Style::new().bold().fg_color(Some(AnsiColor::Yellow.into()));
        let mut rows = Rows::new("warning: ".to_owned(), MORE, columns());
        rows.text(&Clip::of(message).into_text());
        let message = rows.out.strip_prefix("warning:").unwrap_or_default();
        self.print(&format!("{style}warning:{style:#}{message}\n"));
    }

    /// Shows a message of the command, and the stack of an exception.
    pub(crate) fn error(&self, message: impl Display, stack: Option<&str>) {
        let style = Style::new().bold().fg_color(Some(AnsiColor::Red.into()));
        let mut rows = Rows::new("error: ".to_owned(), MORE, columns());
        rows.text(&Clip::of(message).into_text());
        if let Some(stack) = stack {
            rows.end();
            rows.text(&Clip::of(stack.trim_end()).into_text());
        }
        let message = rows.out.strip_prefix("error:").unwrap_or_default();
        self.print(&format!("{style}error:{style:#}{message}\n"));
    }

    /// Shows one line of the command, such as that of a request.
    #[cfg(any(feature = "dir", feature = "mcp", feature = "net", feature = "serve"))]
    pub(crate) fn note(&self, text: &str) {
        // A text of the client's must not pass for a row of the guest's.
        let first = if text.starts_with(LOG.trim_end()) { MORE } else { "" };
        let mut rows = Rows::new(first.to_owned(), MORE, columns());
        rows.text(&Clip::of(text).into_text());
        self.print(&format!("{}\n", rows.out));
    }

    fn print(&self, text: &str) {
        match anstream::stderr().write_all(text.as_bytes()) {
            // If standard error is closed, the log is not wanted.
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
                self.has_lost.store(true, Ordering::Relaxed);
            }
            _ => {}
        }
    }

    /// Returns true if something could not be written, for example on a full disk.
    pub(crate) fn has_lost(&self) -> bool {
        self.has_lost.load(Ordering::Relaxed)
    }
}

/// Returns the width of standard error, if it is a terminal.
fn columns() -> Option<usize> {
    let (_, columns) = Term::stderr().size_checked()?;
    Some(usize::from(columns)).filter(|columns| *columns >= MIN_COLUMNS)
}

/// Rows of the guest's text. Every row but the first begins with a prefix, even where a terminal
/// would wrap the text. So no row can pass for a line of somebody else.
struct Rows {
    out: String,
    prefix: &'static str,
    columns: Option<usize>,
    /// The next column.
    at: usize,
    filter: Filter,
}

impl Rows {
    fn new(first: String, prefix: &'static str, columns: Option<usize>) -> Self {
        let at = first.len();
        Self { out: first, prefix, columns, at, filter: Filter::default() }
    }

    fn text(&mut self, text: &str) {
        for c in text.chars() {
            match c {
                '\n' => self.end(),
                // The maximum width of a tab.
                '\t' => self.put("\t", 8),
                c if self.filter.shows(c) => {
                    // The selector that turns a symbol into emoji makes it wider.
                    let width = if c == '\u{fe0f}' { 1 } else { c.width_cjk().unwrap_or(0) };
                    self.put(c.encode_utf8(&mut [0; 4]), width);
                }
                c => {
                    let escape = format!("\\u{{{:x}}}", u32::from(c));
                    self.put(&escape, escape.len());
                }
            }
        }
    }

    fn put(&mut self, text: &str, width: usize) {
        // The last column stays free: some terminals wrap as soon as it is written.
        if self.columns.is_some_and(|columns| width > 0 && self.at + width >= columns) {
            self.out.push('\n');
            self.out.push_str(self.prefix);
            self.at = self.prefix.len();
        }
        self.out.push_str(text);
        self.at += width;
    }

    fn end(&mut self) {
        self.out.push('\n');
        self.out.push_str(self.prefix);
        self.at = self.prefix.len();
        self.filter.reset();
    }
}

/// The beginning of a text.
#[derive(Default)]
struct Clip {
    text: String,
    /// The number of bytes that did not fit.
    left_out: usize,
}

impl Clip {
    fn of(text: impl Display) -> Self {
        let mut clip = Self::default();
        // Writing to it cannot fail. If a `Display` fails, what it wrote stays.
        let _ = write!(clip, "{text}");
        clip
    }

    fn into_text(mut self) -> String {
        if self.left_out > 0 {
            let _ = write!(self.text, "\n[{} more bytes are not shown", self.left_out);
            self.text.push_str("; --json prints them]");
        }
        self.text
    }
}

impl fmt::Write for Clip {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let room = if self.left_out > 0 { 0 } else { MAX_SHOWN_BYTES - self.text.len() };
        let end = text.floor_char_boundary(room);
        self.text.push_str(&text[..end]);
        self.left_out += text.len() - end;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{Clip, LOG, MAX_SHOWN_BYTES, MORE, Rows};

    fn rows(text: &str, columns: Option<usize>) -> String {
        let mut rows = Rows::new(LOG.to_owned(), LOG, columns);
        rows.text(text);
        rows.out
    }

    #[test]
    fn terminals_are_not_steered() {
        assert_eq!(rows("a\u{1b}[31mb\rc\u{7f}", None), "| a\\u{1b}[31mb\\u{d}c\\u{7f}");
        assert_eq!(rows("a\nerror: b\tc", None), "| a\n| error: b\tc");
        assert_eq!(rows("\u{202e}x\u{e0041}", None), "| \\u{202e}x\\u{e0041}");
        assert_eq!(rows("שלום 👩‍🚀 é\u{fe0f}", None), "| שלום 👩‍🚀 é\u{fe0f}");
        // Nothing joins the prefix.
        assert_eq!(rows("\u{338}a\n\u{338}", None), "| \\u{338}a\n| \\u{338}");
    }

    #[test]
    fn what_a_terminal_would_wrap_has_the_prefix_too() {
        let text = format!("{}error: no", " ".repeat(17));
        assert_eq!(rows(&text, Some(20)), format!("| {}\n| error: no", " ".repeat(17)));
        for text in [
            "x".repeat(500),
            "漢".repeat(500),
            "\t".repeat(50),
            "❤️".repeat(99),
            "\u{1b}".repeat(99),
        ] {
            for row in rows(&text, Some(20)).split('\n') {
                assert!(row.starts_with(LOG), "{row}");
                let wide = row.replace('\t', "        ").replace("❤️", "xx").replace('漢', "xx");
                assert!(wide.chars().count() < 20, "{row}");
            }
        }
        let mut error = Rows::new("error: ".to_owned(), MORE, Some(20));
        error.text(&"y".repeat(40));
        assert_eq!(
            error.out,
            format!("error: {}\n  {}\n  {}", "y".repeat(12), "y".repeat(17), "y".repeat(11))
        );
    }

    #[test]
    fn a_long_text_is_clipped_and_says_so() {
        assert_eq!(Clip::of("x".repeat(MAX_SHOWN_BYTES)).into_text().len(), MAX_SHOWN_BYTES);
        let long = Clip::of(format_args!("{}ü{}", "x".repeat(MAX_SHOWN_BYTES - 1), "y".repeat(5)));
        let text = long.into_text();
        let (shown, note) = text.split_once('\n').expect("a note");
        assert_eq!(shown, "x".repeat(MAX_SHOWN_BYTES - 1));
        assert_eq!(note, "[7 more bytes are not shown; --json prints them]");
    }
}
