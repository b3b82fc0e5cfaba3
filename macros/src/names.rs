//! Conversion of Rust names to JavaScript names.

/// Converts a name such as `post_message` to `postMessage`.
pub(crate) fn camel_case(name: &str) -> String {
    let mut words = name.split('_').filter(|word| !word.is_empty());
    let mut camel = words.next().unwrap_or(name).to_owned();
    for word in words {
        let mut chars = word.chars();
        camel.extend(chars.next().into_iter().flat_map(char::to_uppercase));
        camel.push_str(chars.as_str());
    }
    camel
}

pub(crate) fn is_identifier(name: &str) -> bool {
    let part = |char: char| char.is_alphanumeric() || char == '_' || char == '$';
    !name.is_empty() && !name.starts_with(char::is_numeric) && name.chars().all(part)
}
