//! A text with pieces of it replaced, moved and wrapped, and the origin of each piece.

use crate::position::{Position, Positions};
use oxc_span::Span;

/// A part of the replacement of a span.
#[derive(Debug, Clone)]
pub enum Piece {
    /// New text.
    Text(String),
    /// A span of the source, with the replacements inside it made.
    Source(Span),
}

impl From<&str> for Piece {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Piece {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<Span> for Piece {
    fn from(span: Span) -> Self {
        Self::Source(span)
    }
}

#[derive(Debug)]
struct Replacement {
    span: Span,
    pieces: Vec<Piece>,
}

/// The replacements collected while walking a program. They nest like the nodes of its tree. Of
/// two with the same span, the one made first is the outer one.
#[derive(Debug, Default)]
pub struct Replacements(Vec<Replacement>);

impl Replacements {
    /// Replaces a span.
    pub fn replace(&mut self, span: Span, pieces: impl IntoIterator<Item = Piece>) {
        self.0.push(Replacement { span, pieces: pieces.into_iter().collect() });
    }

    /// Reserves the replacement of a span, which [`fill`](Self::fill) sets later. It is outside
    /// of what is replaced in the meantime.
    pub fn reserve(&mut self, span: Span) -> usize {
        self.replace(span, []);
        self.0.len() - 1
    }

    /// Sets the replacement of a reserved span.
    pub fn fill(&mut self, slot: usize, pieces: impl IntoIterator<Item = Piece>) {
        if let Some(it) = self.0.get_mut(slot) {
            it.pieces = pieces.into_iter().collect();
        }
    }

    /// Writes text at an offset.
    pub fn insert(&mut self, offset: u32, text: impl Into<Piece>) {
        self.replace(Span::new(offset, offset), [text.into()]);
    }

    /// Makes all replacements and returns the text, with `head` before it and `tail` after it.
    #[must_use]
    pub fn render(mut self, source: &str, head: &str, tail: &[Piece]) -> Rendered {
        self.0.sort_by_key(|it| (it.span.start, core::cmp::Reverse(it.span.end)));
        let rendered = Rendered { text: String::with_capacity(source.len() * 2), runs: Vec::new() };
        let mut render = Render { source, replacements: &self.0, rendered };
        let end = crate::scan::length(source);
        render.rendered.push(head, 0, false);
        render.copy(Span::new(0, end), 0);
        // A source span in the tail was removed elsewhere, together with more around it.
        render.pieces(tail, end, 0);
        render.rendered
    }
}

/// A run of generated text, and the offset in the source that it stands for.
#[derive(Debug, Clone, Copy)]
struct Run {
    start: u32,
    source: u32,
    /// True if the text is the source's own, byte for byte.
    verbatim: bool,
}

/// The generated text.
#[derive(Debug)]
pub struct Rendered {
    /// The text.
    pub text: String,
    runs: Vec<Run>,
}

impl Rendered {
    /// Returns the offset in the source of an offset in the generated text.
    #[must_use]
    pub fn origin(&self, offset: u32) -> u32 {
        let next = self.runs.partition_point(|run| run.start <= offset);
        let Some(run) = next.checked_sub(1).and_then(|index| self.runs.get(index)) else {
            return 0;
        };
        if run.verbatim { run.source + (offset - run.start) } else { run.source }
    }

    /// Returns the conversion of a position in the generated text to the one in its source.
    pub(crate) fn to_source(&self, source: &str) -> impl Fn(Position) -> Position {
        let (generated, original) = (Positions::new(&self.text), Positions::new(source));
        move |it| original.position(self.origin(generated.offset(it.line, it.column)))
    }

    fn push(&mut self, text: &str, source: u32, verbatim: bool) {
        if !text.is_empty() {
            self.runs.push(Run { start: crate::scan::length(&self.text), source, verbatim });
            self.text.push_str(text);
        }
    }
}

struct Render<'r> {
    source: &'r str,
    replacements: &'r [Replacement],
    rendered: Rendered,
}

impl Render<'_> {
    /// Copies a span with the replacements in it, of those from `first` on.
    fn copy(&mut self, span: Span, first: usize) {
        let begin = self.replacements.partition_point(|it| it.span.start < span.start);
        let mut index = begin.max(first);
        let mut at = span.start;
        while let Some(it) = self.replacements.get(index) {
            if it.span.start >= span.end {
                break;
            }
            index += 1;
            if it.span.end > span.end {
                continue;
            }
            self.verbatim(at, it.span.start);
            self.pieces(&it.pieces, it.span.start, index);
            at = it.span.end;
            // Replacements inside it were written, or left out, with its pieces.
            index = index.max(self.replacements.partition_point(|it| it.span.start < at));
        }
        self.verbatim(at, span.end);
    }

    fn verbatim(&mut self, start: u32, end: u32) {
        let text = self.source.get(start as usize..end as usize).unwrap_or_default();
        self.rendered.push(text, start, true);
    }

    fn pieces(&mut self, pieces: &[Piece], source: u32, first: usize) {
        for piece in pieces {
            match piece {
                Piece::Text(text) => self.rendered.push(text, source, false),
                Piece::Source(span) => self.copy(*span, first),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replacements_nest_and_tell_where_text_came_from() {
        let source = "a(b, c)";
        let mut edits = Replacements::default();
        let (b, c) = (Span::new(2, 3), Span::new(5, 6));
        edits.replace(Span::new(2, 6), [Piece::from(c), "; ".into(), b.into()]);
        edits.replace(b, [Piece::from("["), b.into(), "]".into()]);
        edits.insert(5, "!");
        let it = edits.render(source, "", &["$".into()]);
        assert_eq!(it.text, "a(!c; [b])$");
        let origin = |needle| it.origin(crate::scan::to_offset(it.text.find(needle).unwrap_or(0)));
        assert_eq!((origin('c'), origin('b'), origin(')'), origin('$')), (5, 2, 6, 7));
    }

    #[test]
    fn a_tower_of_replacements_is_walked_once() {
        let depth = 2_000;
        let source = "(".repeat(depth) + &")".repeat(depth);
        let mut edits = Replacements::default();
        for level in 0..crate::scan::to_offset(depth) {
            let end = crate::scan::length(&source) - level;
            edits.replace(
                Span::new(level, end),
                [Piece::from("["), Span::new(level + 1, end - 1).into(), "]".into()],
            );
        }
        let it = edits.render(&source, "", &[]);
        assert_eq!(it.text, "[".repeat(depth) + &"]".repeat(depth));
    }
}
