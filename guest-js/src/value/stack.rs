//! The `stack` of errors: the engine has the name and the message above the frames, as
//! V8 does, and messages have the frames alone.

/// How each frame begins.
const FRAME: &str = "    at ";

/// What stands above the frames of an error.
pub fn header(name: &str, message: &str) -> String {
    let colon = if name.is_empty() || message.is_empty() { "" } else { ": " };
    format!("{name}{colon}{message}")
}

/// The frames of a backtrace of the engine's for an error of that name and message: all of
/// it if it is no such thing, but a text that `Error.prepareStackTrace` has made.
pub fn frames<'a>(stack: &'a str, name: &str, message: &str) -> &'a str {
    let below = below_header(stack, name, message);
    if below.len() < stack.len() || stack.starts_with(FRAME) {
        return below;
    }
    // It had another name or message when it was made; frames may be in that too.
    let mut start = stack.len();
    for line in stack.split_inclusive('\n').rev().take_while(|line| line.starts_with(FRAME)) {
        start -= line.len();
    }
    if start < stack.len() { &stack[start..] } else { stack }
}

/// The same without the header that an error of that name and message gets; all of it
/// if it has another.
pub fn below_header<'a>(stack: &'a str, name: &str, message: &str) -> &'a str {
    match stack.strip_prefix(&header(name, message)) {
        Some("") => "",
        Some(rest) => rest.strip_prefix('\n').filter(|it| it.starts_with(FRAME)).unwrap_or(stack),
        None => stack,
    }
}

/// With a header, if it is of frames alone.
pub fn with_header(stack: &str, name: &str, message: &str) -> Option<String> {
    stack.starts_with(FRAME).then(|| header(name, message) + "\n" + stack)
}
