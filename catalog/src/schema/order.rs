//! The order of schemas that apply each other to the same value.

use super::{Node, NodeId, Types};

/// Returns the indices of the nodes, each before those that it applies to the same value. Returns
/// `None` if a node applies itself, which would never end.
pub(super) fn ordered(nodes: &[Node]) -> Option<Vec<usize>> {
    let mut incoming = vec![0_usize; nodes.len()];
    for id in nodes.iter().flat_map(same_value) {
        *incoming.get_mut(id.index())? += 1;
    }
    let mut order: Vec<usize> =
        (0..nodes.len()).filter(|it| incoming.get(*it) == Some(&0)).collect();
    let mut next = 0;
    while let Some(node) = order.get(next).and_then(|it| nodes.get(*it)) {
        next += 1;
        for id in same_value(node) {
            let count = incoming.get_mut(id.index())?;
            *count -= 1;
            if *count == 0 {
                order.push(id.index());
            }
        }
    }
    // The nodes of cycles are not reached.
    (order.len() == nodes.len()).then_some(order)
}

/// Returns true if the first node may accept an empty object: no property is required.
pub(super) fn accepts_empty(nodes: &[Node], order: &[usize]) -> bool {
    let mut accepting = vec![true; nodes.len()];
    for index in order.iter().rev() {
        let Some(node) = nodes.get(*index) else { continue };
        let accepts = |id: &NodeId| accepting.get(id.index()) == Some(&true);
        let object = node.object.as_deref();
        let is_accepting = !node.is_never
            && node.types.is_none_or(|types| types.has(Types::OBJECT))
            && node.literals.is_none()
            && object.is_none_or(|it| it.required.is_empty() && it.min.unwrap_or(0) == 0)
            && node.reference.as_ref().is_none_or(accepts)
            && node.logic.as_deref().is_none_or(|logic| {
                logic.all_of.iter().all(accepts)
                    && (logic.any_of.is_empty() || logic.any_of.iter().any(accepts))
                    && (logic.one_of.is_empty() || logic.one_of.iter().any(accepts))
            });
        if let Some(place) = accepting.get_mut(*index) {
            *place = is_accepting;
        }
    }
    accepting.first() == Some(&true)
}

/// Returns the nodes that a node applies to its own value.
fn same_value(node: &Node) -> impl Iterator<Item = NodeId> + '_ {
    let logic = node.logic.as_deref().into_iter().flat_map(|logic| {
        let lists = [&logic.all_of, &logic.any_of, &logic.one_of];
        let single = [logic.not, logic.condition, logic.then, logic.otherwise];
        lists.into_iter().flatten().copied().chain(single.into_iter().flatten())
    });
    let object = node.object.as_deref().into_iter().flat_map(|it| &it.dependent_schemas);
    node.reference.into_iter().chain(logic).chain(object.map(|(_, id)| *id))
}
