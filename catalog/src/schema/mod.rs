//! JSON Schemas, parsed once for declarations, validation and search.
//!
//! Draft 4 to 2020-12 become one form: subschemas are nodes of an arena, and references are
//! indices, so that recursive schemas are no special case.

mod keywords;
mod order;
mod parse;
mod types;

use indexmap::{IndexMap, IndexSet};
use serde_json::Value;

pub(crate) use types::Types;

/// Index of a node in its schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct NodeId(u32);

/// Index of a pattern in its schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PatternId(pub(crate) usize);

/// A whole schema. Its root is the first node.
#[derive(Debug)]
pub(crate) struct Schema {
    nodes: Vec<Node>,
    /// Sources of regular expressions of ECMAScript.
    pub(crate) patterns: Vec<String>,
    /// Nodes that references lead to, in the order of first use, with a hint for their names.
    pub(crate) targets: IndexMap<NodeId, String>,
    /// True if an empty object may be accepted: no property is required.
    pub(crate) accepts_empty: bool,
}

/// A subschema.
#[derive(Debug, Default)]
pub(crate) struct Node {
    /// True for the schema `false`.
    pub(crate) is_never: bool,
    pub(crate) types: Option<Types>,
    pub(crate) literals: Option<Vec<Literal>>,
    pub(crate) reference: Option<NodeId>,
    pub(crate) logic: Option<Box<Logic>>,
    pub(crate) object: Option<Box<Object>>,
    pub(crate) array: Option<Box<Array>>,
    pub(crate) number: Option<Box<Number>>,
    pub(crate) string: Option<Box<Text>>,
    pub(crate) notes: Notes,
}

/// A value of `enum` or `const`.
#[derive(Debug)]
pub(crate) struct Literal {
    pub(crate) value: Value,
    /// The same text for equal values.
    pub(crate) canonical: String,
}

/// Keywords that apply other schemas to the same value.
#[derive(Debug, Default)]
pub(crate) struct Logic {
    pub(crate) all_of: Vec<NodeId>,
    pub(crate) any_of: Vec<NodeId>,
    pub(crate) one_of: Vec<NodeId>,
    pub(crate) not: Option<NodeId>,
    pub(crate) condition: Option<NodeId>,
    pub(crate) then: Option<NodeId>,
    pub(crate) otherwise: Option<NodeId>,
}

#[derive(Debug, Default)]
pub(crate) struct Object {
    pub(crate) properties: IndexMap<String, NodeId>,
    pub(crate) patterns: Vec<(PatternId, NodeId)>,
    pub(crate) additional: Option<NodeId>,
    pub(crate) names: Option<NodeId>,
    pub(crate) required: IndexSet<String>,
    pub(crate) dependent_required: Vec<(String, Vec<String>)>,
    pub(crate) dependent_schemas: Vec<(String, NodeId)>,
    pub(crate) min: Option<u64>,
    pub(crate) max: Option<u64>,
}

#[derive(Debug, Default)]
pub(crate) struct Array {
    pub(crate) prefix: Vec<NodeId>,
    /// Schema of the items after the prefix.
    pub(crate) items: Option<NodeId>,
    pub(crate) contains: Option<NodeId>,
    pub(crate) min_contains: Option<u64>,
    pub(crate) max_contains: Option<u64>,
    pub(crate) min: Option<u64>,
    pub(crate) max: Option<u64>,
    pub(crate) is_unique: bool,
}

#[derive(Debug, Default)]
pub(crate) struct Number {
    pub(crate) min: Option<serde_json::Number>,
    pub(crate) max: Option<serde_json::Number>,
    pub(crate) above: Option<serde_json::Number>,
    pub(crate) below: Option<serde_json::Number>,
    pub(crate) multiple_of: Option<serde_json::Number>,
}

#[derive(Debug, Default)]
pub(crate) struct Text {
    pub(crate) min: Option<u64>,
    pub(crate) max: Option<u64>,
    pub(crate) pattern: Option<PatternId>,
}

/// Keywords that check nothing.
#[derive(Debug, Default)]
pub(crate) struct Notes {
    pub(crate) description: Option<String>,
    pub(crate) format: Option<String>,
    pub(crate) default: Option<Value>,
    pub(crate) is_deprecated: bool,
}

impl Schema {
    pub(crate) const ROOT: NodeId = NodeId(0);

    pub(crate) fn node(&self, id: NodeId) -> &Node {
        static ANYTHING: Node = Node {
            is_never: false,
            types: None,
            literals: None,
            reference: None,
            logic: None,
            object: None,
            array: None,
            number: None,
            string: None,
            notes: Notes { description: None, format: None, default: None, is_deprecated: false },
        };
        self.nodes.get(id.index()).unwrap_or(&ANYTHING)
    }

    pub(crate) fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// Returns true if the root is an object that says it has no properties.
    pub(crate) fn has_no_properties(&self) -> bool {
        let root = self.node(Self::ROOT);
        root.types == Some(Types::OBJECT)
            && root.reference.is_none()
            && root.logic.is_none()
            && root.object.as_deref().is_some_and(|object| {
                object.properties.is_empty()
                    && object.patterns.is_empty()
                    && object.required.is_empty()
                    && object.additional.is_none_or(|id| self.node(id).is_never)
            })
    }
}

impl NodeId {
    fn index(self) -> usize {
        self.0 as usize
    }
}

impl Node {
    /// Returns true if the node looks at no part of a value.
    pub(crate) fn is_flat(&self) -> bool {
        self.reference.is_none()
            && self.logic.is_none()
            && self.object.is_none()
            && self.array.is_none()
    }
}
