//! The percent-encode sets of the URL standard.

use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

pub const CONTROL: &AsciiSet = CONTROLS;
pub const FRAGMENT: &AsciiSet = &CONTROLS.add(b' ').add(b'"').add(b'<').add(b'>').add(b'`');
pub const QUERY: &AsciiSet = &CONTROLS.add(b' ').add(b'"').add(b'#').add(b'<').add(b'>');
pub const SPECIAL_QUERY: &AsciiSet = &QUERY.add(b'\'');
pub const PATH: &AsciiSet = &QUERY.add(b'?').add(b'^').add(b'`').add(b'{').add(b'}');
pub const USER_INFO: &AsciiSet = &PATH
    .add(b'/')
    .add(b':')
    .add(b';')
    .add(b'=')
    .add(b'@')
    .add(b'[')
    .add(b'\\')
    .add(b']')
    .add(b'|');

pub fn push(text: &str, set: &'static AsciiSet, into: &mut String) {
    into.extend(utf8_percent_encode(text, set));
}

pub fn encoded(text: &str, set: &'static AsciiSet) -> String {
    utf8_percent_encode(text, set).to_string()
}
