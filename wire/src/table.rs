//! Checking a message, and finding its objects.

use crate::error::{Problem, WireError};
use crate::reader::{Reader, Token};
use crate::view::Buffer;
use crate::walker::{Event, Walker};
use crate::{EXPANSION_BASE, EXPANSION_FACTOR};

pub(crate) struct Summary {
    pub objects: usize,
    pub refs: bool,
}

/// Checks everything that the format promises.
pub(crate) fn validate(bytes: &[u8], capabilities: usize) -> Result<Summary, WireError> {
    let mut walker = Walker::new(bytes)?;
    let mut summary = Summary { objects: 0, refs: false };
    // Index and length of each buffer, in order, for the views that share it.
    let mut buffers: Vec<(usize, usize)> = Vec::new();
    while let Some(event) = walker.event()? {
        let Event::Value(token) = event else { continue };
        let error = |problem| WireError { problem, offset: walker.event_start() };
        match token {
            Token::Ref(index) => {
                summary.refs = true;
                if index >= summary.objects {
                    return Err(error(Problem::Reference));
                }
            }
            Token::Capability(position) if position as usize >= capabilities => {
                return Err(error(Problem::Capability));
            }
            Token::ArrayBuffer(bytes) => buffers.push((summary.objects, bytes.len())),
            Token::View(view) => match view.buffer {
                Buffer::Inline(bytes) => buffers.push((summary.objects + 1, bytes.len())),
                Buffer::Ref(index) => {
                    summary.refs = true;
                    let found = buffers.binary_search_by_key(&index, |buffer| buffer.0).ok();
                    let buffer = found.and_then(|found| buffers.get(found));
                    let &(_, length) = buffer.ok_or(error(Problem::Reference))?;
                    view.window(length).ok_or(error(Problem::View))?;
                }
            },
            _ => {}
        }
        summary.objects += token.objects();
    }
    if walker.position() == bytes.len() {
        Ok(summary)
    } else {
        Err(WireError { problem: Problem::Trailing, offset: walker.position() })
    }
}

/// An object of a message.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place {
    pub start: usize,
    pub end: usize,
    /// For a map: whether all its keys are strings.
    pub string_keys: bool,
}

/// Where each object of a message begins and ends.
pub(crate) struct Table(Vec<Packed>);

/// A [`Place`] in two words: a message may be of millions of objects.
#[derive(Clone, Copy)]
struct Packed {
    start: usize,
    /// Twice the end, and one more for a map with a key that is no string.
    end: usize,
}

impl Packed {
    fn new(start: usize, end: usize) -> Self {
        Self { start, end: end << 1 }
    }

    fn place(self) -> Place {
        Place { start: self.start, end: self.end >> 1, string_keys: self.end & 1 == 0 }
    }

    fn ends(&mut self, end: usize) {
        self.end = end << 1 | self.end & 1;
    }

    fn has_other_key(&mut self) {
        self.end |= 1;
    }
}

/// A container whose end has not come.
struct Open {
    index: usize,
    /// For a map: whether a key comes next.
    key_next: Option<bool>,
}

impl Table {
    /// Linear in the message, which must have been checked and be of so many objects.
    pub(crate) fn new(bytes: &[u8], objects: usize) -> Result<Self, WireError> {
        let mut walker = Walker::new(bytes)?;
        let mut table = Self(Vec::with_capacity(objects));
        let mut open: Vec<Open> = Vec::new();
        let mut boxed = None;
        while let Some(event) = walker.event()? {
            let token = match event {
                Event::Key(_) => continue,
                Event::End => {
                    table.close(open.pop().map(|open| open.index), walker.position());
                    continue;
                }
                Event::Value(token) => token,
            };
            if boxed.is_some() {
                table.close(boxed.take(), walker.position());
                continue;
            }
            if let Some(Open { index, key_next: Some(key_next) }) = open.last_mut() {
                if *key_next
                    && !matches!(token, Token::String(_))
                    && let Some(map) = table.0.get_mut(*index)
                {
                    map.has_other_key();
                }
                *key_next = !*key_next;
            }
            let index = table.0.len();
            if token == Token::Boxed {
                boxed = Some(index);
            } else if token.is_container() {
                open.push(Open { index, key_next: (token == Token::Map).then_some(true) });
            }
            for inner in 0..token.objects() {
                // The tag of a view's buffer comes after two bytes of the view.
                let start = walker.event_start() + 2 * inner;
                table.0.push(Packed::new(start, walker.position()));
            }
        }
        Ok(table)
    }

    /// The object of that index.
    pub(crate) fn get(&self, index: usize) -> Option<Place> {
        self.0.get(index).map(|packed| packed.place())
    }

    /// How many objects begin before that place: the index of the one there.
    pub(crate) fn index_at(&self, position: usize) -> usize {
        self.0.partition_point(|place| place.start < position)
    }

    /// The bytes of the `ArrayBuffer` of that index.
    pub(crate) fn buffer<'a>(&self, bytes: &'a [u8], index: usize) -> &'a [u8] {
        let start = self.get(index).map_or(bytes.len(), |place| place.start);
        match Reader::at(bytes, start).token() {
            Ok(Token::ArrayBuffer(bytes)) => bytes,
            _ => &[],
        }
    }

    fn close(&mut self, index: Option<usize>, end: usize) {
        if let Some(packed) = index.and_then(|index| self.0.get_mut(index)) {
            packed.ends(end);
        }
    }
}

/// What expanding references may still cost, in bytes of the message.
pub(crate) struct Budget(usize);

impl Budget {
    pub(crate) fn of(bytes: &[u8]) -> Self {
        Self(bytes.len().saturating_mul(EXPANSION_FACTOR).max(EXPANSION_BASE))
    }

    /// At least so much.
    pub(crate) fn raise(&mut self, to: usize) {
        self.0 = self.0.max(to);
    }

    /// Takes a cost off, if there is enough.
    pub(crate) fn take(&mut self, cost: usize) -> bool {
        match self.0.checked_sub(cost) {
            Some(left) => {
                self.0 = left;
                true
            }
            None => false,
        }
    }
}
