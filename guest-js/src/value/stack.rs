//! The `stack` of errors: the engine has the name and the message above the frames, as
//! V8 does, and messages have the frames alone.

/// How each frame begins.
const FRAME: &str = "    at ";

/// What stands above the frames of an error.
pub fn header(name: &str, message: &str) -> String {
    let colon = if name.is_empty() || message.is_empty() { "" } else { ": " };
    format!("{name}{colon}{message}\n")
}

/// The frames of a backtrace of the engine's, which may have no header.
pub fn frames(stack: &str) -> &str {
    if stack.starts_with(FRAME) {
        return stack;
    }
    stack.find(&format!("\n{FRAME}")).map_or("", |at| &stack[at + 1..])
}

/// The same without the header that an error of that name and message gets; all of it
/// if it has another.
pub fn below_header<'a>(stack: &'a str, name: &str, message: &str) -> &'a str {
    match stack.strip_prefix(&header(name, message)) {
        Some(frames) if frames.is_empty() || frames.starts_with(FRAME) => frames,
        _ => stack,
    }
}

/// With a header, if it is of frames alone.
pub fn with_header(stack: &str, name: &str, message: &str) -> Option<String> {
    stack.starts_with(FRAME).then(|| header(name, message) + stack)
}
