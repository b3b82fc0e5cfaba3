//! The settings of a number format, as its constructor has resolved them.

use rquickjs::{Object, Result};

use super::decimal::{Decimal, Mode};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    Decimal,
    Percent,
    Currency,
    Unit,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notation {
    Standard,
    Scientific,
    Engineering,
    Compact,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sign {
    Auto,
    Never,
    Always,
    ExceptZero,
    Negative,
}

/// Which of the two bounds of a number's digits counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rounding {
    Fraction,
    Significant,
    MorePrecision,
    LessPrecision,
}

#[derive(Clone, Debug)]
pub struct Settings {
    /// The locale that has the data.
    pub locale: String,
    pub system: String,
    pub style: Style,
    pub currency: String,
    pub currency_display: String,
    pub accounting: bool,
    pub unit: String,
    pub unit_display: String,
    pub notation: Notation,
    pub long: bool,
    /// The fewest digits before the first separator of groups, or 0 for none at all. `None`
    /// leaves it to the locale.
    pub grouping: Option<usize>,
    pub sign: Sign,
    pub rounding: Rounding,
    pub integer: usize,
    pub fraction: (usize, usize),
    pub significant: (usize, usize),
    pub increment: u32,
    pub mode: Mode,
    pub strips_integer: bool,
}

/// The digits that remain of a number.
#[derive(Clone, Debug)]
pub struct Rounded {
    pub decimal: Decimal,
    pub whole: Vec<u8>,
    pub fraction: Vec<u8>,
}

impl Settings {
    pub fn read(object: &Object<'_>) -> Result<Self> {
        let text = |name: &str| {
            Ok::<_, rquickjs::Error>(object.get::<_, Option<String>>(name)?.unwrap_or_default())
        };
        let count = |name: &str| {
            let value = object.get::<_, Option<u32>>(name)?.unwrap_or(0);
            Ok::<_, rquickjs::Error>(value as usize)
        };
        Ok(Self {
            locale: text("data")?,
            system: text("numberingSystem")?,
            style: match text("style")?.as_str() {
                "percent" => Style::Percent,
                "currency" => Style::Currency,
                "unit" => Style::Unit,
                _ => Style::Decimal,
            },
            currency: text("currency")?,
            currency_display: text("currencyDisplay")?,
            accounting: text("currencySign")? == "accounting",
            unit: text("unit")?,
            unit_display: text("unitDisplay")?,
            notation: match text("notation")?.as_str() {
                "scientific" => Notation::Scientific,
                "engineering" => Notation::Engineering,
                "compact" => Notation::Compact,
                _ => Notation::Standard,
            },
            long: text("compactDisplay")? == "long",
            grouping: match text("grouping")?.as_str() {
                "always" => Some(1),
                "min2" => Some(2),
                "false" => Some(0),
                _ => None,
            },
            sign: match text("signDisplay")?.as_str() {
                "never" => Sign::Never,
                "always" => Sign::Always,
                "exceptZero" => Sign::ExceptZero,
                "negative" => Sign::Negative,
                _ => Sign::Auto,
            },
            rounding: match text("roundingType")?.as_str() {
                "significantDigits" => Rounding::Significant,
                "morePrecision" => Rounding::MorePrecision,
                "lessPrecision" => Rounding::LessPrecision,
                _ => Rounding::Fraction,
            },
            integer: count("minimumIntegerDigits")?.clamp(1, 21),
            fraction: (
                count("minimumFractionDigits")?.min(100),
                count("maximumFractionDigits")?.min(100),
            ),
            significant: (
                count("minimumSignificantDigits")?.clamp(1, 21),
                count("maximumSignificantDigits")?.clamp(1, 21),
            ),
            increment: object
                .get::<_, Option<u32>>("roundingIncrement")?
                .unwrap_or(1)
                .clamp(1, 5000),
            mode: match text("roundingMode")?.as_str() {
                "ceil" => Mode::Ceil,
                "floor" => Mode::Floor,
                "expand" => Mode::Expand,
                "trunc" => Mode::Trunc,
                "halfCeil" => Mode::HalfCeil,
                "halfFloor" => Mode::HalfFloor,
                "halfTrunc" => Mode::HalfTrunc,
                "halfEven" => Mode::HalfEven,
                _ => Mode::HalfExpand,
            },
            strips_integer: text("trailingZeroDisplay")? == "stripIfInteger",
        })
    }

    /// Rounds a number to the digits that are wanted.
    pub fn round(&self, decimal: &Decimal) -> Rounded {
        let power = |length: usize| i32::try_from(length).unwrap_or(0);
        let (least, most) = self.significant;
        let significant = decimal.magnitude() - power(most) + 1;
        let fixed = -power(self.fraction.1);
        let by_significant = match self.rounding {
            Rounding::Fraction => false,
            Rounding::Significant => true,
            Rounding::MorePrecision => fixed >= significant,
            Rounding::LessPrecision => fixed < significant,
        };
        let (rounded, fraction) = if by_significant {
            let rounded = decimal.rounded(significant, 1, self.mode);
            let places = power(least) - 1 - rounded.magnitude();
            (rounded, usize::try_from(places).unwrap_or(0))
        } else {
            (decimal.rounded(fixed, self.increment, self.mode), self.fraction.0)
        };
        let (mut whole, mut fraction) = rounded.parts(fraction);
        if self.strips_integer && fraction.iter().all(|digit| *digit == 0) {
            fraction.clear();
        }
        while whole.len() < self.integer {
            whole.insert(0, 0);
        }
        Rounded { decimal: rounded, whole, fraction }
    }
}

impl Rounded {
    /// The digits as text, as plural rules read them.
    pub fn text(&self) -> String {
        let digit = |digit: &u8| char::from(b'0' + digit % 10);
        let mut text: String = self.whole.iter().map(digit).collect();
        if !self.fraction.is_empty() {
            text.push('.');
            text.extend(self.fraction.iter().map(digit));
        }
        text
    }
}
