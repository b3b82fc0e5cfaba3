//! The forms in which a secret may occur in a response.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use percent_encoding::{AsciiSet, CONTROLS, NON_ALPHANUMERIC, utf8_percent_encode};

/// The characters that `encodeURIComponent` encodes.
const COMPONENT: AsciiSet = NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'!')
    .remove(b'~')
    .remove(b'*')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')');

/// The characters that RFC 3986 does not leave as they are, as in `encodeURIComponent` of other languages.
const UNRESERVED: AsciiSet = NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// The characters that a form encodes, except for the space.
const FORM: AsciiSet =
    NON_ALPHANUMERIC.remove(b'*').remove(b'-').remove(b'.').remove(b'_').remove(b' ');

/// The characters that the standard of URLs encodes in a query, and in a path.
const QUERY: AsciiSet = CONTROLS.add(b' ').add(b'"').add(b'#').add(b'<').add(b'>').add(b'\'');
const PATH: AsciiSet = QUERY.remove(b'\'').add(b'?').add(b'^').add(b'`').add(b'{').add(b'}');

/// Returns the forms of a secret: as it is, percent-encoded, in JSON, and in Base64. Forms that
/// differ only in the case of hexadecimal digits are one.
pub(super) fn of(secret: &str) -> BTreeSet<String> {
    let mut forms = BTreeSet::from([secret.to_owned()]);
    for set in [NON_ALPHANUMERIC, &COMPONENT, &UNRESERVED, &QUERY, &PATH] {
        forms.insert(utf8_percent_encode(secret, set).to_string());
    }
    forms.insert(utf8_percent_encode(secret, &FORM).to_string().replace(' ', "+"));
    for slash in [false, true] {
        for tags in [false, true] {
            for quotes in [false, true] {
                forms.insert(json(secret, slash, tags, quotes));
            }
        }
    }
    for before in 0..3 {
        forms.extend(base64(secret.as_bytes(), before));
    }
    forms
}

/// Returns a secret as it stands in a JSON text. Some encoders escape the slash, the characters
/// of tags, or quotes by their numbers.
fn json(secret: &str, slash: bool, tags: bool, quotes: bool) -> String {
    let mut text = String::with_capacity(secret.len());
    for char in secret.chars() {
        match char {
            '"' | '\'' if quotes => {
                let _ = write!(text, "\\u{:04x}", u32::from(char));
            }
            '"' | '\\' => text.extend(['\\', char]),
            '/' if slash => text.push_str("\\/"),
            '<' | '>' | '&' | '+' if tags => {
                let _ = write!(text, "\\u{:04x}", u32::from(char));
            }
            _ => text.push(char),
        }
    }
    text
}

/// Returns the characters of Base64 that a secret alone decides, if `before` bytes precede it in
/// its group of three.
fn base64(secret: &[u8], before: usize) -> [String; 2] {
    let mut bytes = vec![0; before];
    bytes.extend_from_slice(secret);
    let (first, end) = ((before * 8).div_ceil(6), bytes.len() * 8 / 6);
    [STANDARD_NO_PAD.encode(&bytes), URL_SAFE_NO_PAD.encode(&bytes)]
        .map(|text| text.get(first..end).unwrap_or_default().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "sk/live+\"Q<7>?~=&'x\\ y";

    #[test]
    fn every_encoding_is_among_the_forms() {
        let forms = of(SECRET);
        for form in [
            SECRET,
            "sk%2Flive%2B%22Q%3C7%3E%3F~%3D%26'x%5C%20y",
            "sk%2Flive%2B%22Q%3C7%3E%3F%7E%3D%26%27x%5C+y",
            r#"sk/live+\"Q<7>?~=&'x\\ y"#,
            r#"sk\/live+\"Q<7>?~=&'x\\ y"#,
            r#"sk/live\u002b\"Q\u003c7\u003e?~=\u0026'x\\ y"#,
        ] {
            assert!(forms.contains(form), "{form} is not in {forms:?}");
        }
        assert!(forms.contains(serde_json_text(SECRET).trim_matches('"')));
        assert!(forms.iter().all(|form| form.len() >= 8), "{forms:?}");
    }

    fn serde_json_text(text: &str) -> String {
        isolet_wire::Value::from_serialize(text).unwrap().to_json()
    }

    #[test]
    fn base64_is_found_wherever_it_begins() {
        for length in 8..40 {
            let secret: String = SECRET.repeat(2).chars().take(length).collect();
            let forms = of(&secret);
            for before in 0..7 {
                for after in 0..4 {
                    let whole =
                        [&b"\xff".repeat(before), secret.as_bytes(), &b"\xff".repeat(after)];
                    let whole = whole.concat();
                    for text in [STANDARD_NO_PAD.encode(&whole), URL_SAFE_NO_PAD.encode(&whole)] {
                        let found = forms.iter().any(|form| text.contains(form.as_str()));
                        assert!(found, "{length} {before} {after}");
                    }
                }
            }
        }
    }
}
