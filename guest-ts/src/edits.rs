//! The parts of a text that are erased, and the text without them.
//!
//! Erasing keeps every line and column: a character becomes as many spaces as it has UTF-16
//! units, and a line end stays. Where a space would change the meaning, a mark takes its place,
//! which is one ASCII character such as `;`.

use crate::position::is_line_end;
use crate::scan::Scanner;
use oxc_span::Span;

/// A place where what is kept could wrongly be read as the continuation of what precedes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Guard {
    /// Between statements: a `;` is needed before `(`, `[`, a template, a
    /// regular expression or a sign.
    Statement,
    /// Between class members: a `;` is needed before `[`, `*`, `(` and a
    /// member named `in` or `instanceof`.
    Member,
}

/// The edits collected while walking a program.
#[derive(Debug, Default)]
pub struct Edits {
    blanks: Vec<Span>,
    marks: Vec<(u32, u8)>,
    guards: Vec<(u32, Guard)>,
    /// The blank with the greatest end so far.
    last: Span,
}

impl Edits {
    /// Returns true if the text can stay as it is.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.blanks.is_empty()
    }

    /// Erases a span.
    pub fn blank(&mut self, span: Span) {
        if span.start < span.end {
            self.blanks.push(span);
            if span.end > self.last.end {
                self.last = span;
            }
        }
    }

    /// Writes `mark` instead of a space at an offset inside an erased span.
    pub fn mark(&mut self, offset: u32, mark: u8) {
        self.marks.push((offset, mark));
    }

    /// Writes `;` at an offset inside an erased span, if what follows in the result would
    /// otherwise join what precedes it.
    pub fn guard(&mut self, offset: u32, guard: Guard) {
        self.guards.push((offset, guard));
    }

    /// Returns where the erased tail of a node that ends at `end` starts, or `None` if its tail
    /// was not erased.
    #[must_use]
    pub fn erased_tail(&self, end: u32) -> Option<u32> {
        (self.last.end == end && end > 0).then_some(self.last.start)
    }

    /// Makes all edits and returns the text.
    #[must_use]
    pub fn apply(mut self, scanner: &Scanner<'_>) -> String {
        self.blanks.sort_unstable_by_key(|span| (span.start, span.end));
        self.marks.sort_unstable();
        self.guards.sort_unstable();
        self.guards.dedup();
        let mut following = Following::default();
        let needed: Vec<u32> = self
            .guards
            .iter()
            .rev()
            .filter(|(offset, guard)| {
                self.next_kept(scanner, *offset, &mut following)
                    .is_some_and(|kept| kept.joins(scanner, *guard))
            })
            .map(|(offset, _)| *offset)
            .collect();
        self.marks.extend(needed.into_iter().map(|offset| (offset, b';')));
        self.marks.sort_unstable();
        self.marks.dedup_by_key(|(offset, _)| *offset);
        self.render(scanner.source())
    }

    /// Returns the first thing that is kept at or after an offset inside a blank.
    ///
    /// Called from the end of the text to its start, so that a long run of erased statements is
    /// walked once and not once for each of them.
    fn next_kept(
        &self,
        scanner: &Scanner<'_>,
        offset: u32,
        following: &mut Following,
    ) -> Option<Kept> {
        let first = self.blanks.partition_point(|span| span.start <= offset).saturating_sub(1);
        let mut index = first;
        let mut at = offset;
        let kept = loop {
            at = scanner.skip_trivia(at);
            while self.blanks.get(index).is_some_and(|span| span.end <= at) {
                index += 1;
            }
            match self.blanks.get(index) {
                Some(span) if span.start <= at => {
                    let next = self.marks.partition_point(|(mark, _)| *mark < at);
                    match self.marks.get(next) {
                        Some((mark, byte)) if *mark < span.end => break Some(Kept::Mark(*byte)),
                        _ if following.blank == Some(index) => break following.kept,
                        _ => at = span.end,
                    }
                }
                _ => break scanner.byte(at).map(|_| Kept::Source(at)),
            }
        };
        *following = Following { blank: Some(first), kept };
        kept
    }

    fn render(&self, source: &str) -> String {
        let mut out = String::with_capacity(source.len());
        let mut marks = self.marks.iter().copied().peekable();
        let mut done = 0;
        for span in &self.blanks {
            let start = (span.start as usize).max(done);
            let end = span.end as usize;
            // A span inside one that was already erased has nothing left.
            let (Some(kept), Some(erased)) = (source.get(done..start), source.get(start..end))
            else {
                continue;
            };
            out.push_str(kept);
            done = end;
            for (at, character) in erased.char_indices() {
                let offset = start + at;
                while marks.next_if(|(mark, _)| (*mark as usize) < offset).is_some() {}
                let units = character.len_utf16();
                if let Some((_, mark)) = marks.next_if(|(mark, _)| *mark as usize == offset) {
                    out.push(char::from(mark));
                    out.extend(core::iter::repeat_n(' ', units - 1));
                } else if is_line_end(character) {
                    out.push(character);
                } else {
                    out.extend(core::iter::repeat_n(' ', units));
                }
            }
        }
        out.push_str(source.get(done..).unwrap_or_default());
        out
    }
}

/// Something that stays in the text.
#[derive(Debug, Clone, Copy)]
enum Kept {
    /// A character written in place of an erased one.
    Mark(u8),
    /// The source text at this offset.
    Source(u32),
}

impl Kept {
    /// Returns true if it would be read as the continuation of what precedes it.
    fn joins(self, scanner: &Scanner<'_>, guard: Guard) -> bool {
        let at = match self {
            Self::Mark(mark) => return mark == b'(',
            Self::Source(at) => at,
        };
        let byte = scanner.byte(at).unwrap_or_default();
        match guard {
            Guard::Statement => matches!(byte, b'(' | b'[' | b'`' | b'/' | b'+' | b'-'),
            Guard::Member => {
                matches!(byte, b'(' | b'[' | b'*')
                    || matches!(scanner.word(at), "in" | "instanceof")
            }
        }
    }
}

/// The first thing that is kept after a blank.
#[derive(Debug, Default)]
struct Following {
    blank: Option<usize>,
    kept: Option<Kept>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_character_becomes_as_many_spaces_as_it_has_units() {
        let source = "a: é\u{1f600}\r\n\u{2028}b";
        let scanner = Scanner::new(source, &[]);
        let mut edits = Edits::default();
        edits.blank(Span::new(1, crate::scan::length(source) - 1));
        assert_eq!(edits.apply(&scanner), "a     \r\n\u{2028}b");
    }

    #[test]
    fn a_guard_is_written_only_before_what_would_join() {
        for (source, expected) in [("type A;(b)", ";      (b)"), ("type A; b ", "        b ")] {
            let scanner = Scanner::new(source, &[]);
            let mut edits = Edits::default();
            edits.blank(Span::new(0, 7));
            edits.guard(0, Guard::Statement);
            assert_eq!(edits.apply(&scanner), expected);
        }
    }

    #[test]
    fn a_long_run_of_erased_statements_is_walked_once() {
        let count = 100_000;
        let source = "type A;".repeat(count) + "(b)";
        let scanner = Scanner::new(&source, &[]);
        let mut edits = Edits::default();
        for at in (0..).step_by(7).take(count) {
            edits.blank(Span::new(at, at + 7));
            edits.guard(at, Guard::Statement);
        }
        assert_eq!(edits.apply(&scanner), ";      ".repeat(count) + "(b)");
    }

    #[test]
    fn overlapping_spans_are_erased_once() {
        let scanner = Scanner::new("abcdef", &[]);
        let mut edits = Edits::default();
        edits.blank(Span::new(1, 5));
        edits.blank(Span::new(2, 3));
        assert_eq!(edits.apply(&scanner), "a    f");
    }
}
