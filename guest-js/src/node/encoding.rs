//! The encodings of `Buffer`.

/// An encoding, with the number that the scripts give it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    Utf8,
    Utf16Le,
    Latin1,
    Ascii,
    Base64,
    Base64Url,
    Hex,
}

impl Encoding {
    pub fn of(number: u32) -> Self {
        match number {
            1 => Self::Utf16Le,
            2 => Self::Latin1,
            3 => Self::Ascii,
            4 => Self::Base64,
            5 => Self::Base64Url,
            6 => Self::Hex,
            _ => Self::Utf8,
        }
    }
}

const BASE64: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const BASE64_URL: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// Encodes bytes. The URL's form has no padding.
pub fn to_base64(bytes: &[u8], for_url: bool) -> String {
    let alphabet = if for_url { BASE64_URL } else { BASE64 };
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let at = |index: usize| u32::from(chunk.get(index).copied().unwrap_or(0));
        let bits = at(0) << 16 | at(1) << 8 | at(2);
        for digit in 0..4 {
            if digit <= chunk.len() {
                let value = bits >> (18 - 6 * digit) & 63;
                text.push(char::from(alphabet[value as usize]));
            } else if !for_url {
                text.push('=');
            }
        }
    }
    text
}

fn base64_digit(unit: u16) -> Option<u32> {
    Some(match u8::try_from(unit).ok()? {
        byte @ b'A'..=b'Z' => u32::from(byte - b'A'),
        byte @ b'a'..=b'z' => u32::from(byte - b'a') + 26,
        byte @ b'0'..=b'9' => u32::from(byte - b'0') + 52,
        b'+' | b'-' => 62,
        b'/' | b'_' => 63,
        _ => return None,
    })
}

/// Decodes both alphabets. Characters that belong to neither are left out, and `=` ends the
/// text, as in Node.
pub fn from_base64(units: &[u16]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(units.len() / 4 * 3 + 3);
    let (mut bits, mut count) = (0_u32, 0);
    for unit in units {
        if *unit == u16::from(b'=') {
            break;
        }
        let Some(digit) = base64_digit(*unit) else { continue };
        bits = bits << 6 | digit;
        count += 1;
        if count == 4 {
            bytes.extend_from_slice(&bits.to_be_bytes()[1..]);
            (bits, count) = (0, 0);
        }
    }
    // One digit left over is less than a byte.
    match count {
        2 => bytes.push((bits >> 4).to_le_bytes()[0]),
        3 => bytes.extend_from_slice(&(bits >> 2).to_be_bytes()[2..]),
        _ => {}
    }
    bytes
}

pub fn to_hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        text.push(char::from(DIGITS[usize::from(byte >> 4)]));
        text.push(char::from(DIGITS[usize::from(byte & 15)]));
    }
    text
}

/// Decodes pairs of digits, up to the first pair that is none.
pub fn from_hex(units: &[u16]) -> Vec<u8> {
    let digit = |unit: u16| char::from_u32(u32::from(unit)).and_then(|it| it.to_digit(16));
    let pairs = units
        .chunks_exact(2)
        .map_while(|pair| u8::try_from(digit(pair[0])? << 4 | digit(pair[1])?).ok());
    pairs.collect()
}
