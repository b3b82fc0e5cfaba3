//! Exact decimal numbers, and rounding them.

/// The number 0.d₁d₂d₃… × 10^`exponent`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Decimal {
    pub negative: bool,
    /// From 0 to 9, without zeros at the ends. Empty for zero.
    pub digits: Vec<u8>,
    pub exponent: i32,
}

/// A number that a program can format.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Number {
    Nan,
    Infinity { negative: bool },
    Finite(Decimal),
}

impl Number {
    pub fn is_negative(&self) -> bool {
        match self {
            Self::Nan => false,
            Self::Infinity { negative } => *negative,
            Self::Finite(decimal) => decimal.negative,
        }
    }
}

impl From<f64> for Number {
    fn from(number: f64) -> Self {
        if number.is_nan() {
            Self::Nan
        } else if number.is_infinite() {
            Self::Infinity { negative: number < 0.0 }
        } else {
            Decimal::parse(&format!("{number:e}")).map_or(Self::Nan, Self::Finite)
        }
    }
}

impl From<&str> for Number {
    /// Reads what `Number(text)` accepts, exactly.
    fn from(text: &str) -> Self {
        let text = text.trim_matches(is_space);
        if text.is_empty() {
            return Self::Finite(Decimal::default());
        }
        let lower = text.get(..2).unwrap_or_default().to_ascii_lowercase();
        let radix = match lower.as_str() {
            "0x" => 16,
            "0o" => 8,
            "0b" => 2,
            _ => 10,
        };
        if radix != 10 {
            return integer(text.get(2..).unwrap_or_default(), radix);
        }
        match text {
            "Infinity" | "+Infinity" => return Self::Infinity { negative: false },
            "-Infinity" => return Self::Infinity { negative: true },
            _ => {}
        }
        let Some(decimal) = Decimal::parse(text) else { return Self::Nan };
        // A number out of the range of a double is infinite or zero.
        match text.parse::<f64>() {
            Ok(number) if number.is_infinite() => Self::Infinity { negative: decimal.negative },
            Ok(0.0) => Self::Finite(Decimal { negative: decimal.negative, ..Decimal::default() }),
            _ => Self::Finite(decimal),
        }
    }
}

fn is_space(char: char) -> bool {
    char.is_whitespace() && char != '\u{85}' || char == '\u{feff}'
}

/// The most digits of an integer that is not decimal: more make no double.
const MAX_DIGITS: usize = 1100;

fn integer(text: &str, radix: u32) -> Number {
    let text = if text.len() > 1 { text.trim_start_matches('0') } else { text };
    let mut digits: Vec<u8> = Vec::new();
    if text.is_empty() || !text.chars().all(|char| char.is_digit(radix)) {
        return Number::Nan;
    }
    if text.len() > MAX_DIGITS {
        return Number::Infinity { negative: false };
    }
    // Least digit first.
    for digit in text.chars().filter_map(|char| char.to_digit(radix)) {
        let mut carry = digit;
        for place in &mut digits {
            let value = u32::from(*place) * radix + carry;
            *place = (value % 10) as u8;
            carry = value / 10;
        }
        while carry > 0 {
            digits.push((carry % 10) as u8);
            carry /= 10;
        }
    }
    let exponent = i32::try_from(digits.len()).unwrap_or(i32::MAX);
    digits.reverse();
    let decimal = Decimal { negative: false, digits, exponent }.trimmed();
    if exponent > 309 { Number::Infinity { negative: false } } else { Number::Finite(decimal) }
}

/// The rounding of a number that lies between two others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    Ceil,
    Floor,
    Expand,
    Trunc,
    HalfCeil,
    HalfFloor,
    HalfExpand,
    HalfTrunc,
    HalfEven,
}

impl Decimal {
    /// Reads digits with an optional sign, fraction and exponent.
    pub fn parse(text: &str) -> Option<Self> {
        let (negative, text) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        let (mantissa, power) = match text.split_once(['e', 'E']) {
            Some((mantissa, power)) => {
                let digits = power.strip_prefix(['+', '-']).unwrap_or(power);
                if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
                    return None;
                }
                let bound = if power.starts_with('-') { -1_000_000 } else { 1_000_000 };
                (mantissa, power.parse::<i32>().unwrap_or(bound).clamp(-1_000_000, 1_000_000))
            }
            None => (text, 0),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        if whole.is_empty() && fraction.is_empty() {
            return None;
        }
        let mut digits = Vec::with_capacity(whole.len() + fraction.len());
        for byte in whole.bytes().chain(fraction.bytes()) {
            digits.push(byte.is_ascii_digit().then(|| byte - b'0')?);
        }
        let exponent = i32::try_from(whole.len()).ok()?.checked_add(power)?;
        Some(Self { negative, digits, exponent }.trimmed())
    }

    fn trimmed(mut self) -> Self {
        let zeros = self.digits.iter().take_while(|digit| **digit == 0).count();
        self.digits.drain(..zeros);
        self.exponent = self.exponent.saturating_sub(i32::try_from(zeros).unwrap_or(i32::MAX));
        while self.digits.last() == Some(&0) {
            self.digits.pop();
        }
        if self.digits.is_empty() {
            self.exponent = 0;
        }
        self
    }

    pub fn is_zero(&self) -> bool {
        self.digits.is_empty()
    }

    /// The power of ten of the first digit, 0 for zero.
    pub fn magnitude(&self) -> i32 {
        if self.is_zero() { 0 } else { self.exponent - 1 }
    }

    /// Multiplies by a power of ten.
    pub fn scaled(&self, power: i32) -> Self {
        let exponent = if self.is_zero() { 0 } else { self.exponent + power };
        Self { exponent, ..self.clone() }
    }

    /// The digit at a power of ten.
    fn digit(&self, power: i32) -> u8 {
        let index = self.exponent - 1 - power;
        usize::try_from(index).ok().and_then(|index| self.digits.get(index)).copied().unwrap_or(0)
    }

    /// Rounds to a multiple of `increment` × 10^`power`.
    pub fn rounded(&self, power: i32, increment: u32, mode: Mode) -> Self {
        // The digits that stay, as an integer; at least one.
        let length = usize::try_from(self.exponent - power).unwrap_or(0);
        let mut kept: Vec<u8> =
            (0..length).map(|index| self.digits.get(index).copied().unwrap_or(0)).collect();
        let modulo = |modulus: u32| {
            kept.iter().fold(0, |rest, digit| (rest * 10 + u32::from(*digit)) % modulus)
        };
        let rest = modulo(increment);
        let is_even = modulo(2 * increment) == rest;
        // The dropped digits compared with a half of the last place.
        let first = self.digit(power - 1);
        let dropped = if self.exponent < power {
            i32::from(!self.is_zero())
        } else {
            let more = self.digits.len() > length + 1;
            match first {
                5 if !more => 2,
                5.. => 3,
                _ => i32::from(first > 0 || more),
            }
        };
        // 0: exact, 1: below a half, 2: a half, 3: above.
        let twice = rest * 2 + u32::from(dropped >= 2);
        let place = if rest == 0 && dropped == 0 {
            0
        } else if twice < increment {
            1
        } else if twice > increment {
            3
        } else if increment % 2 == 1 {
            dropped
        } else if dropped == 0 {
            2
        } else {
            3
        };
        let negative = self.negative;
        let up = place != 0
            && match mode {
                Mode::Ceil => !negative,
                Mode::Floor => negative,
                Mode::Expand => true,
                Mode::Trunc => false,
                Mode::HalfCeil => place == 3 || (place == 2 && !negative),
                Mode::HalfFloor => place == 3 || (place == 2 && negative),
                Mode::HalfExpand => place >= 2,
                Mode::HalfTrunc => place == 3,
                Mode::HalfEven => place == 3 || (place == 2 && !is_even),
            };
        subtract(&mut kept, rest);
        if up {
            add(&mut kept, increment);
        }
        let exponent = i32::try_from(kept.len()).unwrap_or(i32::MAX).saturating_add(power);
        Self { negative, digits: kept, exponent }.trimmed()
    }

    /// The digits before the point, at least one, and those behind it, at least `fraction`.
    pub fn parts(&self, fraction: usize) -> (Vec<u8>, Vec<u8>) {
        let mut whole: Vec<u8> =
            (0..self.exponent.max(0)).rev().map(|power| self.digit(power)).collect();
        if whole.is_empty() {
            whole.push(0);
        }
        let length =
            i32::try_from(self.digits.len()).unwrap_or(i32::MAX).saturating_sub(self.exponent);
        let length = if self.is_zero() { 0 } else { length.max(0) };
        let length = length.max(i32::try_from(fraction).unwrap_or(0));
        (whole, (1..=length).map(|power| self.digit(-power)).collect())
    }
}

fn subtract(digits: &mut [u8], mut value: u32) {
    let mut borrow = 0;
    for digit in digits.iter_mut().rev() {
        let take = (value % 10) as u8 + borrow;
        value /= 10;
        borrow = u8::from(*digit < take);
        *digit = *digit + borrow * 10 - take;
    }
}

fn add(digits: &mut Vec<u8>, mut value: u32) {
    for digit in digits.iter_mut().rev() {
        let sum = u32::from(*digit) + value % 10;
        value = value / 10 + sum / 10;
        *digit = (sum % 10) as u8;
    }
    while value > 0 {
        digits.insert(0, (value % 10) as u8);
        value /= 10;
    }
}
