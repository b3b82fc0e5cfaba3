//! JSON output, for people and for models.

use std::fmt::{self, Write};

use crate::error::WireError;
use crate::format::array_index;
use crate::number::{iso_date, write_float};
use crate::reader::Token;
use crate::table::{Budget, Table};
use crate::text::Text;
use crate::value::Value;
use crate::view::{Buffer, Element, View, ViewKind, elements};
use crate::walker::{Event, Walker};

use self::out::{BATCH_BYTES, Out, Prefix};

mod out;

pub(crate) fn write(value: &Value, to: &mut impl Write) -> fmt::Result {
    let bytes = value.as_bytes();
    let mut json = Json {
        bytes,
        objects: value.objects(),
        out: Out::new(to),
        table: None,
        budget: Budget::of(bytes),
        frames: Vec::new(),
        key: None,
    };
    // Cannot fail, because the bytes of a `Value` were checked.
    let _ = json.run();
    json.out.finish()
}

pub(crate) fn to_string(value: &Value) -> String {
    let mut text = String::with_capacity(value.as_bytes().len() + 16);
    // Writing to a string cannot fail.
    let _ = write(value, &mut text);
    text
}

/// Returns at most `max_bytes` bytes of the JSON, and a mark if there is more.
pub(crate) fn prefix(value: &Value, max_bytes: usize) -> String {
    let capacity = max_bytes.min(value.as_bytes().len() + 16);
    let mut prefix = Prefix { text: String::with_capacity(capacity), max_bytes };
    let whole = write(value, &mut prefix);
    let mut text = prefix.text;
    if whole.is_err() {
        text.push('…');
    }
    text
}

/// The container around the next value.
#[derive(Debug, Clone, Copy)]
enum Frame {
    Array {
        first: bool,
    },
    Object {
        first: bool,
        error: bool,
    },
    Sparse {
        index: u64,
        length: u64,
    },
    /// A map whose keys are all strings. `key` is true if a key comes next.
    Named {
        first: bool,
        key: bool,
    },
    Pairs {
        first: bool,
        key: bool,
    },
}

struct Json<'a, 'w, W> {
    bytes: &'a [u8],
    /// The number of objects that begin in the bytes.
    objects: usize,
    out: Out<'w, W>,
    table: Option<Table>,
    budget: Budget,
    frames: Vec<Frame>,
    /// The key of the next value. It is left out if the value is `undefined`.
    key: Option<Text<'a>>,
}

impl<'a, W: Write> Json<'a, '_, W> {
    fn run(&mut self) -> Result<(), WireError> {
        let mut walkers = vec![Walker::at(self.bytes, 1)];
        while let Some(walker) = walkers.last_mut().filter(|_| !self.out.has_failed()) {
            let Some(event) = walker.event()? else {
                walkers.pop();
                continue;
            };
            match event {
                Event::Key(key) => self.on_key(key, walker)?,
                Event::End => self.on_end(),
                // Its primitive is written in its place.
                Event::Value(Token::Boxed) => {}
                Event::Value(Token::Ref(index)) => {
                    let at = walker.event_start();
                    match self.follow(index, at)? {
                        Ok(start) => walkers.push(Walker::at(self.bytes, start)),
                        Err(placeholder) => {
                            if self.before_value(None) {
                                self.out.push_str(placeholder);
                                self.after_value();
                            }
                        }
                    }
                }
                Event::Value(token) => {
                    if self.before_value(Some(token)) {
                        self.value(token, walker.event_start())?;
                    }
                }
            }
        }
        Ok(())
    }

    fn on_key(&mut self, key: Text<'a>, walker: &mut Walker<'a>) -> Result<(), WireError> {
        let name = key.as_str().unwrap_or_default();
        match self.frames.last_mut() {
            Some(Frame::Object { error: true, .. })
                if matches!(name, "name" | "message" | "stack") =>
            {
                walker.skip_value().map(drop)
            }
            Some(Frame::Sparse { index, length }) => {
                let at = key.as_str().and_then(array_index);
                let Some(at) = at else { return walker.skip_value().map(drop) };
                let (from, length) = (*index, *length);
                *index = at + 1;
                self.holes(from, at.min(length));
                if at > 0 {
                    self.out.push(',');
                }
                Ok(())
            }
            _ => {
                self.key = Some(key);
                Ok(())
            }
        }
    }

    fn on_end(&mut self) {
        match self.frames.pop() {
            Some(Frame::Sparse { index, length }) => {
                self.holes(index, length);
                self.out.push(']');
            }
            Some(Frame::Array { .. } | Frame::Pairs { .. }) => self.out.push(']'),
            Some(Frame::Object { .. } | Frame::Named { .. }) => self.out.push('}'),
            None => {}
        }
        self.after_value();
    }

    /// Writes what comes before a value. Returns true if the value is written.
    fn before_value(&mut self, token: Option<Token<'a>>) -> bool {
        let Some(frame) = self.frames.last_mut() else { return true };
        match frame {
            Frame::Array { first } => {
                if !std::mem::take(first) {
                    self.out.push(',');
                }
            }
            Frame::Object { first, .. } => {
                let key = self.key.take();
                if token == Some(Token::Undefined) {
                    return false;
                }
                if !std::mem::take(first) {
                    self.out.push(',');
                }
                self.key_of(key);
            }
            Frame::Sparse { .. } => {}
            Frame::Named { first, key } => {
                if *key {
                    *key = false;
                    if let Some(Token::String(text)) = token {
                        self.key = Some(text);
                    }
                    return false;
                }
                *key = true;
                let text = self.key.take();
                if token == Some(Token::Undefined) {
                    return false;
                }
                if !std::mem::take(first) {
                    self.out.push(',');
                }
                self.key_of(text);
            }
            Frame::Pairs { first, key } => {
                if *key && !std::mem::take(first) {
                    self.out.push(',');
                }
                self.out.push(if *key { '[' } else { ',' });
                *key = !*key;
            }
        }
        true
    }

    /// Writes what comes after a complete value.
    fn after_value(&mut self) {
        if let Some(Frame::Pairs { key: true, .. }) = self.frames.last() {
            self.out.push(']');
        }
    }

    /// Returns where to read the target of a reference, or what is written in its place.
    fn follow(
        &mut self,
        index: usize,
        at: usize,
    ) -> Result<Result<usize, &'static str>, WireError> {
        let Some(place) = self.table()?.get(index) else { return Ok(Err("null")) };
        Ok(if (place.start..place.end).contains(&at) {
            Err("\"[Circular]\"")
        } else if self.budget.take(place.end - place.start) {
            Ok(place.start)
        } else {
            Err("\"[Shared]\"")
        })
    }

    fn table(&mut self) -> Result<&Table, WireError> {
        let table = match self.table.take() {
            Some(table) => table,
            None => Table::new(self.bytes, self.objects)?,
        };
        Ok(self.table.insert(table))
    }

    /// Writes a value, or the beginning of a container that begins at `at`.
    fn value(&mut self, token: Token<'a>, at: usize) -> Result<(), WireError> {
        match token {
            Token::Array(_) | Token::Set => {
                self.open('[', Frame::Array { first: true });
                return Ok(());
            }
            Token::Object | Token::Interface(_) => {
                self.open('{', Frame::Object { first: true, error: false });
                return Ok(());
            }
            Token::SparseArray(length) => {
                if self.budget.take(length as usize) {
                    self.open('[', Frame::Sparse { index: 0, length: length.into() });
                } else {
                    self.open('{', Frame::Object { first: true, error: false });
                }
                return Ok(());
            }
            Token::Map => {
                let table = self.table()?;
                let place = table.get(table.index_at(at));
                if place.is_some_and(|place| place.string_keys) {
                    self.open('{', Frame::Named { first: true, key: true });
                } else {
                    self.open('[', Frame::Pairs { first: true, key: true });
                }
                return Ok(());
            }
            Token::Error { name, message, .. } => {
                self.open('{', Frame::Object { first: false, error: true });
                self.out.push_str("\"name\":");
                self.text(name);
                self.out.push_str(",\"message\":");
                self.text(message);
                return Ok(());
            }
            Token::Boolean(value) => self.out.push_str(if value { "true" } else { "false" }),
            Token::Int(value) => self.print(format_args!("{value}")),
            Token::Float(value) => self.float(value),
            Token::BigInt(value) => self.print(format_args!("\"{value}\"")),
            Token::String(text) => self.text(text),
            Token::Date(milliseconds) => match iso_date(milliseconds) {
                Some(date) => self.print(format_args!("\"{date}\"")),
                None => self.out.push_str("null"),
            },
            Token::RegExp { source, flags } => {
                self.out.push_str("\"/");
                self.escape(source);
                self.out.push('/');
                self.escape(flags);
                self.out.push('"');
            }
            Token::ArrayBuffer(bytes) => self.elements(ViewKind::Uint8, bytes),
            Token::View(view) => self.view(view)?,
            Token::Capability(_) => self.out.push_str("\"[Capability]\""),
            Token::Undefined | Token::Null | Token::End | Token::Boxed | Token::Ref(_) => {
                self.out.push_str("null");
            }
        }
        self.after_value();
        Ok(())
    }

    fn open(&mut self, bracket: char, frame: Frame) {
        self.out.push(bracket);
        self.frames.push(frame);
    }

    fn view(&mut self, view: View<'a>) -> Result<(), WireError> {
        let buffer = match view.buffer {
            Buffer::Inline(bytes) => bytes,
            Buffer::Ref(index) => {
                if !self.budget.take(view.length.saturating_mul(view.kind.element_size())) {
                    self.out.push_str("\"[Shared]\"");
                    return Ok(());
                }
                let bytes = self.bytes;
                self.table()?.buffer(bytes, index)
            }
        };
        let window = view.window(buffer.len()).and_then(|window| buffer.get(window));
        self.elements(view.kind, window.unwrap_or_default());
        Ok(())
    }

    fn elements(&mut self, kind: ViewKind, bytes: &[u8]) {
        self.out.push('[');
        for (index, element) in elements(kind, bytes).enumerate() {
            if self.out.has_failed() {
                return;
            }
            if index > 0 {
                self.out.push(',');
            }
            match (element, kind) {
                (Element::Int(value), ViewKind::BigInt64) => {
                    self.print(format_args!("\"{value}\""));
                }
                (Element::Uint(value), ViewKind::BigUint64) => {
                    self.print(format_args!("\"{value}\""));
                }
                (Element::Int(value), _) => self.print(format_args!("{value}")),
                (Element::Uint(value), _) => self.print(format_args!("{value}")),
                (Element::Float(value), _) => self.float(value),
            }
        }
        self.out.push(']');
    }

    fn holes(&mut self, from: u64, to: u64) {
        for index in from..to {
            if self.out.has_failed() {
                return;
            }
            self.out.push_str(if index > 0 { ",null" } else { "null" });
        }
    }

    fn print(&mut self, text: fmt::Arguments<'_>) {
        // The output records a failure.
        let _ = self.out.write_fmt(text);
    }

    fn float(&mut self, value: f64) {
        if value.is_finite() {
            write_float(&mut self.out, value);
        } else {
            self.out.push_str("null");
        }
    }

    fn key_of(&mut self, key: Option<Text<'a>>) {
        if let Some(key) = key {
            self.text(key);
            self.out.push(':');
        }
    }

    fn text(&mut self, text: Text<'a>) {
        self.out.push('"');
        self.escape(text);
        self.out.push('"');
    }

    fn escape(&mut self, text: Text<'a>) {
        match text {
            Text::Utf8(mut text) => {
                // In pieces, so that no more is examined once the output has failed.
                while !text.is_empty() && !self.out.has_failed() {
                    let (piece, rest) = text.split_at(text.floor_char_boundary(BATCH_BYTES));
                    self.escape_piece(piece);
                    text = rest;
                }
            }
            Text::Utf16(units) => {
                for unit in char::decode_utf16(units.iter()) {
                    if self.out.has_failed() {
                        return;
                    }
                    match unit {
                        Ok(unit) if unit.is_ascii() => {
                            let byte = u8::try_from(unit).unwrap_or(b'?');
                            if byte >= 0x20 && byte != b'"' && byte != b'\\' {
                                self.out.push(unit);
                            } else {
                                self.escaped(byte);
                            }
                        }
                        Ok(unit) => self.out.push(unit),
                        Err(lone) => {
                            self.print(format_args!("\\u{:04x}", lone.unpaired_surrogate()));
                        }
                    }
                }
            }
        }
    }

    /// Copies the runs between the bytes that must be escaped.
    fn escape_piece(&mut self, text: &str) {
        let mut from = 0;
        for (at, byte) in text.bytes().enumerate() {
            if byte >= 0x20 && byte != b'"' && byte != b'\\' {
                continue;
            }
            self.out.push_str(text.get(from..at).unwrap_or_default());
            from = at + 1;
            self.escaped(byte);
        }
        self.out.push_str(text.get(from..).unwrap_or_default());
    }

    fn escaped(&mut self, byte: u8) {
        match byte {
            b'"' => self.out.push_str("\\\""),
            b'\\' => self.out.push_str("\\\\"),
            b'\n' => self.out.push_str("\\n"),
            b'\r' => self.out.push_str("\\r"),
            b'\t' => self.out.push_str("\\t"),
            8 => self.out.push_str("\\b"),
            12 => self.out.push_str("\\f"),
            _ => {
                self.out.push_str("\\u00");
                for digit in [byte >> 4, byte & 15] {
                    self.out.push(char::from_digit(digit.into(), 16).unwrap_or('0'));
                }
            }
        }
    }
}
