//! Compression for `node:zlib`, a piece at a time, by `flate2` (on `zlib-rs`) and `brotli`.

#![allow(clippy::needless_pass_by_value, reason = "the engine calls these")]

use std::cell::RefCell;

use brotli::enc::StandardAlloc;
use brotli::enc::encode::{
    BrotliEncoderOperation, BrotliEncoderParameter, BrotliEncoderStateStruct,
};
use brotli::{BrotliDecompressStream, BrotliResult, BrotliState};
use flate2::{Compress, Compression, Decompress, FlushCompress, FlushDecompress, Status};
use rquickjs::{Array, ArrayBuffer, Ctx, Function, Object, Result, Value};

use super::digest::copied;
use crate::globals::raw;

/// The outcome of a step, as the scripts number it: go on, the stream has ended, no progress
/// without more input or room, invalid data, a dictionary is needed.
const GOES_ON: u32 = 0;
const ENDED: u32 = 1;
const STUCK: u32 = 2;
const INVALID: u32 = 3;
const NEEDS_DICTIONARY: u32 = 4;

/// The number of bytes that were read and written, and the outcome.
struct Step(usize, usize, u32);

/// The state of a stream. `flush` is Node's number.
trait Codec {
    fn step(&mut self, input: &[u8], output: &mut [u8], flush: u32) -> Step;

    fn set_dictionary(&mut self, _: &[u8]) -> bool {
        false
    }

    fn set_level(&mut self, _: u32) {}
}

#[allow(clippy::cast_possible_truncation, reason = "as long as what was given")]
fn moved(before: u64, after: u64) -> usize {
    (after - before) as usize
}

struct Deflate(Compress);

impl Codec for Deflate {
    fn step(&mut self, input: &[u8], output: &mut [u8], flush: u32) -> Step {
        let flush = match flush {
            1 => FlushCompress::Partial,
            2 => FlushCompress::Sync,
            3 => FlushCompress::Full,
            4 => FlushCompress::Finish,
            _ => FlushCompress::None,
        };
        let before = (self.0.total_in(), self.0.total_out());
        let status = self.0.compress(input, output, flush);
        let outcome = match status {
            Ok(Status::Ok) => GOES_ON,
            Ok(Status::StreamEnd) => ENDED,
            Ok(Status::BufError) => STUCK,
            Err(_) => INVALID,
        };
        Step(moved(before.0, self.0.total_in()), moved(before.1, self.0.total_out()), outcome)
    }

    fn set_dictionary(&mut self, dictionary: &[u8]) -> bool {
        self.0.set_dictionary(dictionary).is_ok()
    }

    fn set_level(&mut self, level: u32) {
        // An error is ignored: the old level is as good.
        let _ = self.0.set_level(Compression::new(level.min(9)));
    }
}

struct Inflate(Decompress);

impl Codec for Inflate {
    fn step(&mut self, input: &[u8], output: &mut [u8], flush: u32) -> Step {
        let flush = match flush {
            4 => FlushDecompress::Finish,
            2 => FlushDecompress::Sync,
            _ => FlushDecompress::None,
        };
        let before = (self.0.total_in(), self.0.total_out());
        let status = self.0.decompress(input, output, flush);
        let outcome = match status {
            Ok(Status::Ok) => GOES_ON,
            Ok(Status::StreamEnd) => ENDED,
            Ok(Status::BufError) => STUCK,
            Err(error) if error.needs_dictionary().is_some() => NEEDS_DICTIONARY,
            Err(_) => INVALID,
        };
        Step(moved(before.0, self.0.total_in()), moved(before.1, self.0.total_out()), outcome)
    }

    fn set_dictionary(&mut self, dictionary: &[u8]) -> bool {
        self.0.set_dictionary(dictionary).is_ok()
    }
}

struct BrotliEncoder(Box<BrotliEncoderStateStruct<StandardAlloc>>);

impl Codec for BrotliEncoder {
    fn step(&mut self, input: &[u8], output: &mut [u8], flush: u32) -> Step {
        let operation = match flush {
            1 => BrotliEncoderOperation::BROTLI_OPERATION_FLUSH,
            2 => BrotliEncoderOperation::BROTLI_OPERATION_FINISH,
            3 => BrotliEncoderOperation::BROTLI_OPERATION_EMIT_METADATA,
            _ => BrotliEncoderOperation::BROTLI_OPERATION_PROCESS,
        };
        let (mut left, mut read) = (input.len(), 0);
        let (mut room, mut written) = (output.len(), 0);
        let fine = self.0.compress_stream(
            operation,
            &mut left,
            input,
            &mut read,
            &mut room,
            output,
            &mut written,
            &mut None,
            &mut |_, _, _, _| (),
        );
        let outcome = match fine {
            false => INVALID,
            true if self.0.is_finished() => ENDED,
            true => GOES_ON,
        };
        Step(read, written, outcome)
    }
}

type Decoder = BrotliState<StandardAlloc, StandardAlloc, StandardAlloc>;

struct BrotliDecoder(Box<Decoder>);

impl Codec for BrotliDecoder {
    fn step(&mut self, input: &[u8], output: &mut [u8], _: u32) -> Step {
        let (mut left, mut read) = (input.len(), 0);
        let (mut room, mut written) = (output.len(), 0);
        let result = BrotliDecompressStream(
            &mut left,
            &mut read,
            input,
            &mut room,
            &mut written,
            output,
            &mut 0,
            &mut self.0,
        );
        let outcome = match result {
            BrotliResult::ResultSuccess => ENDED,
            BrotliResult::NeedsMoreInput => STUCK,
            BrotliResult::NeedsMoreOutput => GOES_ON,
            BrotliResult::ResultFailure => INVALID,
        };
        Step(read, written, outcome)
    }
}

pub fn install<'js>(native: &Object<'js>) -> Result<()> {
    let ctx = native.ctx().clone();
    let create =
        |ctx: Ctx<'js>, kind: String, level: u32, window: u8| match codec(&kind, level, window) {
            Some(codec) => functions(&ctx, codec).map(Some),
            None => Ok(None),
        };
    native.set("codec", Function::new(ctx.clone(), create)?)?;
    // Parameters are pairs of Node's numbers and values.
    let brotli =
        |ctx: Ctx<'js>, parameters: Vec<Vec<u32>>| functions(&ctx, brotli_encoder(&parameters));
    native.set("brotli", Function::new(ctx.clone(), brotli)?)?;
    let crc = |data: Value<'js>, start: u32| f64::from(crc32(&copied(&data), start));
    native.set("crc32", Function::new(ctx, crc)?)
}

/// Returns the checksum of what `start` is the checksum of, followed by `data`.
fn crc32(data: &[u8], start: u32) -> u32 {
    let mut crc = !start;
    for byte in data {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = crc >> 1 ^ (0xEDB8_8320 & 0_u32.wrapping_sub(crc & 1));
        }
    }
    !crc
}

fn codec(kind: &str, level: u32, window: u8) -> Option<Box<dyn Codec>> {
    let level = Compression::new(level.min(9));
    // `zlib` has no window of 256 bytes for compression.
    let window = window.clamp(9, 15);
    Some(match kind {
        "deflate" => Box::new(Deflate(Compress::new_with_window_bits(level, true, window))),
        "deflate-raw" => Box::new(Deflate(Compress::new_with_window_bits(level, false, window))),
        "gzip" => Box::new(Deflate(Compress::new_gzip(level, window))),
        "inflate" => Box::new(Inflate(Decompress::new_with_window_bits(true, window))),
        "inflate-raw" => Box::new(Inflate(Decompress::new_with_window_bits(false, window))),
        "gunzip" => Box::new(Inflate(Decompress::new_gzip(window))),
        "brotli-decompress" => Box::new(BrotliDecoder(Box::new(Decoder::new(
            StandardAlloc::default(),
            StandardAlloc::default(),
            StandardAlloc::default(),
        )))),
        _ => return None,
    })
}

fn brotli_encoder(parameters: &[Vec<u32>]) -> Box<dyn Codec> {
    let mut encoder = Box::new(BrotliEncoderStateStruct::new(StandardAlloc::default()));
    for pair in parameters {
        let [number, value] = pair.as_slice() else { continue };
        let parameter = match number {
            0 => BrotliEncoderParameter::BROTLI_PARAM_MODE,
            1 => BrotliEncoderParameter::BROTLI_PARAM_QUALITY,
            2 => BrotliEncoderParameter::BROTLI_PARAM_LGWIN,
            3 => BrotliEncoderParameter::BROTLI_PARAM_LGBLOCK,
            5 => BrotliEncoderParameter::BROTLI_PARAM_SIZE_HINT,
            _ => continue,
        };
        encoder.set_parameter(parameter, *value);
    }
    Box::new(BrotliEncoder(encoder))
}

/// Returns an object with the functions of a stream. `step(input, start, end, room, flush)`
/// returns the number of bytes read, the output and the outcome.
fn functions<'js>(ctx: &Ctx<'js>, codec: Box<dyn Codec>) -> Result<Object<'js>> {
    let codec = std::rc::Rc::new(RefCell::new(codec));
    let object = Object::new_proto(ctx.clone(), None)?;
    let own = std::rc::Rc::clone(&codec);
    let step = move |ctx: Ctx<'js>,
                     input: Value<'js>,
                     start: usize,
                     end: usize,
                     room: usize,
                     flush: u32| {
        let mut output = vec![0; room.clamp(1, 1 << 20)];
        let Step(read, written, outcome) = raw::with_bytes(&input, |input| {
            let end = end.min(input.len());
            own.borrow_mut().step(&input[start.min(end)..end], &mut output, flush)
        })
        .unwrap_or(Step(0, 0, INVALID));
        output.truncate(written);
        let result = Array::new(ctx.clone())?;
        result.set(0, read)?;
        result.set(1, ArrayBuffer::new(ctx, output)?)?;
        result.set(2, outcome)?;
        Ok::<_, rquickjs::Error>(result)
    };
    object.set("step", Function::new(ctx.clone(), step)?)?;
    let own = std::rc::Rc::clone(&codec);
    let set = move |dictionary: Value<'js>| own.borrow_mut().set_dictionary(&copied(&dictionary));
    object.set("setDictionary", Function::new(ctx.clone(), set)?)?;
    let set = move |level: u32| codec.borrow_mut().set_level(level);
    object.set("setLevel", Function::new(ctx.clone(), set)?)?;
    Ok(object)
}
