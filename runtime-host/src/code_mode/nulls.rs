//! JSON as JavaScript has it.

use serde::{Serialize, Serializer};
use serde_json::Value as Json;

/// A JSON value whose nulls are null in JavaScript. Those of `serde_json` are units, which are
/// undefined there.
pub(super) struct WithNulls<'a>(pub(super) &'a Json);

impl Serialize for WithNulls<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Json::Null => serializer.serialize_none(),
            Json::Array(items) => serializer.collect_seq(items.iter().map(WithNulls)),
            Json::Object(entries) => {
                serializer.collect_map(entries.iter().map(|(name, value)| (name, WithNulls(value))))
            }
            value => value.serialize(serializer),
        }
    }
}
