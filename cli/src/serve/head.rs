//! Watches the heads of HTTP/1 requests for what hyper accepts and somebody else may read in
//! another way.
//!
//! A proxy in front and the server must agree where a request ends, or a client can hide one
//! request in another. hyper refuses most of what is ambiguous. It ignores `content-length`
//! beside `transfer-encoding`, and it takes a line feed alone for the end of a line.

/// The bytes of a line that are kept. A `content-length` is shorter.
const KEPT: usize = 96;

/// The watcher of one connection.
pub(crate) struct HeadWatch {
    at: At,
    line: Vec<u8>,
    /// The bytes of the line, which may be more than are kept.
    length: usize,
    before: u8,
    /// The number of heads that have ended.
    heads: u64,
    body: Option<u64>,
    is_chunked: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum At {
    /// The first line of a request, or what comes before it.
    Start,
    Headers,
    Body(u64),
    /// The rest of the connection is not looked at.
    Over,
}

/// The findings of the watcher.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Found {
    Nothing,
    /// The request of that number, and all after it, must be refused.
    Ambiguous(u64),
}

impl HeadWatch {
    pub(crate) fn new() -> Self {
        Self {
            at: At::Start,
            line: Vec::new(),
            length: 0,
            before: 0,
            heads: 0,
            body: None,
            is_chunked: false,
        }
    }

    /// Returns true if a head has begun and not ended.
    pub(crate) fn is_in_head(&self) -> bool {
        self.at == At::Headers || (self.at == At::Start && self.length > 0)
    }

    /// Takes the next bytes that the client has sent.
    pub(crate) fn take(&mut self, mut bytes: &[u8]) -> Found {
        while !bytes.is_empty() {
            match self.at {
                At::Over => return Found::Nothing,
                At::Body(left) => {
                    let here = usize::try_from(left).unwrap_or(usize::MAX).min(bytes.len());
                    bytes = bytes.get(here..).unwrap_or_default();
                    let left = left - here as u64;
                    self.at = if left == 0 { At::Start } else { At::Body(left) };
                }
                At::Start | At::Headers => {
                    let Some((&byte, rest)) = bytes.split_first() else { break };
                    bytes = rest;
                    if !self.byte(byte) {
                        self.at = At::Over;
                        return Found::Ambiguous(self.heads);
                    }
                }
            }
        }
        Found::Nothing
    }

    /// Takes a byte of a head. Returns false if the head is ambiguous.
    fn byte(&mut self, byte: u8) -> bool {
        let before = std::mem::replace(&mut self.before, byte);
        if byte != b'\n' {
            self.length += 1;
            if self.line.len() < KEPT {
                self.line.push(byte);
            }
            return true;
        }
        if before != b'\r' {
            return false;
        }
        let is_empty = self.length == 1;
        let is_good = match self.at {
            // Empty lines may come before a request.
            At::Start if is_empty => true,
            At::Start if self.line.starts_with(b"PRI * HTTP/2") => {
                self.at = At::Over;
                true
            }
            At::Start => {
                self.at = At::Headers;
                true
            }
            _ if is_empty => self.end(),
            _ => {
                self.header();
                true
            }
        };
        self.line.clear();
        self.length = 0;
        is_good
    }

    fn header(&mut self) {
        let Some(colon) = self.line.iter().position(|byte| *byte == b':') else { return };
        let (name, value) = self.line.split_at(colon);
        if name.eq_ignore_ascii_case(b"transfer-encoding") {
            self.is_chunked = true;
        } else if name.eq_ignore_ascii_case(b"content-length") {
            let digits = value.get(1..).unwrap_or_default().trim_ascii();
            let length = std::str::from_utf8(digits).ok().and_then(|digits| digits.parse().ok());
            // hyper refuses what is no number, and two that differ.
            self.body = Some(length.unwrap_or(u64::MAX));
        }
    }

    /// Ends a head. Returns false if the head is ambiguous.
    fn end(&mut self) -> bool {
        let body = self.body.take();
        if self.is_chunked && body.is_some() {
            return false;
        }
        self.heads += 1;
        self.at = match body {
            // The connection is closed after such a request.
            _ if self.is_chunked => At::Over,
            Some(length) if length > 0 => At::Body(length),
            _ => At::Start,
        };
        true
    }
}

#[cfg(test)]
mod tests {
    use super::{Found, HeadWatch};

    /// Takes the bytes at once, and one by one.
    fn found(bytes: &str) -> Found {
        let at_once = HeadWatch::new().take(bytes.as_bytes());
        let mut watch = HeadWatch::new();
        let one_by_one = bytes.bytes().map(|byte| watch.take(&[byte]));
        let last = one_by_one
            .fold(Found::Nothing, |found, next| if found == Found::Nothing { next } else { found });
        assert_eq!(at_once, last, "{bytes:?}");
        at_once
    }

    #[test]
    fn one_framing_is_clear_and_two_are_not() {
        let get = "GET / HTTP/1.1\r\nhost: a\r\n\r\n";
        let post = "POST / HTTP/1.1\r\nContent-Length: 4\r\n\r\n\n\n\n\n";
        let chunked = "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\n\n";
        for clear in ["", get, post, chunked, "\r\n\r\nGET / HTTP/1.1\r\n\r\n"] {
            assert_eq!(found(clear), Found::Nothing);
            assert_eq!(found(&format!("{get}{post}{get}{clear}")), Found::Nothing);
        }
        let both = "POST / HTTP/1.1\r\nContent-length:4\r\ntransfer-encoding: chunked\r\n\r\n";
        let other = "POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\ncontent-length: 4\r\n\r\n";
        for (ambiguous, number) in [
            (both.to_owned(), 0),
            (other.to_owned(), 0),
            (format!("{get}{post}{both}"), 2),
            (format!("{post}{other}"), 1),
            ("GET / HTTP/1.1\nhost: a\n\n".to_owned(), 0),
            (format!("{get}GET / HTTP/1.1\r\nhost: a\n\r\n"), 1),
        ] {
            assert_eq!(found(&ambiguous), Found::Ambiguous(number), "{ambiguous:?}");
        }
    }

    #[test]
    fn http2_is_not_looked_at() {
        assert_eq!(found("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\n\n"), Found::Nothing);
    }

    #[test]
    fn a_head_has_a_beginning_and_an_end() {
        let mut watch = HeadWatch::new();
        for (bytes, is_in_head) in [
            ("", false),
            ("GET", true),
            (" / HTTP/1.1\r\n", true),
            ("\r\n", false),
            ("\r\n", false),
            ("G", true),
        ] {
            watch.take(bytes.as_bytes());
            assert_eq!(watch.is_in_head(), is_in_head, "{bytes:?}");
        }
    }
}
