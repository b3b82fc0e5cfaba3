//! Brotli, on the crate `brotli`.

use brotli::enc::StandardAlloc;
use brotli::enc::encode::{
    BrotliEncoderOperation, BrotliEncoderParameter, BrotliEncoderStateStruct,
};
use brotli::{BrotliDecompressStream, BrotliResult, BrotliState};

use super::PIECE;
use super::codec::{Codec, Decompress, INVALID, Step};

/// As fast as gzip, and better.
const QUALITY: u32 = 5;
/// The binary logarithm of the window in bytes, which is most of a compressor's memory.
const WINDOW_BITS: u32 = 18;

pub struct Compressor(BrotliEncoderStateStruct<StandardAlloc>);

impl Compressor {
    pub fn new() -> Self {
        let mut state = BrotliEncoderStateStruct::new(StandardAlloc::default());
        state.set_parameter(BrotliEncoderParameter::BROTLI_PARAM_QUALITY, QUALITY);
        state.set_parameter(BrotliEncoderParameter::BROTLI_PARAM_LGWIN, WINDOW_BITS);
        Self(state)
    }
}

impl Codec for Compressor {
    fn step(
        &mut self,
        input: &[u8],
        last: bool,
        output: &mut Vec<u8>,
    ) -> Result<Step, &'static str> {
        let operation = if last {
            BrotliEncoderOperation::BROTLI_OPERATION_FINISH
        } else {
            BrotliEncoderOperation::BROTLI_OPERATION_PROCESS
        };
        output.resize(PIECE, 0);
        let (mut left, mut read, mut free, mut written) = (input.len(), 0, PIECE, 0);
        let done = self.0.compress_stream(
            operation,
            &mut left,
            input,
            &mut read,
            &mut free,
            output,
            &mut written,
            &mut None,
            &mut |_, _, _, _| (),
        );
        output.truncate(written);
        if !done {
            return Err("The data cannot be compressed.");
        }
        let more = left > 0 || self.0.has_more_output() || last && !self.0.is_finished();
        Ok(Step { read, more })
    }
}

type State = BrotliState<StandardAlloc, StandardAlloc, StandardAlloc>;

pub struct Decompressor(Box<State>);

impl Decompressor {
    pub fn new() -> Self {
        // This one refuses windows of more than 16 MiB.
        let state = State::new_strict(
            StandardAlloc::default(),
            StandardAlloc::default(),
            StandardAlloc::default(),
        );
        Self(Box::new(state))
    }
}

impl Decompress for Decompressor {
    fn step(&mut self, input: &[u8], output: &mut Vec<u8>) -> Result<(Step, bool), &'static str> {
        output.resize(PIECE, 0);
        let (mut left, mut read, mut free, mut written, mut total) = (input.len(), 0, PIECE, 0, 0);
        let result = BrotliDecompressStream(
            &mut left,
            &mut read,
            input,
            &mut free,
            &mut written,
            output,
            &mut total,
            &mut self.0,
        );
        output.truncate(written);
        let more = match result {
            BrotliResult::ResultSuccess | BrotliResult::NeedsMoreInput => false,
            BrotliResult::NeedsMoreOutput => true,
            BrotliResult::ResultFailure => return Err(INVALID),
        };
        Ok((Step { read, more }, matches!(result, BrotliResult::ResultSuccess)))
    }
}
