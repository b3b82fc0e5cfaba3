//! Byte offsets to the lines and columns that people and engines count in.

/// A place in a text. Both count from 1; the column counts UTF-16 units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position {
    /// The line.
    pub line: u32,
    /// The column.
    pub column: u32,
}

/// The position of a byte offset, which is clamped to the text's end.
#[must_use]
pub fn position(source: &str, offset: u32) -> Position {
    let offset = usize::try_from(offset).unwrap_or(usize::MAX);
    positions(source)
        .take_while(|(at, _)| *at <= offset)
        .last()
        .map_or(Position { line: 1, column: 1 }, |(_, position)| position)
}

/// The byte offset and the position of each character, and of the end.
pub fn positions(source: &str) -> impl Iterator<Item = (usize, Position)> {
    let mut next = Position { line: 1, column: 1 };
    let mut characters = source.char_indices().peekable();
    let mut ended = false;
    std::iter::from_fn(move || {
        let here = next;
        let Some((at, character)) = characters.next() else {
            return (!std::mem::replace(&mut ended, true)).then_some((source.len(), here));
        };
        let ends_line = match character {
            // `\r\n` is one line end, and its `\n` says so.
            '\r' => !matches!(characters.peek(), Some((_, '\n'))),
            other => is_line_end(other),
        };
        if ends_line {
            next = Position { line: here.line + 1, column: 1 };
        } else {
            next.column += if character.len_utf16() == 1 { 1 } else { 2 };
        }
        Some((at, here))
    })
}

/// The column, from 1, of what lies so many units or bytes behind the line's
/// begin.
#[must_use]
pub fn column(distance: usize) -> u32 {
    u32::try_from(distance).unwrap_or(u32::MAX).saturating_add(1)
}

/// Whether JavaScript ends a line at this character.
#[must_use]
pub const fn is_line_end(character: char) -> bool {
    matches!(character, '\n' | '\r' | '\u{2028}' | '\u{2029}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(source: &str, offset: u32) -> (u32, u32) {
        let Position { line, column } = position(source, offset);
        (line, column)
    }

    #[test]
    fn columns_count_utf16_units() {
        assert_eq!(at("ab", 1), (1, 2));
        assert_eq!(at("é=1", 2), (1, 2));
        assert_eq!(at("\u{1f600}=1", 4), (1, 3));
    }

    #[test]
    fn every_javascript_line_end_starts_a_line() {
        assert_eq!(at("a\nb", 2), (2, 1));
        assert_eq!(at("a\r\nb", 3), (2, 1));
        assert_eq!(at("a\rb", 2), (2, 1));
        assert_eq!(at("a\u{2028}b", 4), (2, 1));
    }

    #[test]
    fn an_offset_past_the_end_is_the_end() {
        assert_eq!(at("ab", 99), (1, 3));
    }
}
