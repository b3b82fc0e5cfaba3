//! gzip and deflate, on the crate `flate2`.

use flate2::{Compress, Compression, FlushCompress, FlushDecompress, Status};

use super::PIECE;
use super::codec::{Codec, Decompress, INVALID, Step};

const WINDOW_BITS: u8 = 15;

pub struct Compressor(Compress);

impl Compressor {
    pub fn new(format: &str) -> Option<Self> {
        let level = Compression::default();
        Some(Self(match format {
            "gzip" => Compress::new_gzip(level, WINDOW_BITS),
            "deflate" => Compress::new(level, true),
            "deflate-raw" => Compress::new(level, false),
            _ => return None,
        }))
    }
}

impl Codec for Compressor {
    fn step(
        &mut self,
        input: &[u8],
        last: bool,
        output: &mut Vec<u8>,
    ) -> Result<Step, &'static str> {
        output.reserve_exact(PIECE);
        let before = self.0.total_in();
        let flush = if last { FlushCompress::Finish } else { FlushCompress::None };
        let status = self.0.compress_vec(input, output, flush);
        let status = status.map_err(|_| "The data cannot be compressed.")?;
        let read = usize::try_from(self.0.total_in() - before).unwrap_or(input.len());
        Ok(step(read, status, output))
    }
}

pub struct Decompressor(flate2::Decompress);

impl Decompressor {
    pub fn new(format: &str) -> Option<Self> {
        Some(Self(match format {
            "gzip" => flate2::Decompress::new_gzip(WINDOW_BITS),
            "deflate" => flate2::Decompress::new(true),
            "deflate-raw" => flate2::Decompress::new(false),
            _ => return None,
        }))
    }
}

impl Decompress for Decompressor {
    fn step(&mut self, input: &[u8], output: &mut Vec<u8>) -> Result<(Step, bool), &'static str> {
        output.reserve_exact(PIECE);
        let before = self.0.total_in();
        let status = self.0.decompress_vec(input, output, FlushDecompress::None);
        let status = status.map_err(|_| INVALID)?;
        let read = usize::try_from(self.0.total_in() - before).unwrap_or(input.len());
        Ok((step(read, status, output), status == Status::StreamEnd))
    }
}

/// A full output may be followed by more. Otherwise all of the input was read.
fn step(read: usize, status: Status, output: &[u8]) -> Step {
    Step { read, more: status == Status::Ok && output.len() >= PIECE }
}
