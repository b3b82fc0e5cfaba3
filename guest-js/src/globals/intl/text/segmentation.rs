//! The boundaries of characters, words and sentences as a reader sees them.

#![allow(clippy::cast_precision_loss, reason = "no text is that long")]

use icu_segmenter::options::{SentenceBreakInvariantOptions, WordBreakInvariantOptions};
use icu_segmenter::{GraphemeClusterSegmenter, SentenceSegmenter, WordSegmenter};
use rquickjs::{Ctx, Function, Object, Result, TypedArray, Value};

use crate::globals::raw;

pub fn install(native: &Object<'_>) -> Result<()> {
    native.set("boundaries", Function::new(native.ctx().clone(), boundaries)?)
}

/// Returns the boundaries of a text in UTF-16 code units, each doubled. The lowest bit says that
/// the segment that ends there is like a word.
fn boundaries<'js>(
    ctx: Ctx<'js>,
    text: Value<'js>,
    granularity: String,
) -> Result<TypedArray<'js, f64>> {
    // A lone surrogate and the character that replaces it both take one unit.
    let units: Vec<u16> = raw::text(&text)?.encode_utf16().collect();
    let plain = |at: usize| (at * 2) as f64;
    let found: Vec<f64> = match &*granularity {
        "word" => WordSegmenter::new_for_non_complex_scripts(WordBreakInvariantOptions::default())
            .segment_utf16(&units)
            .iter_with_word_type()
            .map(|(at, kind)| plain(at) + f64::from(u8::from(kind.is_word_like())))
            .collect(),
        "sentence" => SentenceSegmenter::new(SentenceBreakInvariantOptions::default())
            .segment_utf16(&units)
            .map(plain)
            .collect(),
        _ => GraphemeClusterSegmenter::new().segment_utf16(&units).map(plain).collect(),
    };
    TypedArray::new(ctx, found)
}
