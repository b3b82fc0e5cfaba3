//! The interface of all formats.

use super::{brotli, zlib};

/// The result of one step of a codec.
pub struct Step {
    /// The number of bytes read.
    pub read: usize,
    /// True if another step can follow without more input.
    pub more: bool,
}

/// A compressor or decompressor.
pub trait Codec {
    /// Reads some of the input and appends at most `PIECE` bytes to the output, which is empty.
    /// `last` means that no input follows.
    ///
    /// # Errors
    /// Errors with what is wrong with the input.
    fn step(
        &mut self,
        input: &[u8],
        last: bool,
        output: &mut Vec<u8>,
    ) -> Result<Step, &'static str>;
}

pub const INVALID: &str = "The compressed data was not valid.";
const TRUNCATED: &str = "The compressed data ended too early.";
const TRAILING: &str = "There was more data after the end of the compressed data.";

/// Creates the compressor of a format, if there is one of that name.
pub fn compressor(format: &str) -> Option<Box<dyn Codec>> {
    match format {
        "brotli" => Some(Box::new(brotli::Compressor::new())),
        _ => Some(Box::new(zlib::Compressor::new(format)?)),
    }
}

/// Creates the decompressor of a format, if there is one of that name.
pub fn decompressor(format: &str) -> Option<Box<dyn Codec>> {
    Some(match format {
        "brotli" => Box::new(Ending { decompress: brotli::Decompressor::new(), ended: false }),
        _ => Box::new(Ending { decompress: zlib::Decompressor::new(format)?, ended: false }),
    })
}

/// A decompressor that does not know what may follow the data.
pub trait Decompress {
    /// Like [`Codec::step`]. The second value is true at the end of the compressed data.
    fn step(&mut self, input: &[u8], output: &mut Vec<u8>) -> Result<(Step, bool), &'static str>;
}

/// Refuses data that ends too early or too late.
struct Ending<D> {
    decompress: D,
    ended: bool,
}

impl<D: Decompress> Codec for Ending<D> {
    fn step(
        &mut self,
        input: &[u8],
        last: bool,
        output: &mut Vec<u8>,
    ) -> Result<Step, &'static str> {
        if self.ended {
            return match input {
                [] => Ok(Step { read: 0, more: false }),
                _ => Err(TRAILING),
            };
        }
        let (step, ended) = self.decompress.step(input, output)?;
        self.ended = ended;
        if ended {
            // The next step refuses what is left, after the output of this one was read.
            return Ok(Step { read: step.read, more: step.read < input.len() });
        }
        if last && !step.more {
            return Err(TRUNCATED);
        }
        Ok(step)
    }
}
