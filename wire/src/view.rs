//! Typed arrays and data views.

use std::ops::Range;

/// The class of a view.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
#[allow(missing_docs, reason = "each is the JavaScript class of that name")]
pub enum ViewKind {
    Int8 = 0,
    Uint8 = 1,
    Uint8Clamped = 2,
    Int16 = 3,
    Uint16 = 4,
    Int32 = 5,
    Uint32 = 6,
    BigInt64 = 7,
    BigUint64 = 8,
    Float16 = 9,
    Float32 = 10,
    Float64 = 11,
    DataView = 12,
}

impl ViewKind {
    const ALL: [Self; 13] = [
        Self::Int8,
        Self::Uint8,
        Self::Uint8Clamped,
        Self::Int16,
        Self::Uint16,
        Self::Int32,
        Self::Uint32,
        Self::BigInt64,
        Self::BigUint64,
        Self::Float16,
        Self::Float32,
        Self::Float64,
        Self::DataView,
    ];

    pub(crate) fn from_byte(byte: u8) -> Option<Self> {
        Self::ALL.get(usize::from(byte)).copied()
    }

    /// Returns the size of an element in bytes, which is 1 for a `DataView`.
    #[must_use]
    pub fn element_size(self) -> usize {
        match self {
            Self::Int8 | Self::Uint8 | Self::Uint8Clamped | Self::DataView => 1,
            Self::Int16 | Self::Uint16 | Self::Float16 => 2,
            Self::Int32 | Self::Uint32 | Self::Float32 => 4,
            Self::BigInt64 | Self::BigUint64 | Self::Float64 => 8,
        }
    }
}

/// The buffer of a view.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Buffer<'a> {
    /// The buffer comes with the view, as the object after it.
    Inline(&'a [u8]),
    /// The buffer came before, as the object of that index.
    Ref(usize),
}

/// A typed array or a data view.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct View<'a> {
    /// Its class.
    pub kind: ViewKind,
    /// The buffer that it shows.
    pub buffer: Buffer<'a>,
    /// The offset in the buffer where it begins, in bytes.
    pub byte_offset: usize,
    /// The number of elements, or of bytes for a `DataView`.
    pub length: usize,
}

impl View<'_> {
    /// Returns the range of bytes that it shows of a buffer of that length, or `None` if it
    /// reaches beyond the buffer or is not aligned.
    #[must_use]
    pub fn window(&self, buffer_length: usize) -> Option<Range<usize>> {
        let size = self.kind.element_size();
        let end = self.length.checked_mul(size)?.checked_add(self.byte_offset)?;
        let inside = end <= buffer_length && self.byte_offset.is_multiple_of(size);
        inside.then_some(self.byte_offset..end)
    }
}

/// One element of a view, as serde and JSON see it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Element {
    Int(i64),
    Uint(u64),
    Float(f64),
}

/// Returns the elements in `bytes`, which are the window of a view of that kind.
pub(crate) fn elements(
    kind: ViewKind,
    bytes: &[u8],
) -> impl ExactSizeIterator<Item = Element> + '_ {
    bytes.chunks_exact(kind.element_size()).map(move |chunk| {
        let mut word = [0; 8];
        for (to, from) in word.iter_mut().zip(chunk) {
            *to = *from;
        }
        let [a, b, c, d, ..] = word;
        match kind {
            ViewKind::Int8 => Element::Int(i8::from_le_bytes([a]).into()),
            ViewKind::Uint8 | ViewKind::Uint8Clamped | ViewKind::DataView => {
                Element::Uint(a.into())
            }
            ViewKind::Int16 => Element::Int(i16::from_le_bytes([a, b]).into()),
            ViewKind::Uint16 => Element::Uint(u16::from_le_bytes([a, b]).into()),
            ViewKind::Int32 => Element::Int(i32::from_le_bytes([a, b, c, d]).into()),
            ViewKind::Uint32 => Element::Uint(u32::from_le_bytes([a, b, c, d]).into()),
            ViewKind::BigInt64 => Element::Int(i64::from_le_bytes(word)),
            ViewKind::BigUint64 => Element::Uint(u64::from_le_bytes(word)),
            ViewKind::Float16 => Element::Float(half(u16::from_le_bytes([a, b]))),
            ViewKind::Float32 => Element::Float(f32::from_le_bytes([a, b, c, d]).into()),
            ViewKind::Float64 => Element::Float(f64::from_le_bytes(word)),
        }
    })
}

/// Returns the value of an IEEE half.
fn half(bits: u16) -> f64 {
    let exponent = i32::from((bits >> 10) & 31);
    let fraction = f64::from(bits & 1023);
    let magnitude = match exponent {
        0 => fraction * 2_f64.powi(-24),
        31 if fraction == 0.0 => f64::INFINITY,
        31 => f64::NAN,
        _ => (1024.0 + fraction) * 2_f64.powi(exponent - 25),
    };
    if bits >> 15 == 1 { -magnitude } else { magnitude }
}
