//! The `stack` of errors. The engine puts the name and the message above the frames, as V8
//! does. Messages hold only the frames.

/// The beginning of each frame.
const FRAME: &str = "    at ";

/// Returns the lines above the frames of an error.
pub fn header(name: &str, message: &str) -> String {
    let colon = if name.is_empty() || message.is_empty() { "" } else { ": " };
    format!("{name}{colon}{message}")
}

/// Returns the frames of the engine's backtrace for an error of that name and message. Returns
/// the whole text if it is not a backtrace, but was made by `Error.prepareStackTrace`.
pub fn frames<'a>(stack: &'a str, name: &str, message: &str) -> &'a str {
    let below = below_header(stack, name, message);
    if below.len() < stack.len() || stack.starts_with(FRAME) {
        return below;
    }
    // The error had another name or message when its stack was first read. That message may
    // also contain lines that look like frames.
    let mut start = stack.len();
    for line in stack.split_inclusive('\n').rev().take_while(|line| line.starts_with(FRAME)) {
        start -= line.len();
    }
    if start < stack.len() { &stack[start..] } else { stack }
}

/// Like [`frames`], but only removes the header that an error of that name and message gets.
/// Returns the whole text if the header is another one.
pub fn below_header<'a>(stack: &'a str, name: &str, message: &str) -> &'a str {
    match stack.strip_prefix(&header(name, message)) {
        Some("") => "",
        Some(rest) => rest.strip_prefix('\n').filter(|it| it.starts_with(FRAME)).unwrap_or(stack),
        None => stack,
    }
}

/// Adds a header, if the text consists of frames only.
pub fn with_header(stack: &str, name: &str, message: &str) -> Option<String> {
    stack.starts_with(FRAME).then(|| header(name, message) + "\n" + stack)
}
