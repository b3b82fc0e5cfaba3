//! Constants of the format that more than one file needs.

pub(crate) const VERSION: u8 = 1;

/// The largest integer up to which a double represents every integer exactly.
pub(crate) const MAX_SAFE: i64 = (1 << 53) - 1;

/// The maximum length of a JavaScript array.
pub(crate) const MAX_ARRAY_LENGTH: u64 = u32::MAX as u64;

pub(crate) mod tag {
    pub(crate) const END: u8 = 0;
    pub(crate) const UNDEFINED: u8 = 1;
    pub(crate) const NULL: u8 = 2;
    pub(crate) const TRUE: u8 = 3;
    pub(crate) const FALSE: u8 = 4;
    pub(crate) const INT: u8 = 5;
    pub(crate) const FLOAT: u8 = 6;
    pub(crate) const BIG_INT: u8 = 7;
    pub(crate) const STRING: u8 = 8;
    pub(crate) const STRING_UTF16: u8 = 9;
    pub(crate) const DATE: u8 = 10;
    pub(crate) const REG_EXP: u8 = 11;
    pub(crate) const BOXED: u8 = 12;
    pub(crate) const ARRAY: u8 = 13;
    pub(crate) const SPARSE_ARRAY: u8 = 14;
    pub(crate) const OBJECT: u8 = 15;
    pub(crate) const MAP: u8 = 16;
    pub(crate) const SET: u8 = 17;
    pub(crate) const ERROR: u8 = 18;
    pub(crate) const ARRAY_BUFFER: u8 = 19;
    pub(crate) const VIEW: u8 = 20;
    pub(crate) const REF: u8 = 21;
    pub(crate) const CAPABILITY: u8 = 22;
    pub(crate) const INTERFACE: u8 = 23;
    pub(crate) const DOM_EXCEPTION: u8 = 24;
}

/// Returns the array index that a key is, if it is one in canonical form.
pub(crate) fn array_index(key: &str) -> Option<u64> {
    let digits = key.as_bytes();
    let canonical = match digits {
        [b'0'] => true,
        [b'1'..=b'9', rest @ ..] => rest.len() < 10 && rest.iter().all(u8::is_ascii_digit),
        _ => false,
    };
    let index = canonical.then(|| key.parse().ok())??;
    (index < MAX_ARRAY_LENGTH).then_some(index)
}
