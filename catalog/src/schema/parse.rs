//! Parses a schema without recursion.

use std::collections::{HashMap, VecDeque};

use indexmap::IndexMap;
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};

use super::order::{accepts_empty, ordered};
use super::{Node, NodeId, PatternId, Schema};
use crate::text;

/// The most values in a schema, each `1` and `{}` one of them.
const MAX_VALUES: usize = 50_000;

/// The most bytes of keys and strings of a schema.
const MAX_BYTES: usize = 1 << 20;

/// The most arrays and objects within each other, as the parts of a schema are copied and shown
/// with recursion.
const MAX_NESTED: usize = 500;

/// The fault of a schema.
pub(crate) type Fault = String;

pub(super) struct Parser<'v> {
    root: &'v Value,
    /// Nodes by the address of their source, so that each is parsed once.
    ids: HashMap<*const Value, NodeId>,
    /// Values of the nodes that come next, in the order of their indices.
    pending: VecDeque<&'v Value>,
    count: u32,
    patterns: Vec<String>,
    targets: IndexMap<NodeId, String>,
    /// True for draft 7 and earlier, where nothing stands beside `$ref`.
    is_old: bool,
}

impl Schema {
    /// Parses a schema in time linear in its size. Errors if it is too large, if a keyword of the
    /// standard has a wrong value, if it refers to anything outside of itself, if a reference
    /// leads nowhere or back to itself, and for keywords that are not supported.
    pub(crate) fn parse(root: &Value) -> Result<Self, Fault> {
        measure(root)?;
        let dialect = root.get("$schema").and_then(Value::as_str).unwrap_or_default();
        let is_old = ["draft-03", "draft-04", "draft-06", "draft-07"];
        let mut parser = Parser {
            root,
            ids: HashMap::new(),
            pending: VecDeque::new(),
            count: 0,
            patterns: Vec::new(),
            targets: IndexMap::new(),
            is_old: is_old.iter().any(|draft| dialect.contains(draft)),
        };
        parser.child(root);
        let mut nodes = Vec::new();
        while let Some(value) = parser.pending.pop_front() {
            nodes.push(parser.node(value)?);
        }
        let order = ordered(&nodes).ok_or("a `$ref` leads back to itself")?;
        let accepts_empty = accepts_empty(&nodes, &order);
        let Parser { patterns, targets, .. } = parser;
        Ok(Self { nodes, patterns, targets, accepts_empty })
    }
}

impl<'v> Parser<'v> {
    /// Returns the node of a subschema, which is parsed later.
    pub(super) fn child(&mut self, value: &'v Value) -> NodeId {
        let next = NodeId(self.count);
        let id = *self.ids.entry(std::ptr::from_ref(value)).or_insert(next);
        if id == next {
            self.count += 1;
            self.pending.push_back(value);
        }
        id
    }

    /// Returns a node for `null`, which has no source.
    pub(super) fn null(&mut self) -> NodeId {
        use std::sync::LazyLock;
        static NULL: LazyLock<Value> = LazyLock::new(|| serde_json::json!({ "type": "null" }));
        self.child(&NULL)
    }

    pub(super) fn pattern(&mut self, source: &str) -> PatternId {
        self.patterns.push(source.to_owned());
        PatternId(self.patterns.len() - 1)
    }

    /// Returns the node that a reference leads to.
    pub(super) fn reference(&mut self, reference: &str) -> Result<NodeId, Fault> {
        let shown = || text::excerpt(reference, 80);
        let Some(fragment) = reference.strip_prefix('#') else {
            return Err(format!("`$ref` {} leads outside of the schema", shown()));
        };
        let pointer = percent_decode_str(fragment).decode_utf8_lossy();
        let root = self.root;
        let Some(target) = root.pointer(&pointer) else {
            return Err(format!("`$ref` {} leads nowhere", shown()));
        };
        let id = self.child(target);
        let is_name = |part: &&str| {
            let keyword = ["items", "additionalProperties", "anyOf", "oneOf", "allOf"];
            !part.is_empty() && !keyword.contains(part) && part.parse::<usize>().is_err()
        };
        let hint = pointer.rsplit('/').find(is_name).unwrap_or_default();
        self.targets.entry(id).or_insert_with(|| hint.to_owned());
        Ok(id)
    }

    fn node(&mut self, value: &'v Value) -> Result<Node, Fault> {
        match value {
            Value::Bool(all) => Ok(Node { is_never: !all, ..Node::default() }),
            Value::Object(keywords) => self.keywords(keywords, std::ptr::eq(value, self.root)),
            _ => Err("a schema must be an object or a boolean".to_owned()),
        }
    }

    fn keywords(&mut self, keywords: &'v Map<String, Value>, is_root: bool) -> Result<Node, Fault> {
        if !is_root && keywords.get("$id").is_some_and(Value::is_string) {
            return Err("`$id` within a schema is not supported".to_owned());
        }
        let is_alone = self.is_old && keywords.contains_key("$ref");
        let mut node = Node::default();
        for (keyword, value) in keywords {
            let is_note = ["description", "default", "deprecated", "format"];
            if !is_alone || keyword == "$ref" || is_note.contains(&keyword.as_str()) {
                self.keyword(&mut node, keyword, value, keywords)?;
            }
        }
        self.finish(&mut node, keywords);
        Ok(node)
    }
}

/// Errors if a schema is too large or too deep. The time is bounded by the limits.
fn measure(root: &Value) -> Result<(), Fault> {
    let (mut values, mut bytes) = (0, 0);
    let mut pending = vec![(root, 0)];
    while let Some((value, depth)) = pending.pop() {
        values += 1;
        let parts = MAX_VALUES + 1;
        match value {
            Value::String(text) => bytes += text.len(),
            Value::Array(items) => {
                pending.extend(items.iter().take(parts).map(|it| (it, depth + 1)));
            }
            Value::Object(map) => {
                bytes += map.keys().take(parts).map(String::len).sum::<usize>();
                pending.extend(map.values().take(parts).map(|it| (it, depth + 1)));
            }
            _ => {}
        }
        if values + pending.len() > MAX_VALUES || bytes > MAX_BYTES {
            return Err(format!("it has more than {MAX_VALUES} values or {MAX_BYTES} bytes"));
        }
        if depth > MAX_NESTED {
            return Err(format!("it nests deeper than {MAX_NESTED}"));
        }
    }
    Ok(())
}
