//! Tokens whose position was checked.

use crate::error::{Problem, WireError};
use crate::format::{array_index, tag};
use crate::reader::{Reader, Token};
use crate::text::Text;

/// One step through a value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Event<'a> {
    /// The key of an object, error or sparse array. Its value comes next.
    Key(Text<'a>),
    /// A value, or the beginning of an array, object, map, set or error, which ends with
    /// [`Event::End`]. The keys and values of a map alternate. After [`Token::Boxed`] the
    /// primitive is the next value.
    Value(Token<'a>),
    /// The end of the container that began last.
    End,
}

/// The tokens that [`Walker::skim`] skips.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Skim {
    All,
    /// The tokens that neither begin nor end a container.
    Primitives,
}

#[derive(Debug, Clone, Copy)]
enum Frame {
    /// That many values follow.
    Values(u64),
    Keys,
    /// The next index of an array must be at least the first number and below the second. If
    /// they are equal, only names may follow.
    SparseKeys(u64, u64),
    /// A value follows, and then a key.
    KeyedValue,
    SparseValue(u64, u64),
    MapKey,
    MapValue,
    Set,
    Primitive,
}

/// The frames around the current one. A container may take a single byte of the message, so a
/// frame takes one byte here, and eight for each count that it has.
#[derive(Debug, Clone, Default)]
struct Parents {
    kinds: Vec<Parent>,
    /// The counts of the frames that have some, in the same order.
    counts: Vec<u64>,
}

/// A frame within which a container may begin.
#[derive(Debug, Clone, Copy)]
enum Parent {
    Values,
    Keys,
    SparseKeys,
    MapKey,
    MapValue,
    Set,
}

impl Parents {
    #[inline]
    fn push(&mut self, frame: Frame) {
        self.kinds.push(match frame {
            Frame::Values(left) => {
                self.counts.push(left);
                Parent::Values
            }
            Frame::SparseKeys(from, length) => {
                self.counts.extend([length, from]);
                Parent::SparseKeys
            }
            Frame::MapKey => Parent::MapKey,
            Frame::MapValue => Parent::MapValue,
            Frame::Set => Parent::Set,
            // The other frames have moved on to the next key when a container begins.
            Frame::Keys | Frame::KeyedValue | Frame::SparseValue(..) | Frame::Primitive => {
                Parent::Keys
            }
        });
    }

    #[inline]
    fn pop(&mut self) -> Option<Frame> {
        Some(match self.kinds.pop()? {
            Parent::Values => Frame::Values(self.counts.pop()?),
            Parent::Keys => Frame::Keys,
            Parent::SparseKeys => Frame::SparseKeys(self.counts.pop()?, self.counts.pop()?),
            Parent::MapKey => Frame::MapKey,
            Parent::MapValue => Frame::MapValue,
            Parent::Set => Frame::Set,
        })
    }
}

/// Walks over one value in bytes that may be anything, with a stack of its own. What it accepts
/// has the structure of the format. References and capabilities are not looked up.
#[derive(Debug, Clone)]
pub struct Walker<'a> {
    reader: Reader<'a>,
    current: Frame,
    parents: Parents,
    /// The position where the last event began.
    at: usize,
}

impl<'a> Walker<'a> {
    /// Creates a walker at the beginning of a message.
    ///
    /// # Errors
    /// Errors with [`Problem::Version`] if the version is not known.
    pub fn new(bytes: &'a [u8]) -> Result<Self, WireError> {
        Reader::new(bytes).map(Self::over)
    }

    /// Creates a walker at a value inside a message that was checked.
    pub(crate) fn at(bytes: &'a [u8], position: usize) -> Self {
        Self::over(Reader::at(bytes, position))
    }

    fn over(reader: Reader<'a>) -> Self {
        let at = reader.position();
        Self { reader, current: Frame::Values(1), parents: Parents::default(), at }
    }

    /// Returns the number of bytes that were read.
    #[must_use]
    pub fn position(&self) -> usize {
        self.reader.position()
    }

    /// Returns where the last event began.
    #[must_use]
    pub fn event_start(&self) -> usize {
        self.at
    }

    /// Returns the number of open containers.
    #[must_use]
    pub fn depth(&self) -> usize {
        self.parents.kinds.len()
    }

    /// Returns the next event, or `None` after the value.
    ///
    /// # Errors
    /// Errors with what is wrong with the bytes.
    #[inline]
    pub fn event(&mut self) -> Result<Option<Event<'a>>, WireError> {
        self.at = self.reader.position();
        let (then, may_end) = match self.current {
            Frame::Values(0) => return Ok(self.pop()),
            Frame::Values(left) => (Frame::Values(left - 1), false),
            Frame::Keys => {
                return Ok(match self.reader.key()? {
                    Some(key) => {
                        self.current = Frame::KeyedValue;
                        Some(Event::Key(key))
                    }
                    None => self.pop(),
                });
            }
            Frame::SparseKeys(from, length) => return self.sparse_key(from, length),
            Frame::KeyedValue => (Frame::Keys, false),
            Frame::SparseValue(from, length) => (Frame::SparseKeys(from, length), false),
            Frame::MapKey => (Frame::MapValue, true),
            Frame::MapValue => (Frame::MapKey, false),
            Frame::Set => (Frame::Set, true),
            Frame::Primitive => return self.primitive(),
        };
        let token = self.reader.token()?;
        if token == Token::End {
            return if may_end { Ok(self.pop()) } else { Err(self.error(Problem::Tag)) };
        }
        self.current = then;
        let inside = match token {
            Token::Array(count) => Frame::Values(count as u64),
            Token::Object | Token::Interface(_) | Token::Error { .. } => Frame::Keys,
            Token::SparseArray(length) => Frame::SparseKeys(0, length.into()),
            Token::Map => Frame::MapKey,
            Token::Set => Frame::Set,
            Token::Boxed => Frame::Primitive,
            _ => return Ok(Some(Event::Value(token))),
        };
        self.parents.push(self.current);
        self.current = inside;
        Ok(Some(Event::Value(token)))
    }

    /// Skips tokens without creating events for them: primitives, and references for which
    /// `passes` returns true, given the index of each and the number of objects that have
    /// begun. With [`Skim::All`] also plain containers and their ends. Stops at anything else,
    /// at the end of the value, and after `most` tokens. The next event is then the same as if
    /// the skipped tokens had been events. Counts the objects that begin, and returns the
    /// number of skipped tokens.
    pub(crate) fn skim(
        &mut self,
        what: Skim,
        most: usize,
        objects: &mut usize,
        mut passes: impl FnMut(usize, usize) -> bool,
    ) -> Result<usize, WireError> {
        let all = what == Skim::All;
        for count in 0..most {
            let then = match self.current {
                Frame::Values(0) if all && !self.parents.kinds.is_empty() => {
                    self.pop();
                    continue;
                }
                Frame::Values(0) => return Ok(count),
                Frame::Keys if self.reader.peek() == Some(tag::END) && !all => return Ok(count),
                Frame::Keys => {
                    match self.reader.key()? {
                        Some(_) => self.current = Frame::KeyedValue,
                        None => drop(self.pop()),
                    }
                    continue;
                }
                Frame::Values(left) => Frame::Values(left - 1),
                Frame::KeyedValue => Frame::Keys,
                Frame::MapKey => Frame::MapValue,
                Frame::MapValue => Frame::MapKey,
                Frame::Set => Frame::Set,
                Frame::SparseKeys(..) | Frame::SparseValue(..) | Frame::Primitive => {
                    return Ok(count);
                }
            };
            if self.reader.skip_primitive()? {
                self.current = then;
                continue;
            }
            let next = self.reader.peek();
            if next == Some(tag::REF) {
                let before = self.reader.clone();
                let Token::Ref(index) = self.reader.token()? else { return Ok(count) };
                if !passes(index, *objects) {
                    self.reader = before;
                    return Ok(count);
                }
                self.current = then;
                continue;
            }
            let inside = match next {
                Some(tag::END) if all && matches!(self.current, Frame::MapKey | Frame::Set) => {
                    self.reader.token()?;
                    self.pop();
                    continue;
                }
                Some(tag::ARRAY) if all => Frame::Values(0),
                Some(tag::OBJECT) if all => Frame::Keys,
                Some(tag::MAP) if all => Frame::MapKey,
                Some(tag::SET) if all => Frame::Set,
                _ => return Ok(count),
            };
            self.parents.push(then);
            self.current = match self.reader.token()? {
                Token::Array(count) => Frame::Values(count as u64),
                _ => inside,
            };
            *objects += 1;
        }
        Ok(most)
    }

    /// Skips the rest of the value, and returns the number of tokens in it.
    pub(crate) fn skip_all(&mut self) -> Result<usize, WireError> {
        let mut steps = 0;
        loop {
            steps += self.skim(Skim::All, usize::MAX, &mut 0, |_, _| true)?;
            if self.event()?.is_none() {
                return Ok(steps);
            }
            steps += 1;
        }
    }

    /// Skips the next value with everything that it contains, and returns the number of tokens
    /// in it.
    pub(crate) fn skip_value(&mut self) -> Result<usize, WireError> {
        let mut inside = Walker::over(self.reader.clone());
        let steps = inside.skip_all()?;
        // The value is skipped like one that cannot be a container.
        self.current = match self.current {
            Frame::Values(left) => Frame::Values(left.saturating_sub(1)),
            Frame::KeyedValue => Frame::Keys,
            Frame::SparseValue(from, length) => Frame::SparseKeys(from, length),
            Frame::MapKey => Frame::MapValue,
            Frame::MapValue => Frame::MapKey,
            frame => frame,
        };
        self.reader = inside.reader;
        Ok(steps)
    }

    /// Leaves the container or wrapper object that has just begun and that ends at `end`.
    pub(crate) fn leave(&mut self, end: usize) {
        self.current = self.parents.pop().unwrap_or(Frame::Values(0));
        self.reader.seek(end);
    }

    fn primitive(&mut self) -> Result<Option<Event<'a>>, WireError> {
        let token = self.reader.token()?;
        self.current = self.parents.pop().unwrap_or(Frame::Values(0));
        match token {
            Token::Boolean(_)
            | Token::Int(_)
            | Token::Float(_)
            | Token::BigInt(_)
            | Token::String(_) => Ok(Some(Event::Value(token))),
            _ => Err(self.error(Problem::Tag)),
        }
    }

    fn sparse_key(&mut self, from: u64, length: u64) -> Result<Option<Event<'a>>, WireError> {
        let Some(key) = self.reader.key()? else { return Ok(self.pop()) };
        let from = match key.as_str().and_then(array_index) {
            Some(index) if (from..length).contains(&index) => index + 1,
            Some(_) => return Err(self.error(Problem::Key)),
            // No index may follow a name.
            None => length,
        };
        self.current = Frame::SparseValue(from, length);
        Ok(Some(Event::Key(key)))
    }

    fn pop(&mut self) -> Option<Event<'a>> {
        self.current = self.parents.pop()?;
        Some(Event::End)
    }

    fn error(&self, problem: Problem) -> WireError {
        WireError { problem, offset: self.at }
    }
}
