//! Line breaking of printed objects.

use super::text::width;

const BREAK: usize = 80;
/// The number of levels of nesting that may share a line.
const COMPACT: usize = 3;
/// The width of a comma and a space, which stand between two entries.
const SEPARATOR: usize = 2;

/// The pieces of one printed object.
pub struct Pieces {
    /// The text before the opening brace.
    pub base: String,
    pub open: String,
    pub close: &'static str,
    pub entries: Vec<String>,
    /// True if its entries may be laid out in columns.
    pub is_list: bool,
    /// True if columns are aligned to the right.
    pub is_numeric: bool,
    /// True if the last entry says how many are left out.
    pub is_cut: bool,
}

/// Lays out a printed object. `levels` is the number of levels by which the innermost printed
/// object was deeper.
pub fn lay_out(pieces: Pieces, indentation: usize, levels: usize) -> String {
    let Pieces { base, open, close, mut entries, is_list, is_numeric, is_cut } = pieces;
    let count = entries.len();
    if is_list && count > 6 {
        entries = columns(entries, indentation, is_numeric, is_cut);
    }
    let before = if base.is_empty() { open.clone() } else { format!("{base} {open}") };
    if levels < COMPACT && count == entries.len() {
        let start = count + indentation + width(&open) + width(&base) + 10;
        let total: usize = entries.iter().map(|entry| width(entry)).sum();
        let fits = count * 2 + start <= BREAK && total + count + start <= BREAK;
        if fits && !base.contains('\n') && !entries.iter().any(|entry| entry.contains('\n')) {
            return format!("{before} {} {close}", entries.join(", "));
        }
    }
    let line = format!("\n{}", " ".repeat(indentation));
    format!("{before}{line}  {}{line}{close}", entries.join(&format!(",{line}  ")))
}

#[allow(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "there are at most a hundred short entries"
)]
fn columns(mut entries: Vec<String>, indentation: usize, numeric: bool, cut: bool) -> Vec<String> {
    let rest = if cut { entries.pop() } else { None };
    let all = entries.len() + usize::from(rest.is_some());
    let widths: Vec<usize> = entries.iter().map(|entry| width(entry)).collect();
    let total: usize = widths.iter().map(|width| width + SEPARATOR).sum();
    let longest = widths.iter().copied().max().unwrap_or(0);
    let cell = longest + SEPARATOR;
    // Entries of very different length stand on lines of their own.
    let even = total as f64 / cell as f64 > 5.0 || longest <= 6;
    let mut count = 1;
    if cell * 3 + indentation < BREAK && even {
        // Aims at a square, for characters that are 2.5 times as high as wide.
        let bias = (cell as f64 - total as f64 / all as f64).sqrt();
        let biased = (cell as f64 - 3.0 - bias).max(1.0);
        let square = ((2.5 * biased * entries.len() as f64).sqrt() / biased).round() as usize;
        count = square.min((BREAK - indentation) / cell).min(COMPACT * 4).min(15);
    }
    if count <= 1 {
        entries.extend(rest);
        return entries;
    }
    let cells: Vec<usize> = (0..count)
        .map(|column| {
            let longest = widths.iter().skip(column).step_by(count).max();
            longest.copied().unwrap_or(0) + SEPARATOR
        })
        .collect();
    let mut lines = Vec::with_capacity(entries.len() / count + 2);
    for row in entries.chunks(count) {
        let mut line = String::new();
        for (column, entry) in row.iter().enumerate() {
            let last = column + 1 == row.len();
            let text = if last { entry.clone() } else { format!("{entry}, ") };
            let cell = if last { cells[column] - SEPARATOR } else { cells[column] };
            let padding = " ".repeat(cell.saturating_sub(width(&text)));
            match (numeric, last) {
                (true, _) => line.extend([padding.as_str(), text.as_str()]),
                (false, true) => line.push_str(&text),
                (false, false) => line.extend([text.as_str(), padding.as_str()]),
            }
        }
        lines.push(line);
    }
    lines.extend(rest);
    lines
}
