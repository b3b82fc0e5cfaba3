//! Formatting numbers: text before, in and behind them.

use std::rc::Rc;

use super::decimal::{Decimal, Number};
use super::parts::{Part, is_outer, joined, length, push_literal, push_sign, push_spaced, wrap};
use super::pattern::{Pattern, Piece, around};
use super::settings::{Notation, Rounded, Settings, Sign, Style};
use crate::globals::intl::plural::Plurals;
use crate::state::Table;

/// The highest power of ten that has a compact form.
const MAX_POWER: i32 = 20;

/// The data that a format needs of its locale.
pub struct Format {
    pub settings: Settings,
    pub numbers: Rc<Table>,
    pub currencies: Rc<Table>,
    pub units: Rc<Table>,
    pub ranges: Rc<Table>,
    pub plurals: Plurals,
    /// The digits from 0 to 9 in the numbering system.
    pub digits: Vec<char>,
}

/// A formatted number. The parts that do not depend on the number itself are apart from it, so
/// that a range can have them once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Formatted {
    /// The sign, the symbol of a currency and so on.
    before: Vec<Part>,
    number: Vec<Part>,
    after: Vec<Part>,
    plural: &'static str,
}

impl Format {
    /// A symbol or pattern of the numbering system. Every locale has those of `latn`.
    fn datum(&self, key: &str) -> Option<&str> {
        let own = self.numbers.get(&format!("{}.{key}", self.settings.system));
        own.or_else(|| self.numbers.get(&format!("latn.{key}")))
    }

    fn symbol(&self, key: &str, fallback: &str) -> String {
        self.datum(key).unwrap_or(fallback).to_owned()
    }

    pub fn parts(&self, number: &Number) -> Vec<Part> {
        let Formatted { before, number, after, plural } = self.format(number, false);
        let all = before.into_iter().chain(number).chain(after).collect();
        joined(self.with_unit(all, plural))
    }

    /// The digits of a finite number, and the power of ten that its notation has taken out.
    pub fn rounded(&self, decimal: &Decimal) -> (Rounded, i32) {
        let exponent = self.exponent(decimal);
        (self.settings.round(&decimal.scaled(-exponent)), exponent)
    }

    fn exponent(&self, decimal: &Decimal) -> i32 {
        if decimal.is_zero() || self.settings.notation == Notation::Standard {
            return 0;
        }
        let magnitude = decimal.magnitude();
        let exponent = self.exponent_for(magnitude);
        let rounded = self.settings.round(&decimal.scaled(-exponent)).decimal;
        if rounded.is_zero() || rounded.magnitude() == magnitude - exponent {
            return exponent;
        }
        self.exponent_for(magnitude + 1)
    }

    fn exponent_for(&self, magnitude: i32) -> i32 {
        match self.settings.notation {
            Notation::Standard => 0,
            Notation::Scientific => magnitude,
            Notation::Engineering => magnitude.div_euclid(3) * 3,
            Notation::Compact => {
                let Some((power, pattern)) = self.compact_pattern(magnitude, "other") else {
                    return 0;
                };
                let zeros = i32::try_from(Pattern::pair(pattern).0.zeros).unwrap_or(1);
                if pattern == "0" { 0 } else { power - zeros + 1 }
            }
        }
    }

    /// The pattern for a power of ten, or that for the highest one below.
    fn compact_pattern(&self, magnitude: i32, plural: &str) -> Option<(i32, &str)> {
        let settings = &self.settings;
        let symbol = settings.style == Style::Currency && settings.currency_display != "name";
        let kind = match (settings.long, symbol) {
            (_, true) => "currency",
            (true, false) => "long",
            (false, false) => "short",
        };
        let find = |power: i32, plural: &str| self.datum(&format!("{kind}.{power}.{plural}"));
        let found = |power| Some((power, find(power, plural).or_else(|| find(power, "other"))?));
        (3..=magnitude.min(MAX_POWER)).rev().find_map(found)
    }

    /// The sign to show: `-`, `+`, or none.
    fn sign(&self, number: &Number, is_zero: bool) -> Option<Piece> {
        let negative = number.is_negative();
        let nan = *number == Number::Nan;
        match self.settings.sign {
            Sign::Never => None,
            Sign::Auto => negative.then_some(Piece::Minus),
            Sign::Always => Some(if negative { Piece::Minus } else { Piece::Plus }),
            Sign::ExceptZero if is_zero || nan => None,
            Sign::ExceptZero => Some(if negative { Piece::Minus } else { Piece::Plus }),
            Sign::Negative => (negative && !is_zero).then_some(Piece::Minus),
        }
    }

    /// True if a percent sign is the unit.
    fn is_percent(&self) -> bool {
        let Settings { style, unit, unit_display, .. } = &self.settings;
        *style == Style::Unit && unit == "percent" && unit_display != "long"
    }

    fn format(&self, number: &Number, approximately: bool) -> Formatted {
        let settings = &self.settings;
        let percent = settings.style == Style::Percent;
        let mut compact = None;
        let mut body = Vec::new();
        let mut plural = "other";
        let mut is_zero = false;
        let pattern = match settings.style {
            Style::Percent => self.datum("pattern.percent").unwrap_or("#,##0%"),
            Style::Currency if settings.currency_display != "name" => {
                let accounting = settings.accounting.then(|| self.datum("pattern.accounting"));
                let standard = || self.datum("pattern.currency");
                accounting.flatten().or_else(standard).unwrap_or("¤#,##0.00")
            }
            Style::Unit if self.is_percent() => self.datum("pattern.percent").unwrap_or("#,##0%"),
            _ => self.datum("pattern").unwrap_or("#,##0.###"),
        };
        let mut sides = Pattern::pair(pattern);
        match number {
            Number::Nan => body.push(("nan", self.symbol("nan", "NaN"))),
            Number::Infinity { .. } => body.push(("infinity", self.symbol("infinity", "∞"))),
            Number::Finite(decimal) => {
                let decimal = if percent { decimal.scaled(2) } else { decimal.clone() };
                let (rounded, exponent) = self.rounded(&decimal);
                is_zero = rounded.decimal.is_zero();
                let compacts = settings.notation == Notation::Compact;
                plural =
                    self.plurals.category(&rounded.text(), if compacts { exponent } else { 0 });
                self.push_digits(&mut body, &rounded, sides.0.groups);
                match settings.notation {
                    Notation::Standard => {}
                    Notation::Scientific | Notation::Engineering => {
                        self.push_exponent(&mut body, exponent);
                    }
                    Notation::Compact if exponent != 0 => {
                        let magnitude = rounded.decimal.magnitude() + exponent;
                        // The text goes with the digits, and not with the number itself.
                        let plural = self.plurals.category(&rounded.text(), 0);
                        compact =
                            self.compact_pattern(magnitude, plural).map(|(_, pattern)| pattern);
                    }
                    Notation::Compact => {}
                }
            }
        }
        if let Some(pattern) = compact {
            let inner = Pattern::pair(pattern);
            if pattern.contains('¤') || (sides.0.before.is_empty() && sides.0.after.is_empty()) {
                let groups = sides.0.groups;
                sides = inner;
                sides.0.groups = groups;
            } else {
                // The inner affixes go inside those of the outer pattern.
                let add = |side: &mut Pattern| {
                    side.before.extend(inner.0.before.iter().cloned());
                    let mut after = inner.0.after.clone();
                    after.append(&mut side.after);
                    side.after = after;
                };
                add(&mut sides.0);
                sides.1.as_mut().map(add);
            }
        }
        let compacted = compact.map(|pattern| {
            pattern.chars().filter(|char| !"0¤'".contains(*char)).collect::<String>()
        });
        let approximately = approximately.then_some(Piece::Approximately);
        let signs: Vec<Piece> =
            approximately.into_iter().chain(self.sign(number, is_zero)).collect();
        let (mut before, mut after) = self.affixes(sides, &signs, compacted.as_deref(), &body);
        before.retain(|(_, text)| !text.is_empty());
        after.retain(|(_, text)| !text.is_empty());
        Formatted { before, number: body, after, plural }
    }

    fn affixes(
        &self,
        (positive, negative): (Pattern, Option<Pattern>),
        signs: &[Piece],
        compact: Option<&str>,
        body: &[Part],
    ) -> (Vec<Part>, Vec<Part>) {
        let pattern = match (signs, negative) {
            ([], _) => positive,
            ([Piece::Minus], Some(negative)) => negative,
            (signs, negative) => {
                let has_minus = |side: &Pattern| {
                    side.before.contains(&Piece::Minus) || side.after.contains(&Piece::Minus)
                };
                let mut pattern = match negative.filter(has_minus) {
                    Some(negative) => negative,
                    None => {
                        let mut pattern = positive;
                        pattern.before.insert(0, Piece::Minus);
                        pattern
                    }
                };
                for side in [&mut pattern.before, &mut pattern.after] {
                    if let Some(at) = side.iter().position(|piece| *piece == Piece::Minus) {
                        side.splice(at..=at, signs.iter().cloned());
                    }
                }
                pattern
            }
        };
        let digit = |part: Option<&Part>| {
            part.is_some_and(|(kind, _)| matches!(*kind, "integer" | "fraction"))
        };
        let mut before = Vec::new();
        for (index, piece) in pattern.before.iter().enumerate() {
            self.push_piece(&mut before, piece, compact);
            let last = index + 1 == pattern.before.len();
            if last && *piece == Piece::Currency && digit(body.first()) {
                let symbol = before.last().and_then(|(_, text)| text.chars().next_back());
                if symbol.is_some_and(char::is_alphabetic) {
                    before.push(("literal", self.symbol("space.after", "\u{a0}")));
                }
            }
        }
        let mut after = Vec::new();
        for (index, piece) in pattern.after.iter().enumerate() {
            let at = after.len();
            self.push_piece(&mut after, piece, compact);
            if index == 0 && *piece == Piece::Currency && digit(body.last()) {
                let symbol = after.get(at).and_then(|(_, text): &Part| text.chars().next());
                if symbol.is_some_and(char::is_alphabetic) {
                    after.insert(at, ("literal", self.symbol("space.before", "\u{a0}")));
                }
            }
        }
        (before, after)
    }

    fn push_piece(&self, parts: &mut Vec<Part>, piece: &Piece, compact: Option<&str>) {
        match piece {
            Piece::Minus => push_sign(parts, &self.symbol("minus", "-"), "minusSign"),
            Piece::Plus => push_sign(parts, &self.symbol("plus", "+"), "plusSign"),
            Piece::Approximately => {
                push_sign(parts, &self.symbol("approximately", "~"), "approximatelySign");
            }
            Piece::Percent => {
                let kind = if self.is_percent() { "unit" } else { "percentSign" };
                push_sign(parts, &self.symbol("percent", "%"), kind);
            }
            Piece::Currency => parts.push(("currency", self.currency())),
            Piece::Text(text) => {
                let inner = text.trim_matches(is_outer);
                if inner.is_empty() || !compact.is_some_and(|compact| compact.contains(inner)) {
                    push_literal(parts, text);
                    return;
                }
                push_spaced(parts, text, "compact");
            }
        }
    }

    fn currency(&self) -> String {
        let code = &self.settings.currency;
        let symbol = || self.currencies.get(&format!("{code}.symbol"));
        let text = match self.settings.currency_display.as_str() {
            "symbol" => symbol(),
            "narrowSymbol" => self.currencies.get(&format!("{code}.narrow")).or_else(symbol),
            _ => None,
        };
        text.unwrap_or(code).to_owned()
    }

    fn digit(&self, digit: u8) -> char {
        self.digits.get(usize::from(digit)).copied().unwrap_or(char::from(b'0' + digit % 10))
    }

    fn text(&self, digits: &[u8]) -> String {
        digits.iter().map(|digit| self.digit(*digit)).collect()
    }

    fn push_digits(
        &self,
        parts: &mut Vec<Part>,
        rounded: &Rounded,
        (last, others): (usize, usize),
    ) {
        let currency = self.settings.style == Style::Currency;
        let symbol = |special: &str, common: &str, fallback: &str| {
            let own = currency.then(|| self.datum(special)).flatten();
            own.map_or_else(|| self.symbol(common, fallback), str::to_owned)
        };
        let locale =
            || self.numbers.get("grouping").and_then(|text| text.parse().ok()).unwrap_or(1);
        let least = self.settings.grouping.unwrap_or_else(locale);
        let whole = &rounded.whole;
        if least == 0 || last == 0 || others == 0 || whole.len() < last + least {
            parts.push(("integer", self.text(whole)));
        } else {
            let (head, tail) = whole.split_at(whole.len() - last);
            let first = head.len() % others;
            let group = symbol("currencyGroup", "group", ",");
            let mut groups: Vec<&[u8]> = Vec::new();
            if first > 0 {
                groups.extend(head.get(..first));
            }
            groups.extend(head.get(first..).unwrap_or_default().chunks(others));
            groups.push(tail);
            for (index, digits) in groups.into_iter().enumerate() {
                if index > 0 {
                    parts.push(("group", group.clone()));
                }
                parts.push(("integer", self.text(digits)));
            }
        }
        if !rounded.fraction.is_empty() {
            parts.push(("decimal", symbol("currencyDecimal", "decimal", ".")));
            parts.push(("fraction", self.text(&rounded.fraction)));
        }
    }

    fn push_exponent(&self, parts: &mut Vec<Part>, exponent: i32) {
        parts.push(("exponentSeparator", self.symbol("exponential", "E")));
        if exponent < 0 {
            push_sign(parts, &self.symbol("minus", "-"), "exponentMinusSign");
        }
        let digits = exponent.unsigned_abs().to_string();
        let digits: Vec<u8> = digits.bytes().map(|byte| byte - b'0').collect();
        parts.push(("exponentInteger", self.text(&digits)));
    }

    /// Puts a number into the text of its unit, or of its currency's name.
    fn with_unit(&self, number: Vec<Part>, plural: &str) -> Vec<Part> {
        let settings = &self.settings;
        match settings.style {
            Style::Unit if !self.is_percent() => self.in_unit(number, plural),
            Style::Currency if settings.currency_display == "name" => {
                let code = &settings.currency;
                let named = |key: &str| self.currencies.get(&format!("{code}.{key}"));
                let name = named(plural).or_else(|| named("other")).or_else(|| named("name"));
                let name = name.unwrap_or(code).to_owned();
                let exact = self.numbers.get(&format!("latn.name.{plural}"));
                let pattern =
                    exact.or_else(|| self.numbers.get("latn.name.other")).unwrap_or("{0} {1}");
                let mut parts = Vec::new();
                let mut rest = pattern;
                let mut number = Some(number);
                while let Some(at) = rest.find('{') {
                    push_literal(&mut parts, rest.get(..at).unwrap_or_default());
                    let place = rest.get(at..at + 3).unwrap_or_default();
                    if place == "{0}" {
                        parts.extend(number.take().unwrap_or_default());
                    } else {
                        parts.push(("currency", name.clone()));
                    }
                    rest = rest.get(at + 3..).unwrap_or_default();
                }
                push_literal(&mut parts, rest);
                parts
            }
            _ => number,
        }
    }

    fn in_unit(&self, number: Vec<Part>, plural: &str) -> Vec<Part> {
        let Settings { unit, unit_display: display, .. } = &self.settings;
        let find = |unit: &str, form: &str| self.units.get(&format!("{display}.{unit}.{form}"));
        let simple = |unit: &str| find(unit, plural).or_else(|| find(unit, "other"));
        if let Some(pattern) = simple(unit) {
            return wrap(number, pattern);
        }
        let Some((numerator, denominator)) = unit.split_once("-per-") else { return number };
        let inner = simple(numerator).unwrap_or("{0}");
        if let Some(pattern) = find(denominator, "per") {
            return wrap(number, &pattern.replace("{0}", inner));
        }
        let other =
            find(denominator, "one").or_else(|| find(denominator, "other")).unwrap_or_default();
        let name = other.replace("{0}", "");
        let per = self.units.get(&format!("{display}.per")).unwrap_or("{0}/{1}");
        wrap(number, &per.replace("{1}", name.trim()).replace("{0}", inner))
    }

    /// Formats a range. Each part has its source as well.
    pub fn range(&self, start: &Number, end: &Number) -> Vec<(Part, &'static str)> {
        let (first, second) = (self.format(start, false), self.format(end, false));
        if first == second {
            let Formatted { before, number, after, plural } = self.format(start, true);
            let all = before.into_iter().chain(number).chain(after).collect();
            return self.with_unit(all, plural).into_iter().map(|part| (part, "shared")).collect();
        }
        let named = (self.settings.style == Style::Unit && !self.is_percent())
            || (self.settings.style == Style::Currency && self.settings.currency_display == "name");
        let affixes = length(&first.before) + length(&first.after);
        let same = first.before == second.before && first.after == second.after;
        let collapses = same && affixes > 1;
        let pattern = self.datum("range").unwrap_or("{0}–{1}");
        let (lead, rest) = around(pattern);
        let between = rest.split_once("{1}").map_or(rest, |(between, _)| between);
        let mut between = between.to_owned();
        let spaced = |text: &str| {
            text.starts_with(char::is_whitespace) && text.ends_with(char::is_whitespace)
        };
        let scientific =
            matches!(self.settings.notation, Notation::Scientific | Notation::Engineering);
        let others = length(&second.before) + length(&second.after);
        let repeats = scientific || (!collapses && affixes + others > 0);
        if repeats && !spaced(&between) {
            between = format!(" {between} ");
        }
        let plural = self.plurals.range(first.plural, second.plural, &self.ranges).to_owned();
        let tag = |parts: Vec<Part>, source: &'static str| {
            parts.into_iter().map(move |part| (part, source))
        };
        let mut all: Vec<(Part, &'static str)> = Vec::new();
        if !lead.is_empty() {
            all.push((("literal", lead.to_owned()), "shared"));
        }
        if collapses {
            all.extend(tag(first.before, "shared"));
            all.extend(tag(first.number, "startRange"));
            all.push((("literal", between), "shared"));
            all.extend(tag(second.number, "endRange"));
            all.extend(tag(first.after, "shared"));
        } else {
            for (parts, source) in [(first, "startRange"), (second, "endRange")] {
                if source == "endRange" {
                    all.push((("literal", between.clone()), "shared"));
                }
                all.extend(tag(parts.before, source));
                all.extend(tag(parts.number, source));
                all.extend(tag(parts.after, source));
            }
        }
        if !named {
            return all;
        }
        // The text around a number goes around the range.
        let marker = vec![("", String::new())];
        let mut parts = Vec::new();
        let mut all = Some(all);
        for part in self.with_unit(marker, &plural) {
            if part.0.is_empty() {
                parts.extend(all.take().unwrap_or_default());
            } else {
                parts.push((part, "shared"));
            }
        }
        parts
    }
}
