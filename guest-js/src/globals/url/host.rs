//! Hosts of URLs: domains on the crate `idna`, and addresses.

use std::net::Ipv6Addr;

use idna::uts46::{AsciiDenyList, DnsLength, Hyphens, Uts46};
use percent_encoding::percent_decode_str;

use super::encode_sets::{self, CONTROL};

/// Returns the host as it is written in a URL, or `None` if it is invalid.
pub fn parse(text: &str, is_special: bool) -> Option<String> {
    if let Some(rest) = text.strip_prefix('[') {
        return ipv6(rest.strip_suffix(']')?);
    }
    if !is_special {
        let is_valid = !text.chars().any(is_forbidden);
        return is_valid.then(|| encode_sets::encoded(text, CONTROL));
    }
    let domain = percent_decode_str(text).decode_utf8_lossy();
    let domain = to_ascii(&domain)?;
    let is_refused = |char: char| {
        is_forbidden(char) || matches!(char, '\0'..='\x1f' | '%' | '\x7f') || !char.is_ascii()
    };
    if domain.is_empty() || domain.chars().any(is_refused) {
        return None;
    }
    if ends_in_number(&domain) { ipv4(&domain) } else { Some(domain) }
}

/// A domain that is ASCII already is not checked, whatever its labels say.
fn to_ascii(domain: &str) -> Option<String> {
    if domain.is_ascii() {
        return Some(domain.to_ascii_lowercase());
    }
    let (deny, hyphens, length) = (AsciiDenyList::EMPTY, Hyphens::Allow, DnsLength::Ignore);
    let domain = Uts46::new().to_ascii(domain.as_bytes(), deny, hyphens, length).ok()?;
    Some(domain.into_owned())
}

fn is_forbidden(char: char) -> bool {
    matches!(
        char,
        '\0' | '\t'
            | '\n'
            | '\r'
            | ' '
            | '#'
            | '/'
            | ':'
            | '<'
            | '>'
            | '?'
            | '@'
            | '['
            | '\\'
            | ']'
            | '^'
            | '|'
    )
}

fn ends_in_number(domain: &str) -> bool {
    let domain = domain.strip_suffix('.').unwrap_or(domain);
    let last = domain.rsplit('.').next().unwrap_or_default();
    let is_decimal = !last.is_empty() && last.bytes().all(|byte| byte.is_ascii_digit());
    is_decimal || number(last).is_some()
}

/// Reads a number that may be hexadecimal or octal. A large one is at least 2^32.
fn number(text: &str) -> Option<u64> {
    let (digits, radix) = match text.as_bytes() {
        [] => return None,
        [b'0', b'x' | b'X', ..] => (text.get(2..)?, 16),
        [b'0', _, ..] => (text.get(1..)?, 8),
        _ => (text, 10),
    };
    let mut number = 0_u64;
    for char in digits.chars() {
        let digit = char.to_digit(radix)?;
        number = number.saturating_mul(radix.into()).saturating_add(digit.into());
    }
    Some(number)
}

fn ipv4(domain: &str) -> Option<String> {
    let parts: Vec<&str> = domain.strip_suffix('.').unwrap_or(domain).split('.').take(5).collect();
    let (last, first) = parts.split_last()?;
    if first.len() > 3 {
        return None;
    }
    let mut address = number(last)?;
    if address >> (32 - 8 * first.len()) != 0 {
        return None;
    }
    for (index, part) in first.iter().enumerate() {
        let byte = u8::try_from(number(part)?).ok()?;
        address |= u64::from(byte) << (24 - 8 * index);
    }
    let [.., a, b, c, d] = address.to_be_bytes();
    Some(format!("{a}.{b}.{c}.{d}"))
}

fn ipv6(text: &str) -> Option<String> {
    let pieces = text.parse::<Ipv6Addr>().ok()?.segments();
    let (mut best, mut length) = (0, 1);
    for start in 0..pieces.len() {
        let zeros = pieces.iter().skip(start).take_while(|piece| **piece == 0).count();
        if zeros > length {
            (best, length) = (start, zeros);
        }
    }
    let write = |pieces: &[u16]| {
        let texts: Vec<String> = pieces.iter().map(|piece| format!("{piece:x}")).collect();
        texts.join(":")
    };
    if length == 1 {
        return Some(format!("[{}]", write(&pieces)));
    }
    let (before, after) = (pieces.get(..best)?, pieces.get(best + length..)?);
    Some(format!("[{}::{}]", write(before), write(after)))
}
