//! Checks values, in bounded time and depth.

mod found;
mod logic;
mod object;
mod path;

use std::cell::Cell;

use serde_json::Value;

use crate::canonical;
use crate::error::Violation;
use crate::pattern::Patterns;
use crate::schema::{Array, Node, NodeId, PatternId, Schema, Types};
use path::Path;

/// A value is checked by at most so many schemas, parts and alternatives included.
const MAX_STEPS: u32 = 2_000_000;

/// The bytes of a string that take as long as a step.
const BYTES_PER_STEP: usize = 16;

/// Checks nest at most this deep: into parts of the value, references and alternatives.
const MAX_DEPTH: u32 = 400;

/// The most violations of an error.
const MAX_VIOLATIONS: usize = 3;

/// The reason why a value is not accepted.
#[derive(Debug)]
pub(crate) enum Refusal {
    Invalid(Vec<Violation>),
    TooComplex,
}

/// Checks a value, which is called `name` in messages.
pub(crate) fn validate(
    schema: &Schema,
    patterns: &Patterns,
    name: &str,
    value: &Value,
) -> Result<(), Refusal> {
    let check = Check { schema, patterns, steps: Cell::new(0) };
    let mut report = Report { most: MAX_VIOLATIONS, found: Vec::new() };
    let place = Place { value, path: &Path::Root(name), depth: 0 };
    let outcome = check.node(Schema::ROOT, place, &mut report);
    if !report.found.is_empty() {
        return Err(Refusal::Invalid(report.found));
    }
    outcome.map_err(|_| Refusal::TooComplex)
}

struct Check<'a> {
    schema: &'a Schema,
    patterns: &'a Patterns,
    steps: Cell<u32>,
}

/// A part of the value.
#[derive(Clone, Copy)]
struct Place<'a> {
    value: &'a Value,
    path: &'a Path<'a>,
    depth: u32,
}

enum Stop {
    /// There are enough violations.
    Enough,
    TooComplex,
}

type Outcome = Result<(), Stop>;

/// Collects violations. With `most` of 0 the first one ends the check without a text.
struct Report {
    most: usize,
    found: Vec<Violation>,
}

impl Report {
    fn add(&mut self, place: Place<'_>, reason: impl FnOnce() -> String) -> Outcome {
        if self.most > 0 {
            let violation = Violation { path: place.path.to_string(), reason: reason() };
            if !self.found.contains(&violation) {
                self.found.push(violation);
            }
        }
        if self.found.len() >= self.most { Err(Stop::Enough) } else { Ok(()) }
    }

    fn must(
        &mut self,
        is_right: bool,
        place: Place<'_>,
        expected: impl FnOnce() -> String,
    ) -> Outcome {
        if is_right {
            return Ok(());
        }
        let reason = || format!("must {}, but is {}", expected(), found::describe(place.value));
        self.add(place, reason)
    }
}

impl Check<'_> {
    fn step(&self, count: usize) -> Outcome {
        let steps = self.steps.get().saturating_add(u32::try_from(count).unwrap_or(u32::MAX));
        self.steps.set(steps);
        if steps > MAX_STEPS { Err(Stop::TooComplex) } else { Ok(()) }
    }

    /// Returns true if a value is valid. Ends at the first violation.
    fn holds(&self, id: NodeId, place: Place<'_>) -> Result<bool, Stop> {
        match self.node(id, place, &mut Report { most: 0, found: Vec::new() }) {
            Ok(()) => Ok(true),
            Err(Stop::Enough) => Ok(false),
            Err(stop) => Err(stop),
        }
    }

    fn node(&self, id: NodeId, place: Place<'_>, report: &mut Report) -> Outcome {
        self.step(1)?;
        if place.depth > MAX_DEPTH {
            return Err(Stop::TooComplex);
        }
        let place = Place { depth: place.depth + 1, ..place };
        let node = self.schema.node(id);
        if node.is_never {
            return report.add(place, || "must not be there".to_owned());
        }
        if let Some(types) = node.types.filter(|types| !types.has(Types::of(place.value))) {
            // A value of a wrong type is not looked at any further.
            return report.must(false, place, || format!("be {}", types.words()));
        }
        self.literals(node, place, report)?;
        self.scalar(node, place, report)?;
        match (place.value, &node.object, &node.array) {
            (Value::Object(_), Some(object), _) => self.object(object, place, report)?,
            (Value::Array(items), _, Some(array)) => self.array(array, items, place, report)?,
            _ => {}
        }
        if let Some(target) = node.reference {
            self.node(target, place, report)?;
        }
        match &node.logic {
            Some(logic) => self.logic(logic, place, report),
            None => Ok(()),
        }
    }

    fn literals(&self, node: &Node, place: Place<'_>, report: &mut Report) -> Outcome {
        let Some(literals) = &node.literals else { return Ok(()) };
        self.step(literals.len())?;
        let types = Types::of(place.value);
        let is_one = literals.iter().any(|it| types.has(Types::of(&it.value))) && {
            let canonical = self.canonical(place.value)?;
            literals.iter().any(|it| it.canonical == canonical)
        };
        report.must(is_one, place, || found::one_of(literals))
    }

    fn canonical(&self, value: &Value) -> Result<String, Stop> {
        let canonical = canonical::canonical_json(value).ok_or(Stop::TooComplex)?;
        self.step(canonical.len() / BYTES_PER_STEP)?;
        Ok(canonical)
    }

    fn is_match(&self, pattern: PatternId, text: &str) -> Result<bool, Stop> {
        self.step(self.patterns.cost(pattern, text))?;
        Ok(self.patterns.is_match(pattern, text))
    }

    /// Checks numbers and strings.
    fn scalar(&self, node: &Node, place: Place<'_>, report: &mut Report) -> Outcome {
        if let (Value::Number(value), Some(number)) = (place.value, &node.number) {
            for (is_right, words, bound) in found::bounds(number, value) {
                report.must(is_right, place, || format!("{words} {bound}"))?;
            }
        }
        let (Value::String(value), Some(string)) = (place.value, &node.string) else {
            return Ok(());
        };
        self.step(value.len() / BYTES_PER_STEP)?;
        if string.min.is_some() || string.max.is_some() {
            let length = value.chars().count() as u64;
            count(string.min, string.max, length, "character", place, report)?;
        }
        if let Some(pattern) = string.pattern {
            let is_match = self.is_match(pattern, value)?;
            let source = self.schema.patterns.get(pattern.0).map_or("", String::as_str);
            report.must(is_match, place, || format!("match {}", found::pattern(source)))?;
        }
        Ok(())
    }

    fn array(
        &self,
        array: &Array,
        items: &[Value],
        place: Place<'_>,
        report: &mut Report,
    ) -> Outcome {
        count(array.min, array.max, items.len() as u64, "item", place, report)?;
        for (index, value) in items.iter().enumerate() {
            if let Some(id) = array.prefix.get(index).copied().or(array.items) {
                let path = Path::Index(place.path, index);
                self.node(id, Place { value, path: &path, ..place }, report)?;
            }
        }
        if let Some(id) = array.contains {
            let mut matching = 0;
            for value in items {
                matching += u64::from(self.holds(id, Place { value, ..place })?);
            }
            let (min, max) = (array.min_contains.unwrap_or(1), array.max_contains);
            count(Some(min), max, matching, "item that matches `contains`", place, report)?;
        }
        if array.is_unique {
            let mut known = std::collections::HashSet::new();
            for (index, value) in items.iter().enumerate() {
                if !known.insert(self.canonical(value)?) {
                    let path = Path::Index(place.path, index);
                    let place = Place { value, path: &path, ..place };
                    report.add(place, || "must not repeat an item".to_owned())?;
                }
            }
        }
        Ok(())
    }
}

/// Checks a count of parts.
fn count(
    min: Option<u64>,
    max: Option<u64>,
    count: u64,
    unit: &str,
    place: Place<'_>,
    report: &mut Report,
) -> Outcome {
    let (bound, words) = match (min, max) {
        (Some(min), _) if count < min => (min, "at least"),
        (_, Some(max)) if count > max => (max, "at most"),
        _ => return Ok(()),
    };
    report
        .add(place, || format!("must have {words} {}, but has {count}", found::units(bound, unit)))
}
