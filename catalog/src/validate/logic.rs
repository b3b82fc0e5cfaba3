//! Alternatives and conditions.

use super::{Check, Outcome, Place, Report, Stop, found};
use crate::schema::{Logic, Node, NodeId, Types};

impl Check<'_> {
    pub(super) fn logic(&self, logic: &Logic, place: Place<'_>, report: &mut Report) -> Outcome {
        for id in &logic.all_of {
            self.node(*id, place, report)?;
        }
        if !logic.any_of.is_empty() {
            let mut is_any = false;
            for id in &logic.any_of {
                is_any = is_any || self.holds(*id, place)?;
            }
            if !is_any {
                self.no_alternative(&logic.any_of, place, report)?;
            }
        }
        if !logic.one_of.is_empty() {
            let mut matching = 0;
            for id in &logic.one_of {
                matching += usize::from(self.holds(*id, place)?);
            }
            if matching == 0 {
                self.no_alternative(&logic.one_of, place, report)?;
            } else if matching > 1 {
                let reason = || format!("must match one alternative, but matches {matching}");
                report.add(place, reason)?;
            }
        }
        if let Some(id) = logic.not
            && self.holds(id, place)?
        {
            report.must(false, place, || "not match the schema of `not`".to_owned())?;
        }
        if let Some(id) = logic.condition {
            let branch = if self.holds(id, place)? { logic.then } else { logic.otherwise };
            if let Some(branch) = branch {
                self.node(branch, place, report)?;
            }
        }
        Ok(())
    }

    /// Reports the violations of the one alternative that is meant, or that none matches.
    fn no_alternative(&self, ids: &[NodeId], place: Place<'_>, report: &mut Report) -> Outcome {
        if report.most == 0 {
            return Err(Stop::Enough);
        }
        let mut meant = Vec::new();
        for id in ids {
            if self.is_meant(*id, place)? {
                meant.push(*id);
            }
        }
        if let [only] = meant.as_slice() {
            return self.node(*only, place, report);
        }
        let types = ids.iter().map(|id| self.types(*id));
        let types = types.reduce(|all, types| Some(all?.and(types?))).flatten();
        match types.filter(|types| !types.has(Types::of(place.value))) {
            Some(types) => report.must(false, place, || format!("be {}", types.words())),
            None => report.must(false, place, || found::alternatives(self.schema, ids)),
        }
    }

    /// Returns the node that a node without types of its own refers to.
    fn target(&self, id: NodeId) -> &Node {
        let mut node = self.schema.node(id);
        while let Some(target) = node.reference.filter(|_| node.types.is_none()) {
            node = self.schema.node(target);
        }
        node
    }

    /// Returns the types that a node accepts, if they are known.
    fn types(&self, id: NodeId) -> Option<Types> {
        let node = self.target(id);
        let literals = node.literals.iter().flatten().map(|it| Types::of(&it.value));
        node.types
            .or_else(|| node.literals.as_ref().map(|_| literals.fold(Types::NONE, Types::and)))
    }

    /// Returns true if a value has the type of an alternative, and its literal properties.
    fn is_meant(&self, id: NodeId, place: Place<'_>) -> Result<bool, Stop> {
        if self.types(id).is_some_and(|types| !types.has(Types::of(place.value))) {
            return Ok(false);
        }
        let Some(object) = &self.target(id).object else { return Ok(true) };
        for (name, id) in &object.properties {
            if let Some(value) = place.value.get(name)
                && self.schema.node(*id).literals.is_some()
                && !self.holds(*id, Place { value, ..place })?
            {
                return Ok(false);
            }
        }
        Ok(true)
    }
}
