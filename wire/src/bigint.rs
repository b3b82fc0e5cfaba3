//! Integers of any size.

use crate::MAX_DECIMAL_DIGITS;

/// A bigint: sign and hex digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BigInt<'a> {
    /// Whether it is below zero.
    pub negative: bool,
    /// Lower-case hex digits, none of them a leading zero; `0` is zero.
    pub hex: &'a str,
}

impl BigInt<'_> {
    /// Whether sign and digits are in their only form.
    pub(crate) fn is_canonical(self) -> bool {
        let digits = self.hex.as_bytes();
        let hex = |digit: &u8| matches!(digit, b'0'..=b'9' | b'a'..=b'f');
        match digits {
            [] => false,
            [b'0'] => !self.negative,
            [first, ..] => *first != b'0' && digits.iter().all(hex),
        }
    }

    /// The number, if it fits.
    #[must_use]
    pub fn to_u128(self) -> Option<u128> {
        if self.negative || self.hex.len() > 32 {
            return None;
        }
        u128::from_str_radix(self.hex, 16).ok()
    }

    /// The number, if it fits.
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

/// Decimal up to [`MAX_DECIMAL_DIGITS`] hex digits, hex with `0x` beyond.
impl std::fmt::Display for BigInt<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        const CHUNK: u64 = 10_000_000_000_000_000_000;
        if self.negative {
            formatter.write_str("-")?;
        }
        if self.hex.len() > MAX_DECIMAL_DIGITS {
            return write!(formatter, "0x{}", self.hex);
        }
        // Limbs of 19 decimal digits, lowest first.
        let mut limbs: Vec<u64> = Vec::new();
        for digit in self.hex.chars() {
            let mut carry = u128::from(digit.to_digit(16).unwrap_or(0));
            for limb in &mut limbs {
                let next = u128::from(*limb) * 16 + carry;
                carry = next / u128::from(CHUNK);
                *limb = u64::try_from(next % u128::from(CHUNK)).unwrap_or(0);
            }
            if carry > 0 {
                limbs.push(u64::try_from(carry).unwrap_or(0));
            }
        }
        match limbs.split_last() {
            None => formatter.write_str("0"),
            Some((highest, rest)) => {
                write!(formatter, "{highest}")?;
                rest.iter().rev().try_for_each(|limb| write!(formatter, "{limb:019}"))
            }
        }
    }
}
