//! The outputs of JSON.

use std::fmt::{self, Write};

/// The size in bytes up to which short pieces are gathered.
pub(super) const BATCH_BYTES: usize = 4 << 10;

/// A text of limited length. Writing more is an error.
pub(super) struct Prefix {
    pub(super) text: String,
    pub(super) max_bytes: usize,
}

impl Write for Prefix {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let room = self.max_bytes - self.text.len();
        self.text.push_str(&text[..text.floor_char_boundary(room)]);
        if text.len() > room { Err(fmt::Error) } else { Ok(()) }
    }
}

/// A buffer that gathers pieces for a writer. Takes nothing more once the writer has failed.
pub(super) struct Out<'w, W> {
    to: &'w mut W,
    batch: String,
    result: fmt::Result,
}

impl<'w, W: Write> Out<'w, W> {
    pub(super) fn new(to: &'w mut W) -> Self {
        Self { to, batch: String::with_capacity(BATCH_BYTES), result: Ok(()) }
    }

    pub(super) fn has_failed(&self) -> bool {
        self.result.is_err()
    }

    pub(super) fn push_str(&mut self, text: &str) {
        if self.batch.len() + text.len() > BATCH_BYTES {
            self.flush();
        }
        if text.len() <= BATCH_BYTES {
            self.batch.push_str(text);
        } else if !self.has_failed() {
            self.result = self.to.write_str(text);
        }
    }

    pub(super) fn push(&mut self, c: char) {
        self.push_str(c.encode_utf8(&mut [0; 4]));
    }

    fn flush(&mut self) {
        if !self.has_failed() {
            self.result = self.to.write_str(&self.batch);
        }
        self.batch.clear();
    }

    pub(super) fn finish(mut self) -> fmt::Result {
        self.flush();
        self.result
    }
}

impl<W: Write> Write for Out<'_, W> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.push_str(text);
        self.result
    }
}
