//! Names that are like an unknown one.

use std::cmp::Reverse;

use crate::tool::Tool;

/// The most bytes of a name that are compared.
const MAX_COMPARED: usize = 128;

/// The most names.
const MAX_NAMES: usize = 3;

/// Names less similar than this, in thousandths, are not suggested.
const MIN_SIMILARITY: u32 = 450;

/// The names of all tools, ready to be compared.
#[derive(Debug)]
pub(crate) struct Nearest(Vec<(String, String)>);

impl Nearest {
    pub(crate) fn new(tools: &[Tool]) -> Self {
        let names = tools.iter().map(|tool| (fold(tool.namespace()), fold(tool.name())));
        Self(names.collect())
    }

    /// Returns the indices of the nearest tools, the nearest first.
    pub(crate) fn find(&self, path: &str) -> Vec<usize> {
        let (namespace, name) = path.rsplit_once('.').unwrap_or(("", path));
        let (namespace, name) = (fold(namespace), fold(name));
        let similarities = self.0.iter().enumerate().map(|(index, (in_namespace, known))| {
            // The name counts more than the namespace, which the path may lack.
            let by_name = similarity(&name, known);
            let by_namespace = similarity(&namespace, in_namespace);
            let is_likely = by_name >= MIN_SIMILARITY;
            (is_likely.then_some(by_name * 3 + by_namespace), index)
        });
        let mut likely: Vec<_> =
            similarities.filter_map(|(it, index)| Some((it?, index))).collect();
        likely.sort_unstable_by_key(|(similarity, index)| (Reverse(*similarity), *index));
        likely.into_iter().take(MAX_NAMES).map(|(_, index)| index).collect()
    }
}

/// Returns the similarity of two names in thousandths: of their pairs of letters, which finds
/// other orders of words, or of their letters, which finds slips in short names.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to 1000")]
fn similarity(one: &str, other: &str) -> u32 {
    let pairs = strsim::sorensen_dice(one, other);
    let letters = strsim::normalized_damerau_levenshtein(one, other);
    (pairs.max(letters) * 1000.0) as u32
}

/// Returns a name without case and underscores, cut to what is compared.
fn fold(name: &str) -> String {
    let end = name.floor_char_boundary(MAX_COMPARED);
    let name = name.get(..end).unwrap_or_default();
    name.chars().filter(|it| it.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}
