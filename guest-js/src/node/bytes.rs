//! The operations of `Buffer` on bytes.

#![allow(clippy::needless_pass_by_value, reason = "the engine calls these")]

use rquickjs::{ArrayBuffer, Ctx, Function, IntoJs, Object, Result, Value};

use super::encoding::{self, Encoding};
use crate::globals::raw;

pub fn install<'js>(native: &Object<'js>) -> Result<()> {
    let ctx = native.ctx().clone();
    native.set("toText", Function::new(ctx.clone(), to_text)?)?;
    native.set("fromText", Function::new(ctx.clone(), from_text)?)?;
    native.set("write", Function::new(ctx.clone(), write)?)?;
    native.set("compare", Function::new(ctx.clone(), compare)?)?;
    native.set("indexOf", Function::new(ctx.clone(), index_of)?)?;
    native.set("fill", Function::new(ctx.clone(), fill)?)?;
    native.set("swap", Function::new(ctx.clone(), swap)?)?;
    let is_utf8 = |bytes: Value<'js>| {
        raw::with_bytes(&bytes, |bytes| std::str::from_utf8(bytes).is_ok()).unwrap_or(false)
    };
    native.set("isUtf8", Function::new(ctx.clone(), is_utf8)?)?;
    let is_ascii =
        |bytes: Value<'js>| raw::with_bytes(&bytes, |bytes| bytes.is_ascii()).unwrap_or(false);
    native.set("isAscii", Function::new(ctx, is_ascii)?)
}

/// Returns the part of `bytes` between two positions, as far as there is one.
fn part(bytes: &[u8], start: usize, end: usize) -> &[u8] {
    let end = end.min(bytes.len());
    &bytes[start.min(end)..end]
}

/// Decodes a part of a buffer.
fn to_text<'js>(
    ctx: Ctx<'js>,
    buffer: Value<'js>,
    number: u32,
    start: usize,
    end: usize,
) -> Result<Value<'js>> {
    let encoding = Encoding::of(number);
    if encoding == Encoding::Utf16Le {
        let units = raw::with_bytes(&buffer, |bytes| {
            let pairs = part(bytes, start, end).chunks_exact(2);
            pairs.map(|pair| u16::from_le_bytes([pair[0], pair[1]])).collect::<Vec<_>>()
        });
        return raw::from_units(&ctx, &units.unwrap_or_default());
    }
    let text = raw::with_bytes(&buffer, |bytes| {
        let bytes = part(bytes, start, end);
        match encoding {
            Encoding::Latin1 => bytes.iter().map(|byte| char::from(*byte)).collect(),
            Encoding::Ascii => bytes.iter().map(|byte| char::from(*byte & 0x7F)).collect(),
            Encoding::Base64 => encoding::to_base64(bytes, false),
            Encoding::Base64Url => encoding::to_base64(bytes, true),
            Encoding::Hex => encoding::to_hex(bytes),
            _ => String::from_utf8_lossy(bytes).into_owned(),
        }
    });
    rquickjs::String::from_str(ctx.clone(), &text.unwrap_or_default())?.into_js(&ctx)
}

/// Encodes a string.
fn encoded(text: &Value<'_>, encoding: Encoding) -> Result<Vec<u8>> {
    if encoding == Encoding::Utf8 {
        return Ok(raw::text(text)?.into_bytes());
    }
    let units = raw::units(text)?;
    Ok(match encoding {
        Encoding::Utf16Le => units.iter().flat_map(|unit| unit.to_le_bytes()).collect(),
        Encoding::Base64 | Encoding::Base64Url => encoding::from_base64(&units),
        Encoding::Hex => encoding::from_hex(&units),
        _ => units.iter().map(|unit| unit.to_le_bytes()[0]).collect(),
    })
}

fn from_text<'js>(ctx: Ctx<'js>, text: Value<'js>, number: u32) -> Result<ArrayBuffer<'js>> {
    ArrayBuffer::new(ctx, encoded(&text, Encoding::of(number))?)
}

/// Writes as many whole characters as fit. Returns the number of bytes written.
fn write<'js>(
    buffer: Value<'js>,
    text: Value<'js>,
    number: u32,
    offset: usize,
    length: usize,
) -> Result<usize> {
    let encoding = Encoding::of(number);
    let source = encoded(&text, encoding)?;
    let written = raw::with_bytes(&buffer, |bytes| {
        let offset = offset.min(bytes.len());
        let room = length.min(bytes.len() - offset).min(source.len());
        let room = match encoding {
            Encoding::Utf16Le => room & !1,
            Encoding::Utf8 => floor_char(&source, room),
            _ => room,
        };
        bytes[offset..offset + room].copy_from_slice(&source[..room]);
        room
    });
    Ok(written.unwrap_or(0))
}

/// Returns the end of the last character of valid UTF-8 that ends at `room` or before.
fn floor_char(source: &[u8], room: usize) -> usize {
    let mut end = room;
    while end > 0 && source.get(end).is_some_and(|byte| byte & 0xC0 == 0x80) {
        end -= 1;
    }
    end
}

/// Compares two buffers: -1, 0 or 1.
fn compare<'js>(left: Value<'js>, right: Value<'js>) -> i32 {
    // A copy, because both may be views of one buffer.
    let left = raw::with_bytes(&left, |bytes| bytes.to_vec()).unwrap_or_default();
    raw::with_bytes(&right, |right| left.as_slice().cmp(right) as i32).unwrap_or(0)
}

/// Returns the place of `needle` in `buffer`, from a position on or, backwards, from there down.
/// -1 if there is none. `unit` is the number of bytes of a character, 1 or 2.
fn index_of<'js>(
    buffer: Value<'js>,
    needle: Value<'js>,
    from: usize,
    forward: bool,
    unit: usize,
) -> Result<f64> {
    let needle = raw::with_bytes(&needle, |bytes| bytes.to_vec()).unwrap_or_default();
    let found = raw::with_bytes(&buffer, |bytes| {
        if unit == 2 {
            let units = |bytes: &[u8]| -> Vec<[u8; 2]> { bytes.as_chunks().0.to_vec() };
            let found =
                find_units(&units(bytes), &units(&needle), from.div_ceil(2), from / 2, forward);
            return found.map(|at| at * 2);
        }
        if forward {
            let rest = bytes.get(from..)?;
            return memchr::memmem::find(rest, &needle).map(|at| at + from);
        }
        let end = from.saturating_add(needle.len()).min(bytes.len());
        memchr::memmem::rfind(&bytes[..end], &needle)
    });
    #[allow(clippy::cast_precision_loss, reason = "no buffer has 2^53 bytes")]
    Ok(found.flatten().map_or(-1.0, |at| at as f64))
}

/// Finds a list in a list, in time linear in both (Knuth, Morris, Pratt).
fn find_units(
    units: &[[u8; 2]],
    needle: &[[u8; 2]],
    from: usize,
    last: usize,
    forward: bool,
) -> Option<usize> {
    if needle.is_empty() {
        return None;
    }
    let mut borders = vec![0_usize; needle.len()];
    let mut length = 0;
    for index in 1..needle.len() {
        while length > 0 && needle[index] != needle[length] {
            length = borders[length - 1];
        }
        length += usize::from(needle[index] == needle[length]);
        borders[index] = length;
    }
    let (mut matched, mut found) = (0, None);
    let start = if forward { from } else { 0 };
    for (index, unit) in units.iter().enumerate().skip(start) {
        while matched > 0 && *unit != needle[matched] {
            matched = borders[matched - 1];
        }
        matched += usize::from(*unit == needle[matched]);
        if matched == needle.len() {
            let at = index + 1 - needle.len();
            if !forward && at > last {
                break;
            }
            found = Some(at);
            if forward {
                break;
            }
            matched = borders[matched - 1];
        }
    }
    found
}

/// Fills a part of a buffer with repetitions of `pattern`.
fn fill<'js>(buffer: Value<'js>, pattern: Value<'js>, start: usize, end: usize) {
    let pattern = raw::with_bytes(&pattern, |bytes| bytes.to_vec()).unwrap_or_default();
    raw::with_bytes(&buffer, |bytes| {
        let end = end.min(bytes.len());
        let into = &mut bytes[start.min(end)..end];
        if pattern.is_empty() {
            return;
        }
        for chunk in into.chunks_mut(pattern.len()) {
            chunk.copy_from_slice(&pattern[..chunk.len()]);
        }
    });
}

/// Reverses the bytes of each group of `size`.
fn swap<'js>(buffer: Value<'js>, size: usize) {
    raw::with_bytes(&buffer, |bytes| {
        bytes.chunks_exact_mut(size.max(1)).for_each(<[u8]>::reverse);
    });
}
