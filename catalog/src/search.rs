//! Search in tools by words.

use std::cmp::Reverse;
use std::collections::HashMap;

use crate::schema::Schema;
use crate::tool::Tool;
use crate::words::Words;

/// The most bytes of a query, and of a description in the index.
const MAX_TEXT: usize = 1_000;

/// The most subschemas of a tool whose names and descriptions are in the index.
const MAX_NODES: usize = 200;

/// The rate at which repetitions of a word stop to count (k1 of BM25).
const SATURATION: f32 = 1.2;

/// The share by which a word in a long text counts less (b of BM25).
const LENGTH: f32 = 0.4;

/// Weights of a word by its field, as BM25F has it.
const NAME: f32 = 2.5;
const NAMESPACE: f32 = 2.0;
const DESCRIPTION: f32 = 2.0;
const PROPERTY: f32 = 0.5;

/// An inverted index of the words of all tools.
#[derive(Debug)]
pub(crate) struct Index {
    words: Words,
    /// Tools that have a stem, with its weight in each.
    postings: HashMap<String, Vec<(usize, f32)>>,
    /// Length of each tool in relation to the average.
    lengths: Vec<f32>,
}

impl Index {
    #[expect(clippy::cast_precision_loss, reason = "counts are small")]
    pub(crate) fn new<'t>(tools: impl Iterator<Item = &'t Tool>) -> Self {
        let words = Words::default();
        let mut postings: HashMap<String, Vec<(usize, f32)>> = HashMap::new();
        let mut lengths = Vec::new();
        for (index, tool) in tools.enumerate() {
            let mut weights: HashMap<String, f32> = HashMap::new();
            let mut length = 0.0;
            for (text, weight) in fields(tool) {
                for stem in words.stems(cut(text)) {
                    *weights.entry(stem).or_default() += weight;
                    length += weight;
                }
            }
            lengths.push(length);
            for (stem, weight) in weights {
                postings.entry(stem).or_default().push((index, weight));
            }
        }
        let average = lengths.iter().sum::<f32>() / lengths.len().max(1) as f32;
        for length in &mut lengths {
            *length /= average.max(1.0);
        }
        Self { words, postings, lengths }
    }

    /// Returns the indices of the tools that match best.
    pub(crate) fn search(&self, query: &str, limit: usize) -> Vec<usize> {
        let mut scores: HashMap<usize, f32> = HashMap::new();
        for synonyms in self.words.query(cut(query)) {
            // A word counts once, by the best of its synonyms.
            let mut best: HashMap<usize, f32> = HashMap::new();
            for (stem, weight) in synonyms {
                for (index, score) in self.scores(&stem) {
                    let best = best.entry(index).or_default();
                    *best = best.max(weight * score);
                }
            }
            for (index, score) in best {
                *scores.entry(index).or_default() += score;
            }
        }
        let mut found: Vec<_> = scores.into_iter().collect();
        // Scores are positive, so that their bits have their order.
        found.sort_unstable_by_key(|(index, score)| (Reverse(score.to_bits()), *index));
        found.into_iter().take(limit).map(|(index, _)| index).collect()
    }

    /// Returns the scores of a stem in the tools that have it, as BM25 has it.
    #[expect(clippy::cast_precision_loss, reason = "counts are small")]
    fn scores(&self, stem: &str) -> impl Iterator<Item = (usize, f32)> {
        let found = self.postings.get(stem).map(Vec::as_slice).unwrap_or_default();
        let (all, with) = (self.lengths.len() as f32, found.len() as f32);
        let rarity = (1.0 + (all - with + 0.5) / (with + 0.5)).ln();
        found.iter().map(move |(index, frequency)| {
            let length = self.lengths.get(*index).copied().unwrap_or(1.0);
            let norm = SATURATION * (1.0 - LENGTH + LENGTH * length);
            (*index, rarity * frequency / (frequency + norm))
        })
    }
}

/// Returns the texts of a tool with their weights.
fn fields(tool: &Tool) -> impl Iterator<Item = (&str, f32)> {
    let definition = tool.definition();
    let names = [(definition.name.as_str(), NAME), (tool.original_namespace(), NAMESPACE)];
    let description = definition.description.as_deref().map(|it| (it, DESCRIPTION));
    let nodes = tool.input().map(Schema::nodes).unwrap_or_default().iter().take(MAX_NODES);
    let properties = nodes.flat_map(|node| {
        let names = node.object.as_deref().into_iter().flat_map(|it| it.properties.keys());
        let names = names.take(MAX_NODES).map(String::as_str);
        names.chain(node.notes.description.as_deref()).map(|it| (it, PROPERTY))
    });
    names.into_iter().chain(description).chain(properties)
}

fn cut(text: &str) -> &str {
    text.get(..text.floor_char_boundary(MAX_TEXT)).unwrap_or(text)
}
