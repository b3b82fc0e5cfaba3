//! Texts of violations.

use serde_json::Value;

use crate::schema::{Literal, NodeId, Number, Object, Schema};
use crate::text;

/// The most characters of a value in a message.
const MAX_VALUE: usize = 40;

/// The most items of a list in a message.
const MAX_LIST: usize = 10;

/// Returns a value in words.
pub(super) fn describe(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(value) => format!("a boolean ({value})"),
        Value::Number(value) => format!("a number ({value})"),
        Value::String(value) => format!("a string ({})", text::excerpt(value, MAX_VALUE)),
        Value::Array(items) => format!("an array of {}", units(items.len() as u64, "item")),
        Value::Object(_) => "an object".to_owned(),
    }
}

pub(super) fn one_of(literals: &[Literal]) -> String {
    let shown = literals.iter().map(|it| match &it.value {
        Value::String(string) => text::excerpt(string, MAX_VALUE),
        other => text::line(&other.to_string(), MAX_VALUE),
    });
    match literals.len() {
        0 | 1 => format!("be {}", list(shown)),
        _ => format!("be one of {}", list(shown)),
    }
}

pub(super) fn alternatives(schema: &Schema, ids: &[NodeId]) -> String {
    format!("match one of {}", list(ids.iter().map(|id| crate::declare::summary(schema, *id))))
}

pub(super) fn pattern(source: &str) -> String {
    text::line(&format!("/{source}/"), 2 * MAX_VALUE)
}

pub(super) fn not_known(object: &Object) -> String {
    let known = list(object.properties.keys().map(|name| text::line(name, MAX_VALUE)));
    let known =
        if known.is_empty() { "there are none".to_owned() } else { format!("known are {known}") };
    format!("is not a known property: {known}")
}

/// Returns a count with its unit, which gets a plural.
pub(super) fn units(count: u64, unit: &str) -> String {
    let (noun, rest) = unit.split_once(' ').map_or((unit, ""), |(noun, rest)| (noun, rest));
    let plural = match (count, noun.strip_suffix('y')) {
        (1, _) => noun.to_owned(),
        (_, Some(stem)) => format!("{stem}ies"),
        _ => format!("{noun}s"),
    };
    format!("{count} {plural} {rest}").trim_end().to_owned()
}

/// Returns the bounds of a number: if each is kept, its words, and its value.
pub(super) fn bounds<'n>(
    number: &'n Number,
    value: &serde_json::Number,
) -> impl Iterator<Item = (bool, &'static str, &'n serde_json::Number)> {
    let value = value.as_f64().unwrap_or(f64::NAN);
    let bound = |words, bound: &'n Option<serde_json::Number>, is_kept: fn(f64, f64) -> bool| {
        let bound = bound.as_ref()?;
        Some((is_kept(value, bound.as_f64()?), words, bound))
    };
    [
        bound("be at least", &number.min, |value, bound| value >= bound),
        bound("be at most", &number.max, |value, bound| value <= bound),
        bound("be more than", &number.above, |value, bound| value > bound),
        bound("be less than", &number.below, |value, bound| value < bound),
        bound("be a multiple of", &number.multiple_of, is_multiple),
    ]
    .into_iter()
    .flatten()
}

/// Returns true if a number is a multiple of another, but for the rounding of decimals.
fn is_multiple(value: f64, step: f64) -> bool {
    let quotient = value / step;
    if !quotient.is_finite() {
        return value % step == 0.0;
    }
    (quotient - quotient.round()).abs() <= f64::EPSILON * quotient.abs().max(1.0)
}

fn list(items: impl ExactSizeIterator<Item = String>) -> String {
    let more = items.len().saturating_sub(MAX_LIST);
    let mut shown: Vec<_> = items.take(MAX_LIST).collect();
    if more > 0 {
        shown.push(format!("{more} more"));
    }
    shown.join(", ")
}
