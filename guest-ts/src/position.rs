//! Conversion between byte offsets and the lines and columns that people and engines count.

/// A position in a text. Both numbers count from 1, and the column counts UTF-16 units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position {
    /// The line.
    pub line: u32,
    /// The column.
    pub column: u32,
}

/// Returns the position of a byte offset, which is clamped to the end of the text.
#[must_use]
pub fn position(source: &str, offset: u32) -> Position {
    let offset = usize::try_from(offset).unwrap_or(usize::MAX);
    positions(source)
        .take_while(|(at, _)| *at <= offset)
        .last()
        .map_or(Position { line: 1, column: 1 }, |(_, position)| position)
}

/// Returns the byte offset and the position of each character, and of the end.
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
            // `\r\n` is one line end, which is counted at its `\n`.
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

/// A table of the lines and columns of all offsets of a text, for both directions.
pub struct Positions {
    /// The start of each line, in bytes and in UTF-16 units.
    lines: Vec<(u32, u32)>,
    /// The number of bytes before each UTF-16 unit. Empty if both counts are the same.
    bytes: Vec<u32>,
}

impl Positions {
    /// Counts the lines of a text.
    #[must_use]
    pub fn new(text: &str) -> Self {
        let mut it = Self { lines: Vec::new(), bytes: Vec::new() };
        let ascii = text.is_ascii();
        let mut units = 0;
        for (at, here) in positions(text) {
            let at = u32::try_from(at).unwrap_or(u32::MAX);
            if here.column == 1 {
                it.lines.push((at, units));
            }
            let next = text.get(at as usize..).and_then(|rest| rest.chars().next());
            let length = next.map_or(1, |c| if c.len_utf16() == 1 { 1 } else { 2 });
            if !ascii {
                it.bytes.extend(core::iter::repeat_n(at, length as usize));
            }
            units += length;
        }
        it
    }

    /// Returns the byte offset of a line and column.
    #[must_use]
    pub fn offset(&self, line: u32, column: u32) -> u32 {
        let line = self.lines.get(line.saturating_sub(1) as usize).or(self.lines.last());
        let (begin, units) = line.copied().unwrap_or_default();
        let distance = column.saturating_sub(1);
        if self.bytes.is_empty() {
            return begin + distance;
        }
        let unit = (units + distance) as usize;
        self.bytes.get(unit).or(self.bytes.last()).copied().unwrap_or_default()
    }

    /// Returns the line and column of a byte offset.
    #[must_use]
    pub fn position(&self, offset: u32) -> Position {
        let line = self.lines.partition_point(|(begin, _)| *begin <= offset).max(1);
        let (begin, units) = self.lines.get(line - 1).copied().unwrap_or_default();
        let distance = if self.bytes.is_empty() {
            offset.saturating_sub(begin)
        } else {
            let unit = self.bytes.partition_point(|byte| *byte < offset);
            u32::try_from(unit).unwrap_or(u32::MAX).saturating_sub(units)
        };
        let line = u32::try_from(line).unwrap_or(u32::MAX);
        Position { line, column: distance.saturating_add(1) }
    }
}

/// Returns the column, from 1, of what lies `distance` units or bytes after the start of the
/// line.
#[must_use]
pub fn column(distance: usize) -> u32 {
    u32::try_from(distance).unwrap_or(u32::MAX).saturating_add(1)
}

/// Returns true if JavaScript ends a line at this character.
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
    fn all_positions_agree_with_each_one() {
        for text in ["ab\r\nc\n\nd", "é\u{1f600}\nü x\u{2028}y", ""] {
            let all = Positions::new(text);
            let offsets = text.char_indices().map(|(at, _)| at).chain([text.len()]);
            for offset in offsets.filter_map(|at| u32::try_from(at).ok()) {
                let one = position(text, offset);
                assert_eq!(all.position(offset), one, "{text:?} {offset}");
                assert_eq!(all.offset(one.line, one.column), offset, "{text:?} {offset}");
            }
        }
    }

    #[test]
    fn an_offset_past_the_end_is_the_end() {
        assert_eq!(at("ab", 99), (1, 3));
    }
}
