//! Copying of values from one message into another.

use std::collections::BTreeMap;

use crate::capability::Attachment;
use crate::error::{Problem, WireError};
use crate::reader::Token;
use crate::shared::Shared;
use crate::value::Value;
use crate::view::{Buffer, View};
use crate::walker::{Event, Skim, Walker};
use crate::writer::Writer;

use self::graph::Graph;

mod graph;
pub(crate) mod replace;

/// Copies a value unchanged, and stops at each token whose meaning depends on the message
/// around it. The caller writes that token.
pub(crate) struct Runs<'a> {
    bytes: &'a [u8],
    walker: Walker<'a>,
    /// The position up to which the value was copied.
    copied: usize,
    /// The number of objects that began since then.
    objects: usize,
}

impl<'a> Runs<'a> {
    pub(crate) fn new(bytes: &'a [u8], start: usize) -> Self {
        Self { bytes, walker: Walker::at(bytes, start), copied: start, objects: 0 }
    }

    pub(crate) fn next(&mut self, writer: &mut Writer) -> Result<Option<Token<'a>>, WireError> {
        loop {
            self.walker.skim(Skim::All, usize::MAX, &mut self.objects, |_, _| false)?;
            let Some(event) = self.walker.event()? else { break };
            let Event::Value(token) = event else { continue };
            if let Token::Ref(_)
            | Token::Capability(_)
            | Token::View(View { buffer: Buffer::Ref(_), .. }) = token
            {
                self.flush(self.walker.event_start(), writer);
                self.copied = self.walker.position();
                return Ok(Some(token));
            }
            self.objects += token.objects();
        }
        self.flush(self.walker.position(), writer);
        Ok(None)
    }

    fn flush(&mut self, end: usize, writer: &mut Writer) {
        let run = self.bytes.get(self.copied..end).unwrap_or_default();
        writer.raw(run, std::mem::take(&mut self.objects));
        self.copied = end;
    }

    /// Returns where the value ends.
    fn end(mut self) -> Result<usize, WireError> {
        self.walker.skip_all()?;
        Ok(self.walker.position())
    }
}

/// The capabilities that a copy names, in the order in which it first names them.
struct Named<'a> {
    list: &'a [Attachment],
    /// Maps each position in the source to one in the copy.
    met: BTreeMap<u32, u32>,
    named: Vec<Attachment>,
}

impl<'a> Named<'a> {
    fn new(list: &'a [Attachment]) -> Self {
        Self { list, met: BTreeMap::new(), named: Vec::new() }
    }

    fn position(&mut self, position: u32) -> Result<u32, WireError> {
        if let Some(&here) = self.met.get(&position) {
            return Ok(here);
        }
        let error = WireError { problem: Problem::Capability, offset: 0 };
        let capability = self.list.get(position as usize).ok_or(error)?;
        let here = u32::try_from(self.named.len()).map_err(|_| error)?;
        self.named.push(capability.clone());
        self.met.insert(position, here);
        Ok(here)
    }
}

/// Copies the value that begins at `start` into a message of its own, and returns the copy and
/// where the value ends. Everything that it refers to is copied as well, even if that is the
/// whole message.
pub(crate) fn extract(message: &Shared<'_>, start: usize) -> Result<(Value, usize), WireError> {
    let mut writer = Writer::new();
    let mut named = Named::new(message.capabilities);
    let mut runs = Runs::new(message.bytes, start);
    while let Some(token) = runs.next(&mut writer)? {
        if let Token::Capability(position) = token {
            writer.capability(named.position(position)?);
            continue;
        }
        // The positions of its objects matter, so the copy starts again.
        drop(writer);
        let named = Named::new(message.capabilities);
        let value = Graph::new(message.bytes, message.table()?, named).copy(start)?;
        return Ok((value, runs.end()?));
    }
    Ok((Value::with(writer, named.named, false), runs.end()?))
}
