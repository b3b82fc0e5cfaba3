//! Bounded texts.

use serde::{Deserialize, Serialize};

/// A text of a record, or its beginning.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Text {
    /// The text, with secrets replaced.
    pub text: String,
    /// The number of bytes that were cut from its end.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub cut: u64,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "as serde calls it")]
fn is_zero(cut: &u64) -> bool {
    *cut == 0
}

impl Text {
    /// Cuts a text to at most `limit` bytes, between characters.
    pub(crate) fn new(mut text: String, limit: usize) -> Self {
        let end = text.floor_char_boundary(limit);
        let cut = u64::try_from(text.len() - end).unwrap_or(u64::MAX);
        text.truncate(end);
        // A text may wait for the disk.
        text.shrink_to_fit();
        Self { text, cut }
    }
}
