//! The positions of the objects of a message.

use crate::error::WireError;
use crate::reader::{Reader, Token};
use crate::walker::{Event, Skim, Walker};
use crate::{EXPANSION_BASE, EXPANSION_FACTOR};

/// The position of an object.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place {
    pub start: usize,
    pub end: usize,
    /// For a map, true if all its keys are strings.
    pub string_keys: bool,
}

/// The beginning and end of each object of a message.
pub(crate) struct Table(Vec<Packed>);

/// A [`Place`] in two words, because a message may have millions of objects.
#[derive(Clone, Copy)]
struct Packed {
    start: usize,
    /// Twice the end, plus one for a map with a key that is not a string.
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

/// A container whose end has not been read.
struct Open {
    index: usize,
    /// For a map, true if a key comes next.
    key_next: Option<bool>,
}

impl Table {
    /// Creates the table, in time linear in the message. The message must have been checked and
    /// have `objects` objects.
    pub(crate) fn new(bytes: &[u8], objects: usize) -> Result<Self, WireError> {
        let mut walker = Walker::new(bytes)?;
        let mut table = Self(Vec::with_capacity(objects));
        let mut open: Vec<Open> = Vec::new();
        let mut boxed = None;
        loop {
            let is_in_map = open.last().is_some_and(|open| open.key_next.is_some());
            if boxed.is_none() && !is_in_map {
                walker.skim(Skim::Primitives, usize::MAX, &mut 0, |_, _| true)?;
            }
            let Some(event) = walker.event()? else { break };
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

    /// Returns the object of that index.
    pub(crate) fn get(&self, index: usize) -> Option<Place> {
        self.0.get(index).map(|packed| packed.place())
    }

    /// Returns the number of objects that begin before that position, which is the index of the
    /// one there.
    pub(crate) fn index_at(&self, position: usize) -> usize {
        self.0.partition_point(|place| place.start < position)
    }

    /// Returns the bytes of the `ArrayBuffer` of that index.
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

/// The remaining budget for expanding references, in bytes of the message.
pub(crate) struct Budget(usize);

impl Budget {
    pub(crate) fn of(bytes: &[u8]) -> Self {
        Self(bytes.len().saturating_mul(EXPANSION_FACTOR).max(EXPANSION_BASE))
    }

    /// Raises the budget to at least `to`.
    pub(crate) fn raise(&mut self, to: usize) {
        self.0 = self.0.max(to);
    }

    /// Subtracts a cost. Returns false if the budget is too small.
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
