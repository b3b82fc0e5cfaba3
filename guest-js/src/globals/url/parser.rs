//! The parser of the URL standard. Its states are the functions, which read on from the place
//! where the one before has stopped.

use std::borrow::Cow;

use super::encode_sets::{self, CONTROL, FRAGMENT, PATH, QUERY, SPECIAL_QUERY, USER_INFO};
use super::record::{Path, Url, default_port, is_special};

/// Parses a URL. Returns `None` if it is invalid.
pub fn parse(input: &str, base: Option<&Url>) -> Option<Url> {
    let trimmed = input.trim_matches(|char: char| char <= ' ');
    let text = without_breaks(trimmed);
    let mut parser = Parser { rest: &text, base, url: Url::default(), sets: false };
    parser.start()?;
    Some(parser.url)
}

/// Sets a part of a URL, which is named as the property of `URL`. Returns `None` if the value is
/// invalid. Some parts of the value may be set even so.
pub fn set(url: &mut Url, part: &str, value: &str) -> Option<()> {
    match part {
        "href" => *url = parse(value, None)?,
        "username" if !url.is_bare() => url.username = encode_sets::encoded(value, USER_INFO),
        "password" if !url.is_bare() => url.password = encode_sets::encoded(value, USER_INFO),
        "port" if !url.is_bare() && value.is_empty() => url.port = None,
        "search" => {
            let text = without_breaks(value.strip_prefix('?').unwrap_or(value));
            let query = |url: &Url| encoded_query(&text, url.is_special());
            url.query = (!value.is_empty()).then(|| query(url));
        }
        "hash" => {
            let text = without_breaks(value.strip_prefix('#').unwrap_or(value));
            url.fragment = (!value.is_empty()).then(|| encode_sets::encoded(&text, FRAGMENT));
        }
        _ => {
            let text = without_breaks(value);
            let mut parser =
                Parser { rest: &text, base: None, url: std::mem::take(url), sets: true };
            let done = parser.set(part);
            *url = parser.url;
            return done;
        }
    }
    Some(())
}

/// Removes tabs and line breaks, which may be anywhere in a URL.
fn without_breaks(text: &str) -> Cow<'_, str> {
    let is_break = |char: char| matches!(char, '\t' | '\n' | '\r');
    if text.contains(is_break) { text.replace(is_break, "").into() } else { text.into() }
}

fn encoded_query(text: &str, is_special: bool) -> String {
    encode_sets::encoded(text, if is_special { SPECIAL_QUERY } else { QUERY })
}

fn is_drive(text: &str) -> bool {
    matches!(text.as_bytes(), [letter, b':' | b'|'] if letter.is_ascii_alphabetic())
}

/// Returns true if a path begins with a drive letter.
fn begins_with_drive(text: &str) -> bool {
    text.get(..2).is_some_and(is_drive)
        && matches!(text.as_bytes().get(2), None | Some(b'/' | b'\\' | b'?' | b'#'))
}

fn is_one_dot(segment: &str) -> bool {
    segment == "." || segment.eq_ignore_ascii_case("%2e")
}

fn is_two_dots(segment: &str) -> bool {
    matches!(segment.len(), 2 | 4 | 6)
        && matches!(segment.to_ascii_lowercase().as_str(), ".." | ".%2e" | "%2e." | "%2e%2e")
}

struct Parser<'a> {
    /// The input that has not been read yet.
    rest: &'a str,
    base: Option<&'a Url>,
    url: Url,
    /// True if only a part of the URL is set.
    sets: bool,
}

impl<'a> Parser<'a> {
    fn next(&self) -> Option<u8> {
        self.rest.as_bytes().first().copied()
    }

    /// Reads a character if it is the next.
    fn take(&mut self, char: char) -> bool {
        let after = self.rest.strip_prefix(char);
        self.rest = after.unwrap_or(self.rest);
        after.is_some()
    }

    fn take_slash(&mut self) -> bool {
        self.take('/') || self.url.is_special() && self.take('\\')
    }

    /// Reads up to the first character for which `ends` is true.
    fn until(&mut self, ends: impl FnMut(char) -> bool) -> &'a str {
        let at = self.rest.find(ends).unwrap_or(self.rest.len());
        let (text, rest) = self.rest.split_at(at);
        self.rest = rest;
        text
    }

    fn set(&mut self, part: &str) -> Option<()> {
        match part {
            "protocol" => self.set_scheme(),
            "host" | "hostname" if !self.url.path.is_opaque() => match self.url.scheme.as_str() {
                "file" => self.file_host(),
                _ => self.host(part == "hostname"),
            },
            "port" if !self.url.is_bare() => self.port(),
            "pathname" if !self.url.path.is_opaque() => {
                self.url.path = Path::default();
                self.path_start()
            }
            _ => None,
        }
    }

    /// Reads a scheme and the colon after it.
    fn scheme(&mut self) -> Option<String> {
        let end = self.rest.find(':')?;
        let (scheme, rest) = self.rest.split_at(end);
        let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte);
        let is_valid = scheme.starts_with(|first: char| first.is_ascii_alphabetic())
            && scheme.bytes().all(fits);
        if !is_valid {
            return None;
        }
        self.rest = rest.strip_prefix(':')?;
        Some(scheme.to_ascii_lowercase())
    }

    fn set_scheme(&mut self) -> Option<()> {
        let url = &self.url;
        let text = format!("{}:", self.rest);
        let mut parser = Parser { rest: &text, base: None, url: Url::default(), sets: true };
        let scheme = parser.scheme()?;
        let is_refused = is_special(&scheme) != url.is_special()
            || scheme == "file" && (url.has_credentials() || url.port.is_some())
            || url.scheme == "file" && url.host.as_ref().is_none_or(String::is_empty);
        if is_refused {
            return None;
        }
        if self.url.port == default_port(&scheme) {
            self.url.port = None;
        }
        self.url.scheme = scheme;
        Some(())
    }

    fn start(&mut self) -> Option<()> {
        let Some(scheme) = self.scheme() else { return self.no_scheme() };
        self.url.scheme = scheme;
        if self.url.scheme == "file" {
            return self.file();
        }
        if self.url.is_special() {
            let is_same = self.base.is_some_and(|base| base.scheme == self.url.scheme);
            if is_same && !self.rest.starts_with("//") {
                return self.relative();
            }
            return self.special_authority();
        }
        if self.take('/') {
            return if self.take('/') { self.authority() } else { self.path() };
        }
        self.opaque_path()
    }

    fn no_scheme(&mut self) -> Option<()> {
        let base = self.base?;
        if base.path.is_opaque() {
            if !self.take('#') {
                return None;
            }
            self.url = Url { fragment: None, ..base.clone() };
            return self.fragment();
        }
        self.url.scheme.clone_from(&base.scheme);
        if base.scheme == "file" { self.file() } else { self.relative() }
    }

    fn special_authority(&mut self) -> Option<()> {
        self.rest = self.rest.trim_start_matches(['/', '\\']);
        self.authority()
    }

    fn relative(&mut self) -> Option<()> {
        let base = self.base?;
        if self.take_slash() {
            if self.url.is_special() && self.take_slash() {
                return self.special_authority();
            }
            if self.take('/') {
                return self.authority();
            }
            self.url = Url { path: Path::default(), query: None, fragment: None, ..base.clone() };
            return self.path();
        }
        self.url = Url { fragment: None, ..base.clone() };
        self.relative_path(true)
    }

    /// Reads what follows a base URL, whose last segment may be replaced.
    fn relative_path(&mut self, keeps_path: bool) -> Option<()> {
        match self.next() {
            None => Some(()),
            Some(b'?' | b'#') => self.after_path(),
            Some(_) => {
                self.url.query = None;
                if keeps_path {
                    self.url.shorten();
                } else {
                    self.url.path = Path::default();
                }
                self.path()
            }
        }
    }

    fn authority(&mut self) -> Option<()> {
        let is_special = self.url.is_special();
        let ends = |char| matches!(char, '/' | '?' | '#') || is_special && char == '\\';
        let end = self.rest.find(ends).unwrap_or(self.rest.len());
        if let Some(at) = self.rest.get(..end)?.rfind('@') {
            let credentials = self.rest.get(..at)?;
            self.rest = self.rest.get(at + 1..)?;
            if at + 1 == end {
                return None;
            }
            let (name, password) = credentials.split_once(':').unwrap_or((credentials, ""));
            encode_sets::push(name, USER_INFO, &mut self.url.username);
            encode_sets::push(password, USER_INFO, &mut self.url.password);
        }
        self.host(false)
    }

    fn host(&mut self, is_hostname: bool) -> Option<()> {
        let is_special = self.url.is_special();
        let mut bracketed = false;
        let text = self.until(|char| {
            match char {
                '[' => bracketed = true,
                ']' => bracketed = false,
                _ => {}
            }
            matches!(char, '/' | '?' | '#')
                || is_special && char == '\\'
                || char == ':' && !bracketed
        });
        if self.next() == Some(b':') {
            if text.is_empty() || is_hostname {
                return None;
            }
            self.url.set_host(text)?;
            self.take(':');
            return self.port();
        }
        let loses = self.sets && (self.url.has_credentials() || self.url.port.is_some());
        if text.is_empty() && (is_special || loses) {
            return None;
        }
        self.url.set_host(text)?;
        if self.sets { Some(()) } else { self.path_start() }
    }

    fn port(&mut self) -> Option<()> {
        let digits = self.until(|char| !char.is_ascii_digit());
        let is_special = self.url.is_special();
        let ends = matches!(self.next(), None | Some(b'/' | b'?' | b'#'))
            || is_special && self.next() == Some(b'\\');
        if !ends && !self.sets {
            return None;
        }
        if !digits.is_empty() {
            let number = digits.trim_start_matches('0');
            let port = if number.is_empty() { 0 } else { number.parse().ok()? };
            self.url.port = Some(port).filter(|_| default_port(&self.url.scheme) != Some(port));
        }
        if self.sets {
            return (!digits.is_empty()).then_some(());
        }
        self.path_start()
    }

    fn file(&mut self) -> Option<()> {
        self.url.host = Some(String::new());
        let base = self.base.filter(|base| base.scheme == "file");
        if self.take_slash() {
            if self.take_slash() {
                return self.file_host();
            }
            if let Some(base) = base {
                self.url.host.clone_from(&base.host);
                if let Some(drive) = base.path.drive().filter(|_| !begins_with_drive(self.rest)) {
                    self.url.path.push(drive);
                }
            }
            return self.path();
        }
        let Some(base) = base else { return self.path() };
        self.url.host.clone_from(&base.host);
        self.url.path = base.path.clone();
        self.url.query.clone_from(&base.query);
        let keeps_path = !begins_with_drive(self.rest);
        self.relative_path(keeps_path)
    }

    fn file_host(&mut self) -> Option<()> {
        let all = self.rest;
        let text = self.until(|char| matches!(char, '/' | '\\' | '?' | '#'));
        if !self.sets && is_drive(text) {
            self.rest = all;
            return self.path();
        }
        if text.is_empty() {
            self.url.host = Some(String::new());
        } else {
            self.url.set_host(text)?;
            if self.url.host.as_deref() == Some("localhost") {
                self.url.host = Some(String::new());
            }
        }
        if self.sets { Some(()) } else { self.path_start() }
    }

    fn path_start(&mut self) -> Option<()> {
        if self.url.is_special() {
            self.take_slash();
            return self.path();
        }
        match self.next() {
            Some(b'?' | b'#') if !self.sets => self.after_path(),
            Some(_) => {
                self.take('/');
                self.path()
            }
            None => {
                if self.sets && self.url.host.is_none() {
                    self.url.path.push("");
                }
                Some(())
            }
        }
    }

    /// Reads segments. The slash before the first one was read already, if there was one.
    fn path(&mut self) -> Option<()> {
        let (is_special, sets) = (self.url.is_special(), self.sets);
        let mut segment = String::new();
        loop {
            let text = self.until(|char| match char {
                '/' => true,
                '\\' => is_special,
                '?' | '#' => !sets,
                _ => false,
            });
            segment.clear();
            encode_sets::push(text, PATH, &mut segment);
            let continues = self.take_slash();
            if is_two_dots(&segment) {
                self.url.shorten();
                if !continues {
                    self.url.path.push("");
                }
            } else if is_one_dot(&segment) {
                if !continues {
                    self.url.path.push("");
                }
            } else {
                let is_first = self.url.path.as_str().is_empty();
                if self.url.scheme == "file" && is_first && is_drive(&segment) {
                    segment.replace_range(1.., ":");
                }
                self.url.path.push(&segment);
            }
            if !continues {
                return self.after_path();
            }
        }
    }

    fn opaque_path(&mut self) -> Option<()> {
        let text = self.until(|char| matches!(char, '?' | '#'));
        // A space at the end would be lost if what follows is removed.
        let kept = text.strip_suffix(' ').filter(|_| self.next().is_some());
        let mut path = encode_sets::encoded(kept.unwrap_or(text), CONTROL);
        if kept.is_some() {
            path.push_str("%20");
        }
        self.url.path = Path::Opaque(path);
        self.after_path()
    }

    /// Reads the query and the fragment, if there are any.
    fn after_path(&mut self) -> Option<()> {
        if self.take('?') {
            let text = self.until(|char| char == '#');
            self.url.query = Some(encoded_query(text, self.url.is_special()));
        }
        if self.take('#') { self.fragment() } else { Some(()) }
    }

    fn fragment(&mut self) -> Option<()> {
        self.url.fragment = Some(encode_sets::encoded(self.rest, FRAGMENT));
        Some(())
    }
}
