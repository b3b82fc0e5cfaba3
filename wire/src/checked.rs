//! Messages whose bytes were checked.

use bytes::Bytes;

use crate::capability::Attachment;
use crate::error::{Problem, WireError};
use crate::reader::Token;
use crate::value::Value;
use crate::view::Buffer;
use crate::walker::{Event, Skim, Walker};

/// The number of tokens that are checked between two pauses, which takes about half a
/// millisecond.
const TOKENS_AT_ONCE: usize = 1 << 17;

/// A message that was checked, without the capabilities that it names.
#[derive(Debug)]
pub struct Checked {
    bytes: Bytes,
    /// The number of capabilities that it may name.
    capabilities: usize,
    objects: usize,
    refs: bool,
}

impl Checked {
    /// Checks that `bytes` are a message that names at most `capabilities` capabilities. Limit
    /// the number of bytes first: the check takes time linear in them, and at most 24 times
    /// their memory.
    ///
    /// # Errors
    /// Errors with what is wrong and where.
    pub fn new(bytes: Vec<u8>, capabilities: usize) -> Result<Self, WireError> {
        let mut check = Check::new(&bytes, capabilities)?;
        while !check.advance(usize::MAX)? {}
        let Check { objects, refs, .. } = check;
        Ok(Self { bytes: bytes.into(), capabilities, objects, refs })
    }

    /// Like [`new`](Self::new), but awaits `pause` after each 131,072 tokens.
    ///
    /// # Errors
    /// Same as [`new`](Self::new).
    pub async fn in_slices<F: Future>(
        bytes: Vec<u8>,
        capabilities: usize,
        pause: impl Fn() -> F,
    ) -> Result<Self, WireError> {
        let mut check = Check::new(&bytes, capabilities)?;
        while !check.advance(TOKENS_AT_ONCE)? {
            pause().await;
        }
        let Check { objects, refs, .. } = check;
        Ok(Self { bytes: bytes.into(), capabilities, objects, refs })
    }

    /// Adds the capabilities to the message, which keeps all of them.
    ///
    /// # Errors
    /// Errors with [`Problem::Capability`] if there are fewer than were promised.
    pub fn with(self, capabilities: Vec<Attachment>) -> Result<Value, WireError> {
        if capabilities.len() < self.capabilities {
            return Err(WireError { problem: Problem::Capability, offset: 0 });
        }
        Ok(Value::of(self.bytes, capabilities, self.objects, self.refs))
    }
}

/// A check of everything that the format promises.
struct Check<'a> {
    walker: Walker<'a>,
    length: usize,
    capabilities: usize,
    objects: usize,
    refs: bool,
    /// The index and length of each buffer, in order, for the views that share it.
    buffers: Vec<(usize, usize)>,
}

impl<'a> Check<'a> {
    fn new(bytes: &'a [u8], capabilities: usize) -> Result<Self, WireError> {
        Ok(Self {
            walker: Walker::new(bytes)?,
            length: bytes.len(),
            capabilities,
            objects: 0,
            refs: false,
            buffers: Vec::new(),
        })
    }

    /// Advances by at least one token and about `most` tokens. Returns true at the end.
    fn advance(&mut self, most: usize) -> Result<bool, WireError> {
        let mut left = most;
        while left > 0 {
            let Self { walker, objects, refs, .. } = self;
            left -= walker.skim(Skim::All, left, objects, |index, objects| {
                *refs = true;
                index < objects
            })?;
            if self.event()? {
                return Ok(true);
            }
            left = left.saturating_sub(1);
        }
        Ok(false)
    }

    /// Advances by one token. Returns true at the end.
    fn event(&mut self) -> Result<bool, WireError> {
        let Self { walker, objects, refs, .. } = self;
        let token = match walker.event()? {
            Some(Event::Value(token)) => token,
            Some(_) => return Ok(false),
            None => return self.end(),
        };
        let error = |problem| WireError { problem, offset: walker.event_start() };
        match token {
            Token::Ref(index) => {
                *refs = true;
                if index >= *objects {
                    return Err(error(Problem::Reference));
                }
            }
            Token::Capability(position) if position as usize >= self.capabilities => {
                return Err(error(Problem::Capability));
            }
            Token::ArrayBuffer(bytes) => self.buffers.push((*objects, bytes.len())),
            Token::View(view) => match view.buffer {
                Buffer::Inline(bytes) => self.buffers.push((*objects + 1, bytes.len())),
                Buffer::Ref(index) => {
                    *refs = true;
                    let found = self.buffers.binary_search_by_key(&index, |buffer| buffer.0);
                    let buffer = found.ok().and_then(|found| self.buffers.get(found));
                    let &(_, length) = buffer.ok_or(error(Problem::Reference))?;
                    view.window(length).ok_or(error(Problem::View))?;
                }
            },
            _ => {}
        }
        *objects += token.objects();
        Ok(false)
    }

    fn end(&self) -> Result<bool, WireError> {
        let offset = self.walker.position();
        if offset == self.length {
            Ok(true)
        } else {
            Err(WireError { problem: Problem::Trailing, offset })
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::Check;
    use crate::error::WireError;

    /// Returns the number of objects, true if there are references, and where the check ends.
    fn checked(
        bytes: &[u8],
        step: fn(&mut Check) -> Result<bool, WireError>,
    ) -> Result<(usize, bool, usize), WireError> {
        let mut check = Check::new(bytes, 2)?;
        while !step(&mut check)? {}
        Ok((check.objects, check.refs, check.walker.position()))
    }

    /// Truncates and changes the seeds of the fuzzer at each byte. A check that skims must
    /// equal one event by event, and slices must change nothing.
    #[test]
    fn skimming_is_a_walk() {
        let seeds = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/corpus/wire");
        let mut valid = 0;
        let mut compare = |bytes: &[u8]| {
            let walked = checked(bytes, |check| check.event());
            valid += usize::from(walked.is_ok());
            assert_eq!(checked(bytes, |check| check.advance(usize::MAX)), walked, "{bytes:?}");
            assert_eq!(checked(bytes, |check| check.advance(2)), walked, "{bytes:?}");
        };
        for seed in std::fs::read_dir(seeds).expect("seeds") {
            let bytes = std::fs::read(seed.expect("a seed").path()).expect("a seed");
            // The first byte is what the oracle does with the message.
            let bytes = &bytes[1..bytes.len().min(500)];
            for at in 0..bytes.len() {
                compare(&bytes[..at]);
                let mut changed = bytes.to_vec();
                for tag in 0..25 {
                    changed[at] = tag;
                    compare(&changed);
                }
            }
        }
        assert!(valid > 100, "{valid}");
    }
}
