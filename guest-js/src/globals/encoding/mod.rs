//! `TextEncoder`, and `TextDecoder` on the crate `encoding_rs`.

#![allow(
    clippy::needless_pass_by_value,
    reason = "the engine calls these, and hands over what they are given"
)]

use encoding_rs::{CoderResult, Decoder, DecoderResult, Encoding, REPLACEMENT};
use rquickjs::class::{JsClass, Trace, Tracer, Writable};
use rquickjs::function::Constructor;
use rquickjs::{
    Class, Ctx, Exception, Function, JsLifetime, Object, Result, String as Text, TypedArray, Value,
};

use super::raw;

const FATAL: u32 = 1;
const IGNORE_BOM: u32 = 2;

/// The decoder of a stream, which holds the beginning of a character that a chunk has cut off.
#[derive(JsLifetime)]
struct Handle(#[qjs(skip_trace)] Decoder);

impl<'js> Trace<'js> for Handle {
    fn trace<'a>(&self, _: Tracer<'a, 'js>) {}
}

impl<'js> JsClass<'js> for Handle {
    const NAME: &'static str = "DecoderHandle";
    type Mutable = Writable;

    fn constructor(_: &Ctx<'js>) -> Result<Option<Constructor<'js>>> {
        Ok(None)
    }
}

pub fn install<'js>(native: &Object<'js>) -> Result<()> {
    let ctx = native.ctx().clone();
    let encode = |ctx: Ctx<'js>, text: Value<'js>| {
        TypedArray::<u8>::new_copy(ctx, raw::text(&text)?.as_bytes())
    };
    native.set("encode", Function::new(ctx.clone(), encode)?)?;
    #[allow(clippy::cast_precision_loss, reason = "no text has 2^53 bytes")]
    let utf8_length = |text: Value<'js>| raw::utf8_size(&text) as f64;
    native.set("utf8Length", Function::new(ctx.clone(), utf8_length)?)?;
    native.set("encodeInto", Function::new(ctx.clone(), encode_into)?)?;
    native.set("encodingOf", Function::new(ctx.clone(), encoding_of)?)?;
    native.set("decode", Function::new(ctx.clone(), decode)?)?;
    let decoder = |ctx: Ctx<'js>, name: String, flags: u32| {
        let encoding = encoding_named(&ctx, &name)?;
        let decoder = if flags & IGNORE_BOM == 0 {
            encoding.new_decoder_with_bom_removal()
        } else {
            encoding.new_decoder_without_bom_handling()
        };
        Class::instance(ctx, Handle(decoder))
    };
    native.set("decoder", Function::new(ctx.clone(), decoder)?)?;
    native.set("decodeChunk", Function::new(ctx.clone(), decode_chunk)?)?;
    let well_formed = |text: Value<'js>| raw::text(&text);
    native.set("wellFormed", Function::new(ctx, well_formed)?)
}

fn encode_into<'js>(ctx: Ctx<'js>, text: Value<'js>, into: Value<'js>) -> Result<Vec<usize>> {
    let is_bytes = into.as_object().is_some_and(Object::is_typed_array::<u8>);
    if !is_bytes || raw::is_immutable(&into) {
        return Err(Exception::throw_type(&ctx, "The destination is not a writable Uint8Array."));
    }
    let text = raw::text(&text)?;
    let copied = raw::with_bytes(&into, |bytes| {
        let fits = &text[..text.floor_char_boundary(bytes.len())];
        bytes[..fits.len()].copy_from_slice(fits.as_bytes());
        vec![fits.chars().map(char::len_utf16).sum(), fits.len()]
    });
    Ok(copied.unwrap_or_else(|| vec![0, 0]))
}

/// Returns the name of the encoding that a label means.
fn encoding_of(ctx: Ctx<'_>, label: Value<'_>) -> Result<String> {
    let label = raw::text(&label)?;
    match Encoding::for_label(label.as_bytes()).filter(|known| *known != REPLACEMENT) {
        Some(encoding) => Ok(encoding.name().to_ascii_lowercase()),
        None => {
            let label = super::inspect::text::cut(&label, 100).0;
            let text = format!("The \"{label}\" encoding is not supported");
            Err(Exception::throw_range(&ctx, &text))
        }
    }
}

fn encoding_named(ctx: &Ctx<'_>, name: &str) -> Result<&'static Encoding> {
    Encoding::for_label(name.as_bytes())
        .ok_or_else(|| Exception::throw_range(ctx, "There is no such encoding."))
}

/// Calls `decode` with the bytes of a buffer, of a view or of nothing. It returns the text, and
/// true if there was an error in the bytes.
fn decoded<'js>(
    ctx: Ctx<'js>,
    input: &Value<'js>,
    flags: u32,
    decode: impl FnOnce(&[u8]) -> (String, bool),
) -> Result<Text<'js>> {
    let (text, faulty) = if input.is_undefined() {
        decode(&[])
    } else if raw::is_buffer(input) {
        let mut decode = Some(decode);
        let mut run = |bytes: &[u8]| decode.take().map(|decode| decode(bytes));
        // A detached buffer holds nothing.
        let text = raw::with_bytes(input, |bytes| run(bytes)).flatten();
        text.or_else(|| run(&[])).unwrap_or_default()
    } else {
        let refusal = "The input is not an ArrayBuffer or a view of one.";
        return Err(Exception::throw_type(&ctx, refusal));
    };
    if faulty && flags & FATAL != 0 {
        return Err(Exception::throw_type(&ctx, "The encoded data was not valid."));
    }
    Text::from_str(ctx, &text)
}

/// Decodes all of a text at once.
fn decode<'js>(ctx: Ctx<'js>, name: String, flags: u32, input: Value<'js>) -> Result<Text<'js>> {
    let encoding = encoding_named(&ctx, &name)?;
    decoded(ctx, &input, flags, |bytes| {
        let (text, faulty) = if flags & IGNORE_BOM == 0 {
            encoding.decode_with_bom_removal(bytes)
        } else {
            encoding.decode_without_bom_handling(bytes)
        };
        (text.into_owned(), faulty)
    })
}

/// Decodes the next part of a stream.
fn decode_chunk<'js>(
    ctx: Ctx<'js>,
    decoder: Class<'js, Handle>,
    flags: u32,
    last: bool,
    input: Value<'js>,
) -> Result<Text<'js>> {
    decoded(ctx, &input, flags, |mut bytes| {
        let decoder = &mut decoder.borrow_mut().0;
        let mut text = String::with_capacity(bytes.len().saturating_add(16));
        if flags & FATAL != 0 {
            return fatally_decoded(decoder, bytes, last, text);
        }
        let mut faulty = false;
        loop {
            let (result, read, replaced) = decoder.decode_to_string(bytes, &mut text, last);
            faulty |= replaced;
            bytes = bytes.get(read..).unwrap_or_default();
            match result {
                CoderResult::InputEmpty => return (text, faulty),
                // Twice what is left, because a character takes more bytes than before.
                CoderResult::OutputFull => text.reserve(bytes.len().saturating_mul(2).max(16)),
            }
        }
    })
}

/// Stops at the first error. What follows it is lost, but not the mode of the decoder.
fn fatally_decoded(
    decoder: &mut Decoder,
    mut bytes: &[u8],
    last: bool,
    mut text: String,
) -> (String, bool) {
    loop {
        let (result, read) = decoder.decode_to_string_without_replacement(bytes, &mut text, last);
        bytes = bytes.get(read..).unwrap_or_default();
        match result {
            DecoderResult::InputEmpty => return (text, false),
            DecoderResult::OutputFull => text.reserve(bytes.len().saturating_mul(2).max(16)),
            DecoderResult::Malformed(..) => return (text, true),
        }
    }
}
