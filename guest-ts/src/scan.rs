//! Finds the tokens that have no span in the syntax tree.
//!
//! `?`, `!`, modifiers and keywords such as `as` are looked up in the text next to a node whose
//! span is known. Comments come from the parser, so nothing here has to tell a comment from a
//! regular expression.

use oxc_ast::ast::Comment;

/// A text and its comments.
pub struct Scanner<'a> {
    source: &'a str,
    comments: &'a [Comment],
}

impl<'a> Scanner<'a> {
    /// Creates a scanner of `source`, whose comments are in order.
    #[must_use]
    pub const fn new(source: &'a str, comments: &'a [Comment]) -> Self {
        Self { source, comments }
    }

    /// Returns the text.
    #[must_use]
    pub const fn source(&self) -> &'a str {
        self.source
    }

    /// Returns the byte at an offset.
    #[must_use]
    pub fn byte(&self, offset: u32) -> Option<u8> {
        self.source.as_bytes().get(offset as usize).copied()
    }

    /// Returns the text between two offsets, which is empty if they are not character
    /// boundaries.
    #[must_use]
    pub fn text(&self, start: u32, end: u32) -> &'a str {
        self.source.get(start as usize..end as usize).unwrap_or_default()
    }

    /// Returns true if a line ends between two offsets.
    #[must_use]
    pub fn has_line_end(&self, start: u32, end: u32) -> bool {
        self.text(start, end).contains(crate::position::is_line_end)
    }

    /// Returns the word at an offset, which is empty if there is none. Characters that are not
    /// ASCII count as part of a word, so that no keyword is seen in the start of a name.
    #[must_use]
    pub fn word(&self, offset: u32) -> &'a str {
        let rest = self.source.get(offset as usize..).unwrap_or_default();
        let end = rest
            .find(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == '$' || !c.is_ascii()))
            .unwrap_or(rest.len());
        rest.get(..end).unwrap_or_default()
    }

    /// Returns the first offset at or after this one that is neither whitespace nor part of a
    /// comment.
    #[must_use]
    pub fn skip_trivia(&self, offset: u32) -> u32 {
        let mut at = offset;
        loop {
            let rest = self.source.get(at as usize..).unwrap_or_default();
            at += to_offset(rest.len() - rest.trim_start_matches(is_space).len());
            if self.byte(at) != Some(b'/') {
                return at;
            }
            match self.comments.binary_search_by_key(&at, |comment| comment.span.start) {
                Ok(index) => match self.comments.get(index) {
                    Some(comment) => at = comment.span.end,
                    None => return at,
                },
                Err(_) => return at,
            }
        }
    }

    /// Returns the end of the last token that ends at or before this offset.
    #[must_use]
    pub fn skip_trivia_back(&self, offset: u32) -> u32 {
        let mut at = offset;
        loop {
            at = length(self.text(0, at).trim_end_matches(is_space));
            let index = self.comments.partition_point(|comment| comment.span.end < at);
            match self.comments.get(index) {
                Some(comment) if comment.span.end == at => at = comment.span.start,
                _ => return at,
            }
        }
    }
}

/// Converts a length or index to an offset. The parser takes no text that is longer.
pub(crate) fn to_offset(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

/// Returns the length of a piece of the text.
pub(crate) fn length(text: &str) -> u32 {
    to_offset(text.len())
}

/// Returns true for whitespace and line ends, as JavaScript counts them.
const fn is_space(character: char) -> bool {
    matches!(
        character,
        '\t'..='\r'
            | ' '
            | '\u{a0}'
            | '\u{1680}'
            | '\u{2000}'..='\u{200a}'
            | '\u{2028}'
            | '\u{2029}'
            | '\u{202f}'
            | '\u{205f}'
            | '\u{3000}'
            | '\u{feff}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use oxc_ast::ast::CommentKind;

    fn comment(start: u32, end: u32) -> Comment {
        Comment::new(start, end, CommentKind::SingleLineBlock)
    }

    #[test]
    fn trivia_is_skipped_both_ways() {
        let source = "a /* b */ \u{a0}/**/ c";
        let comments = [comment(2, 9), comment(12, 16)];
        let scanner = Scanner::new(source, &comments);
        assert_eq!(scanner.skip_trivia(1), 17);
        assert_eq!(scanner.skip_trivia_back(17), 1);
    }

    #[test]
    fn a_slash_that_opens_no_comment_stays() {
        let scanner = Scanner::new(" /x/", &[]);
        assert_eq!(scanner.skip_trivia(0), 1);
    }

    #[test]
    fn a_word_ends_before_punctuation() {
        let scanner = Scanner::new("abstract<", &[]);
        assert_eq!(scanner.word(0), "abstract");
        assert_eq!(scanner.word(8), "");
    }
}
