//! The patterns of CLDR, such as `#,##0.00 ¤;(#,##0.00 ¤)`.

/// A piece of what stands before or behind a number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    Text(String),
    Minus,
    Plus,
    Approximately,
    Percent,
    Currency,
}

/// The text around a number, and the grouping of its digits.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pattern {
    pub before: Vec<Piece>,
    pub after: Vec<Piece>,
    /// The sizes of the last group of digits and of the others, 0 for no groups.
    pub groups: (usize, usize),
    /// The number of zeros before the point.
    pub zeros: usize,
}

impl Pattern {
    /// Reads one side of a pattern.
    fn read(text: &str) -> Self {
        let mut pattern = Self::default();
        let mut number = String::new();
        let mut quoted = false;
        for char in text.chars() {
            if char == '\'' {
                quoted = !quoted;
                continue;
            }
            if !quoted && matches!(char, '#' | '0' | ',' | '.') && pattern.after.is_empty() {
                number.push(char);
                continue;
            }
            let side = if number.is_empty() { &mut pattern.before } else { &mut pattern.after };
            match char {
                '-' if !quoted => side.push(Piece::Minus),
                '+' if !quoted => side.push(Piece::Plus),
                '%' if !quoted => side.push(Piece::Percent),
                '¤' if !quoted => {
                    if side.last() != Some(&Piece::Currency) {
                        side.push(Piece::Currency);
                    }
                }
                char => match side.last_mut() {
                    Some(Piece::Text(text)) => text.push(char),
                    _ => side.push(Piece::Text(char.to_string())),
                },
            }
        }
        let whole = number.split('.').next().unwrap_or_default();
        pattern.zeros = whole.chars().filter(|char| *char == '0').count();
        let sizes: Vec<usize> = whole.split(',').map(str::len).collect();
        if let [.., other, last] = sizes[..] {
            pattern.groups = (last, if sizes.len() > 2 { other } else { last });
        }
        pattern
    }

    /// Reads a pattern for positive and one for negative numbers, if there is one.
    pub fn pair(text: &str) -> (Self, Option<Self>) {
        let mut sides = text.split(';');
        let positive = Self::read(sides.next().unwrap_or_default());
        let negative =
            sides.next().map(|side| Self { groups: positive.groups, ..Self::read(side) });
        (positive, negative)
    }
}

/// Splits a pattern such as `{0} km/h` around its one place.
pub fn around(pattern: &str) -> (&str, &str) {
    pattern.split_once("{0}").unwrap_or(("", pattern))
}
