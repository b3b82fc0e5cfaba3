//! Objects.

use serde_json::Value;

use super::path::Path;
use super::{Check, Outcome, Place, Report, count, found};
use crate::schema::{NodeId, Object, Types};

impl Check<'_> {
    pub(super) fn object(&self, object: &Object, place: Place<'_>, report: &mut Report) -> Outcome {
        let Value::Object(map) = place.value else { return Ok(()) };
        for name in object.required.iter().filter(|name| !map.contains_key(*name)) {
            self.missing(object, name, place, report)?;
        }
        count(object.min, object.max, map.len() as u64, "property", place, report)?;
        // Properties without parts come first: they tell the alternatives of a union apart, so
        // that few alternatives are looked into.
        for is_flat in [true, false] {
            for (name, value) in map {
                self.step(1)?;
                let path = Path::Key(place.path, name);
                let place = Place { value, path: &path, ..place };
                self.property(object, name, place, is_flat, report)?;
            }
        }
        self.step(object.dependent_required.len() + object.dependent_schemas.len())?;
        for (name, others) in &object.dependent_required {
            if map.contains_key(name) {
                self.step(others.len())?;
                for other in others.iter().filter(|other| !map.contains_key(*other)) {
                    self.missing(object, other, place, report)?;
                }
            }
        }
        for (name, id) in &object.dependent_schemas {
            if map.contains_key(name) {
                self.node(*id, place, report)?;
            }
        }
        Ok(())
    }

    /// Checks a property by the schemas that are flat, or by the others.
    fn property(
        &self,
        object: &Object,
        name: &str,
        place: Place<'_>,
        is_flat: bool,
        report: &mut Report,
    ) -> Outcome {
        let mut is_known = false;
        let apply = |id: NodeId, report: &mut Report| {
            let is_turn = self.schema.node(id).is_flat() == is_flat;
            if is_turn { self.node(id, place, report) } else { Ok(()) }
        };
        if let Some(id) = object.properties.get(name) {
            is_known = true;
            apply(*id, report)?;
        }
        for (pattern, id) in &object.patterns {
            if self.is_match(*pattern, name)? {
                is_known = true;
                apply(*id, report)?;
            }
        }
        if let Some(id) = object.additional.filter(|_| !is_known) {
            if self.schema.node(id).is_never && is_flat {
                report.add(place, || found::not_known(object))?;
            } else {
                apply(id, report)?;
            }
        }
        if let Some(id) = object.names.filter(|_| is_flat) {
            let text = Value::String(name.to_owned());
            if !self.holds(id, Place { value: &text, ..place })? {
                report.add(place, || "is not an allowed name of a property".to_owned())?;
            }
        }
        Ok(())
    }

    fn missing(
        &self,
        object: &Object,
        name: &str,
        place: Place<'_>,
        report: &mut Report,
    ) -> Outcome {
        let path = Path::Key(place.path, name);
        let types = object.properties.get(name).and_then(|id| self.schema.node(*id).types);
        let expected = types.map_or("given".to_owned(), Types::words);
        report.add(Place { path: &path, ..place }, || format!("must be {expected}, but is missing"))
    }
}
