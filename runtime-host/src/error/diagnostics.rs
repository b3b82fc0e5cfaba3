//! Messages for people that show where in a source something went wrong.

/// Returns a message, where it happened, the line, and a mark below the column.
pub(crate) fn point_at(message: &str, name: &str, source: &str, line: u32, column: u32) -> String {
    let message: String = message.chars().filter(|c| !c.is_control()).collect();
    format!("{message}\n  at {name}:{line}:{column}\n{}", frame(source, line, column))
}

/// Returns a line of a source, and a mark below the column.
pub(crate) fn frame(source: &str, line: u32, column: u32) -> String {
    /// The most characters of a line that are shown. Minified code has lines of
    /// megabytes.
    const WIDTH: usize = 160;
    let text = source.lines().nth(line.saturating_sub(1) as usize).unwrap_or("");
    let column_index = column.saturating_sub(1) as usize;
    let start = column_index.saturating_sub(WIDTH / 2);
    let shown: String = text
        .chars()
        .skip(start)
        .take(WIDTH)
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    let mark = " ".repeat(column_index - start);
    format!("  {shown}\n  {mark}^")
}
