//! Integers of any size.

use std::fmt;

use crate::MAX_DECIMAL_DIGITS;

/// A bigint: its sign and hex digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BigInt<'a> {
    /// True if it is negative.
    pub negative: bool,
    /// The lower-case hex digits, without leading zeros. Zero is `0`.
    pub hex: &'a str,
}

impl BigInt<'_> {
    /// Returns true if sign and digits are in canonical form.
    pub(crate) fn is_canonical(self) -> bool {
        let digits = self.hex.as_bytes();
        let hex = |digit: &u8| matches!(digit, b'0'..=b'9' | b'a'..=b'f');
        match digits {
            [] => false,
            [b'0'] => !self.negative,
            [first, ..] => *first != b'0' && digits.iter().all(hex),
        }
    }

    /// Returns the number, if it fits into a `u128`.
    #[must_use]
    pub fn to_u128(self) -> Option<u128> {
        if self.negative || self.hex.len() > 32 {
            return None;
        }
        u128::from_str_radix(self.hex, 16).ok()
    }

    /// Returns the number, if it fits into an `i128`.
    #[must_use]
    pub fn to_i128(self) -> Option<i128> {
        let magnitude = BigInt { negative: false, hex: self.hex }.to_u128()?;
        if self.negative {
            0_i128.checked_sub_unsigned(magnitude)
        } else {
            i128::try_from(magnitude).ok()
        }
    }
}

/// Formats up to [`MAX_DECIMAL_DIGITS`] hex digits in decimal, and longer numbers in hex with
/// `0x`.
impl fmt::Display for BigInt<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.negative {
            formatter.write_str("-")?;
        }
        if self.hex.len() > MAX_DECIMAL_DIGITS {
            return write!(formatter, "0x{}", self.hex);
        }
        // Lowest first, like the chunks.
        let mut limbs: Vec<u64> = self.hex.as_bytes().rchunks(16).map(limb).collect();
        let mut chunks = Vec::new();
        while let Some(highest) = limbs.iter().rposition(|limb| *limb > 0) {
            limbs.truncate(highest + 1);
            chunks.push(divide(&mut limbs));
        }
        let Some((highest, rest)) = chunks.split_last() else {
            return formatter.write_str("0");
        };
        write!(formatter, "{highest}")?;
        rest.iter().rev().try_for_each(|chunk| write!(formatter, "{chunk:019}"))
    }
}

/// The divisor that splits off 19 decimal digits, the most that always fit into a limb.
const CHUNK: u64 = 10_u64.pow(19);

fn limb(digits: &[u8]) -> u64 {
    let value = |digit: &u8| u64::from(char::from(*digit).to_digit(16).unwrap_or(0));
    digits.iter().fold(0, |limb, digit| limb << 4 | value(digit))
}

/// Divides by [`CHUNK`] and returns the remainder.
fn divide(limbs: &mut [u64]) -> u64 {
    let mut remainder = 0;
    for limb in limbs.iter_mut().rev() {
        let dividend = u128::from(remainder) << 64 | u128::from(*limb);
        let divisor = u128::from(CHUNK);
        // The remainder is below the divisor, so the quotient fits.
        *limb = u64::try_from(dividend / divisor).unwrap_or(0);
        remainder = u64::try_from(dividend % divisor).unwrap_or(0);
    }
    remainder
}
