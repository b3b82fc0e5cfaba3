//! `TextEncoder` and `TextDecoder`.

#![allow(
    clippy::needless_pass_by_value,
    reason = "the engine calls these, and hands over what they are given"
)]

use rquickjs::{Array, Ctx, Exception, Function, IntoJs, Object, Result, TypedArray, Value};

use super::raw;

const FATAL: u32 = 1;
const IGNORE_BOM: u32 = 2;
const STREAM: u32 = 4;

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
fn encoding_of(ctx: Ctx<'_>, label: Value<'_>) -> Result<&'static str> {
    let label = raw::text(&label)?;
    let name = label.trim_matches(['\t', '\n', '\x0c', '\r', ' ']).to_ascii_lowercase();
    Ok(match name.as_str() {
        "unicode-1-1-utf-8" | "unicode11utf8" | "unicode20utf8" | "utf-8" | "utf8"
        | "x-unicode20utf8" => "utf-8",
        "csunicode" | "iso-10646-ucs-2" | "ucs-2" | "unicode" | "unicodefeff" | "utf-16"
        | "utf-16le" => "utf-16le",
        "unicodefffe" | "utf-16be" => "utf-16be",
        "ansi_x3.4-1968" | "ascii" | "cp1252" | "cp819" | "csisolatin1" | "ibm819"
        | "iso-8859-1" | "iso-ir-100" | "iso8859-1" | "iso88591" | "iso_8859-1"
        | "iso_8859-1:1987" | "l1" | "latin1" | "us-ascii" | "windows-1252" | "x-cp1252" => {
            "windows-1252"
        }
        _ => {
            let label = super::inspect::text::cut(&label, 100).0;
            let text = format!("The \"{label}\" encoding is not supported");
            return Err(Exception::throw_range(&ctx, &text));
        }
    })
}

/// The state of a stream: the bytes of a character that was cut off by the end of a chunk, and
/// whether the place of a byte order mark is past. JavaScript holds it packed into a number.
#[derive(Clone, Copy, Default)]
struct Progress {
    begun: bool,
    len: usize,
    bytes: [u8; 3],
}

impl Progress {
    fn unpack(state: u32) -> Self {
        let [a, b, c, flags] = state.to_le_bytes();
        let len = usize::from(flags & 3);
        Self { begun: flags & 4 != 0, len, bytes: [a, b, c] }
    }

    fn pack(self) -> u32 {
        let [a, b, c] = self.bytes;
        let len = u8::try_from(self.len & 3).unwrap_or(0);
        u32::from_le_bytes([a, b, c, len | if self.begun { 4 } else { 0 }])
    }

    fn keep(&mut self, rest: &[u8]) {
        self.len = rest.len().min(3);
        self.bytes[..self.len].copy_from_slice(&rest[..self.len]);
    }
}

fn decode<'js>(
    ctx: Ctx<'js>,
    encoding: Value<'js>,
    flags: u32,
    state: u32,
    input: Value<'js>,
) -> Result<Value<'js>> {
    let mut progress = Progress::unpack(state);
    let mut data = progress.bytes[..progress.len].to_vec();
    progress.len = 0;
    if !input.is_undefined() {
        match raw::with_bytes(&input, |bytes| data.extend_from_slice(bytes)) {
            Some(()) => {}
            // A detached buffer holds nothing.
            None if raw::is_buffer(&input) => {}
            None => {
                return Err(Exception::throw_type(
                    &ctx,
                    "The input is not an ArrayBuffer or a view of one.",
                ));
            }
        }
    }
    let stream = flags & STREAM != 0;
    let decoded = match &*raw::text(&encoding)? {
        "utf-8" => utf_8(&data, stream, &mut progress),
        "utf-16le" => utf_16(&data, stream, u16::from_le_bytes, &mut progress),
        "utf-16be" => utf_16(&data, stream, u16::from_be_bytes, &mut progress),
        _ => Decoded { text: data.iter().map(|byte| windows_1252(*byte)).collect(), faulty: false },
    };
    if decoded.faulty && flags & FATAL != 0 {
        return Err(Exception::throw_type(&ctx, "The encoded data was not valid."));
    }
    let mut text = decoded.text.as_str();
    if !progress.begun && !text.is_empty() {
        progress.begun = true;
        // In windows-1252 no character is a byte order mark.
        if flags & IGNORE_BOM == 0 {
            text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
        }
    }
    let text = rquickjs::String::from_str(ctx.clone(), text)?;
    if !stream {
        return text.into_js(&ctx);
    }
    let pair = Array::new(ctx.clone())?;
    pair.set(0, text)?;
    pair.set(1, progress.pack())?;
    pair.into_js(&ctx)
}

struct Decoded {
    text: String,
    faulty: bool,
}

fn utf_8(data: &[u8], stream: bool, progress: &mut Progress) -> Decoded {
    let mut text = String::with_capacity(data.len());
    let mut faulty = false;
    let mut rest = data;
    loop {
        match std::str::from_utf8(rest) {
            Ok(valid) => {
                text.push_str(valid);
                break;
            }
            Err(error) => {
                let (valid, after) = rest.split_at(error.valid_up_to());
                text.push_str(&String::from_utf8_lossy(valid));
                match error.error_len() {
                    Some(len) => rest = &after[len..],
                    None if stream => {
                        progress.keep(after);
                        break;
                    }
                    None => rest = &[],
                }
                faulty = true;
                text.push('\u{FFFD}');
            }
        }
    }
    Decoded { text, faulty }
}

fn utf_16(
    data: &[u8],
    stream: bool,
    unit: impl Fn([u8; 2]) -> u16,
    progress: &mut Progress,
) -> Decoded {
    let mut units: Vec<u16> = data.chunks_exact(2).map(|pair| unit([pair[0], pair[1]])).collect();
    let mut kept = data.len() - units.len() * 2;
    if stream && units.last().is_some_and(|last| (0xD800..0xDC00).contains(last)) {
        units.pop();
        kept += 2;
    }
    let halved = units.last().is_some_and(|last| (0xD800..0xDC00).contains(last));
    let mut faulty = false;
    let mut text: String = char::decode_utf16(units)
        .map(|decoded| {
            decoded.unwrap_or_else(|_| {
                faulty = true;
                '\u{FFFD}'
            })
        })
        .collect();
    if stream {
        progress.keep(&data[data.len() - kept..]);
    } else if kept > 0 {
        faulty = true;
        // Half a unit after half a surrogate pair is one error, not two.
        if !halved {
            text.push('\u{FFFD}');
        }
    }
    Decoded { text, faulty }
}

fn windows_1252(byte: u8) -> char {
    const HIGH: [char; 32] = [
        '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž',
        '\u{8f}', '\u{90}', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}',
        'ž', 'Ÿ',
    ];
    match byte {
        0x80..=0x9F => HIGH[usize::from(byte - 0x80)],
        _ => char::from(byte),
    }
}
