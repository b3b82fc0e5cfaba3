//! Checks of the parts of requests and responses, without a parser.

mod plain_url;

/// The maximum length of a URL in bytes. A longer one is refused and not parsed.
pub const MAX_URL_BYTES: usize = 1 << 20;

/// Returns true if the text is a URL in its standard form, as [`plain_url::is_plain`] says, and not
/// too long.
pub fn is_plain_url(text: &str) -> bool {
    text.len() <= MAX_URL_BYTES && plain_url::is_plain(text)
}

/// Returns true for a token, such as a method or the name of a header.
pub fn is_token(text: &str) -> bool {
    let part = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    !text.is_empty() && text.bytes().all(part)
}

/// Returns true for the name of a header in lower case.
pub fn is_header_name(text: &str) -> bool {
    is_token(text) && !text.bytes().any(|byte| byte.is_ascii_uppercase())
}

/// Removes the whitespace around a header value, which is not part of it.
pub fn trim_header_value(text: &str) -> &str {
    text.trim_matches(['\t', '\n', '\r', ' '])
}

/// Returns true for the value of a header without whitespace around it.
pub fn is_header_value(text: &str) -> bool {
    let fits = |char: char| char <= '\u{ff}' && !matches!(char, '\0' | '\n' | '\r');
    text.chars().all(fits) && trim_header_value(text) == text
}

/// Returns true for the text beside a status.
pub fn is_status_text(text: &str) -> bool {
    let fits = |char: char| char == '\t' || matches!(char, ' '..='~' | '\u{80}'..='\u{ff}');
    text.chars().all(fits)
}
