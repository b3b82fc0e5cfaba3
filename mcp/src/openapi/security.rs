//! Credentials, which stay in the host.

use std::collections::BTreeMap;
use std::fmt;

use aho_corasick::AhoCorasick;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use isolet::{Destination, NetworkPolicy, Secret};
use serde_json::{Map, Value};

use super::document::{Document, text};
use super::operation::Draft;
use crate::config::{Api as Config, capitals};
use crate::text::line;

/// The most bytes of a credential.
const MAX_BYTES: usize = 8 << 10;
/// The name of the credential that is not one of the document's.
const BEARER: &str = "bearer";
/// The text that programs see in place of a credential.
const SHOWN: &str = "[secret]";

/// The credentials of a document. Requests hold placeholders, and the network puts the values in
/// their places.
#[derive(Default)]
pub(super) struct Credentials {
    schemes: BTreeMap<String, Credential>,
    bearer: Option<Credential>,
    /// The texts that stand for values. They are random, so that no program guesses them.
    placeholders: Vec<String>,
    /// Finds all of them at once.
    finder: Option<AhoCorasick>,
}

/// A credential, with a placeholder for its value.
struct Credential {
    place: Place,
    name: String,
    value: String,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Header,
    Query,
    Cookie,
}

/// The schemes that an operation uses.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Security {
    pub(super) schemes: Vec<String>,
    /// The schemes that it needs and that have no credential.
    missing: Vec<String>,
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.schemes.keys()).finish()
    }
}

impl Credentials {
    /// Takes the credentials of a configuration, and adds their values to a policy as secrets for
    /// one destination.
    ///
    /// Errors if a credential is for no scheme of the document, or cannot be sent.
    pub(super) fn new(
        document: &Document,
        config: &Config,
        destination: &Destination,
        policy: &mut NetworkPolicy,
    ) -> Result<Self, String> {
        let mut credentials = Self::default();
        let mut values: BTreeMap<&str, &str> = BTreeMap::new();
        for name in schemes(document) {
            if let Some(value) = config.found.get(&capitals(name)) {
                values.insert(name, value);
            }
        }
        values.extend(config.credentials.iter().map(|(name, value)| (&**name, &**value)));
        for (name, value) in values {
            let scheme = document.component("securitySchemes", name);
            let scheme = scheme.ok_or_else(|| no_scheme(document, name))?;
            let mut store = Store { credentials: &mut credentials, destination, policy, name };
            let credential = store.credential(scheme, value)?;
            credentials.schemes.insert(name.to_owned(), credential);
        }
        let found = config.found.get("BEARER").filter(|_| credentials.schemes.is_empty());
        if let Some(value) = config.bearer.as_ref().or(found) {
            let credentials = &mut credentials;
            let mut store = Store { credentials, destination, policy, name: BEARER };
            let credential = store.bearer(value)?;
            credentials.bearer = Some(credential);
        }
        if !credentials.placeholders.is_empty() {
            let finder = AhoCorasick::new(&credentials.placeholders);
            credentials.finder = Some(finder.map_err(|error| error.to_string())?);
        }
        Ok(credentials)
    }

    /// Returns the schemes that an operation uses: the first alternative whose credentials are all
    /// there.
    pub(super) fn security(&self, document: &Document, operation: &Map<String, Value>) -> Security {
        let source = operation.get("security").or_else(|| document.get("security"));
        let alternatives = source.and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        let names = |alternative: &Value| -> Vec<String> {
            alternative.as_object().into_iter().flat_map(|it| it.keys().cloned()).collect()
        };
        let mut alternatives: Vec<_> = alternatives.iter().map(names).collect();
        // A credential that is there is used, also if it may be left out.
        alternatives.sort_by_key(Vec::is_empty);
        let has_all = |names: &&Vec<String>| names.iter().all(|it| self.schemes.contains_key(it));
        match alternatives.iter().find(has_all) {
            Some(names) => Security { schemes: names.clone(), missing: Vec::new() },
            None => Security {
                schemes: Vec::new(),
                missing: alternatives.into_iter().next().unwrap_or_default(),
            },
        }
    }

    /// Returns true if a parameter is what a scheme of the operation sends.
    pub(super) fn has(&self, security: &Security, place: &str, name: &str) -> bool {
        let credentials = security.schemes.iter().filter_map(|scheme| self.schemes.get(scheme));
        credentials.into_iter().any(|credential| match credential.place {
            Place::Header => place == "header" && credential.name.eq_ignore_ascii_case(name),
            Place::Query => place == "query" && credential.name == name,
            Place::Cookie => place == "cookie" && credential.name == name,
        })
    }

    /// Adds the credentials of an operation to a request.
    ///
    /// Errors, for the program, if the request has one of its own.
    pub(super) fn add(&self, security: &Security, draft: &mut Draft) -> Result<(), String> {
        let is_placed = |text: &String| self.placeholders.iter().any(|it| text.contains(it));
        let is_pair = |(name, value): &(String, String)| is_placed(name) || is_placed(value);
        if is_placed(&draft.path)
            || draft.query.iter().chain(&draft.headers).any(is_pair)
            || draft.cookies.iter().any(is_placed)
        {
            return Err("an argument has a text that stands for a credential".to_owned());
        }
        let schemes = security.schemes.iter().filter_map(|scheme| self.schemes.get(scheme));
        for credential in schemes.chain(&self.bearer) {
            let Credential { place, name, value } = credential;
            let taken = || format!("{}: this is sent by the host", line(name, 64));
            let pair = (name.clone(), value.clone());
            match place {
                Place::Header => {
                    if draft.headers.iter().any(|(other, _)| other.eq_ignore_ascii_case(name)) {
                        // The token of the configuration steps back behind the document's.
                        if name.eq_ignore_ascii_case("authorization") {
                            continue;
                        }
                        return Err(taken());
                    }
                    draft.headers.push(pair);
                }
                Place::Query if draft.query.iter().any(|(other, _)| other == name) => {
                    return Err(taken());
                }
                Place::Query => draft.query.push(pair),
                Place::Cookie => draft.cookies.push(format!("{name}={value}")),
            }
        }
        Ok(())
    }

    /// Returns text of a server without placeholders.
    pub(super) fn removed_from(&self, text: String) -> String {
        match &self.finder {
            Some(finder) if finder.is_match(&text) => {
                finder.replace_all(&text, &vec![SHOWN; self.placeholders.len()])
            }
            _ => text,
        }
    }

    /// Returns text that was cut without placeholders, and without the beginning of one at its end.
    pub(super) fn removed_from_cut(&self, text: String) -> String {
        let mut text = self.removed_from(text);
        let longest = self.placeholders.iter().map(String::len).max().unwrap_or_default();
        let begins = |end: &str| self.placeholders.iter().any(|it| it.starts_with(end));
        let mut starts = text.len().saturating_sub(longest)..text.len();
        if let Some(start) = starts.find(|at| text.get(*at..).is_some_and(begins)) {
            text.truncate(start);
        }
        text
    }

    /// Returns bytes of a server without placeholders.
    pub(super) fn removed_from_bytes(&self, bytes: &[u8]) -> Vec<u8> {
        match &self.finder {
            Some(finder) => finder.replace_all_bytes(bytes, &vec![SHOWN; self.placeholders.len()]),
            None => bytes.to_vec(),
        }
    }

    /// Returns what is to be said about a refusal by the server, if credentials are missing.
    pub(super) fn hint(&self, security: &Security) -> Option<String> {
        let is_there = security.missing.is_empty() || self.bearer.is_some();
        let names = security.missing.iter().map(|name| line(name, 64));
        (!is_there).then(|| {
            let names = names.collect::<Vec<_>>().join(", ");
            format!("the host has no credential for {names}")
        })
    }
}

fn no_scheme(document: &Document, name: &str) -> String {
    let names: Vec<_> = schemes(document).take(20).map(|name| line(name, 64)).collect();
    format!(
        "the credential {}: the document has no such scheme (it has: {})",
        line(name, 64),
        names.join(", ")
    )
}

/// Returns the names of the schemes of a document.
fn schemes(document: &Document) -> impl Iterator<Item = &str> {
    let schemes = document.get("components").and_then(|it| it.get("securitySchemes"));
    schemes.and_then(Value::as_object).into_iter().flat_map(Map::keys).map(String::as_str)
}

/// Turns one value into a placeholder.
struct Store<'s> {
    credentials: &'s mut Credentials,
    destination: &'s Destination,
    policy: &'s mut NetworkPolicy,
    name: &'s str,
}

impl Store<'_> {
    fn credential(
        &mut self,
        scheme: &Map<String, Value>,
        value: &str,
    ) -> Result<Credential, String> {
        let kind = text(scheme, "scheme").unwrap_or_default().to_ascii_lowercase();
        match (text(scheme, "type"), kind.as_str()) {
            (Some("apiKey"), _) => self.key(scheme, value),
            (Some("http"), "basic") => self.basic(value),
            (Some("http"), "bearer") | (Some("oauth2" | "openIdConnect"), _) => self.bearer(value),
            _ => Err(self.error("its scheme is not supported")),
        }
    }

    fn key(&mut self, scheme: &Map<String, Value>, value: &str) -> Result<Credential, String> {
        let place = match text(scheme, "in") {
            Some("header") => Place::Header,
            Some("query") => Place::Query,
            Some("cookie") => Place::Cookie,
            _ => return Err(self.error("its place is not supported")),
        };
        let name = text(scheme, "name").unwrap_or_default();
        // No line break, separator or space.
        if http::HeaderName::from_bytes(name.as_bytes()).is_err() {
            return Err(self.error("its name cannot be sent"));
        }
        let value = self.secret(value, place == Place::Query)?;
        Ok(Credential { place, name: name.to_owned(), value })
    }

    fn bearer(&mut self, value: &str) -> Result<Credential, String> {
        let value = format!("Bearer {}", self.secret(value, false)?);
        Ok(Credential { place: Place::Header, name: "authorization".to_owned(), value })
    }

    /// The value is `user:password`.
    fn basic(&mut self, value: &str) -> Result<Credential, String> {
        let (user, password) =
            value.split_once(':').ok_or_else(|| self.error("write it as `user:password`"))?;
        let value = match (user, password) {
            // Some servers take a key in place of the user.
            (user, "") => format!("{}:", self.secret(user, false)?),
            (user, password) => format!("{user}:{}", self.secret(password, false)?),
        };
        let value = format!("Basic {}", STANDARD.encode(value));
        Ok(Credential { place: Place::Header, name: "authorization".to_owned(), value })
    }

    /// Adds a secret, and returns what stands for it. A long one is kept in parts.
    fn secret(&mut self, value: &str, in_url: bool) -> Result<String, String> {
        let is_printable = value.bytes().all(|byte| matches!(byte, b'!'..=b'~'));
        if !(Secret::MIN_BYTES..=MAX_BYTES).contains(&value.len()) || !is_printable {
            let text = "it must have 8 to 8192 characters of ASCII without spaces";
            return Err(self.error(text));
        }
        let parts = value.len().div_ceil(Secret::MAX_BYTES);
        let size = value.len().div_ceil(parts);
        let mut placeholders = String::new();
        // Each character is a byte.
        for start in (0..value.len()).step_by(size) {
            let part = value.get(start..value.len().min(start + size)).unwrap_or_default();
            let mut random = [0; 16];
            getrandom::fill(&mut random).map_err(|error| error.to_string())?;
            let random = format!("{:032x}", u128::from_ne_bytes(random));
            let placeholder = format!("isolet.secret.{random}.");
            let secret = Secret::new(format!("S{random}"), part, self.destination.clone())
                .in_headers(!in_url)
                .in_url(in_url)
                .placeholder(placeholder.as_str());
            *self.policy = std::mem::take(self.policy).secret(secret);
            placeholders.push_str(&placeholder);
            self.credentials.placeholders.push(placeholder);
        }
        Ok(placeholders)
    }

    fn error(&self, reason: &str) -> String {
        format!("the credential {}: {reason}", line(self.name, 64))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn document() -> Document {
        let schemes = json!({
            "key": {"type": "apiKey", "in": "query", "name": "api_key"},
            "cookie": {"type": "apiKey", "in": "cookie", "name": "sid"},
            "header": {"type": "apiKey", "in": "header", "name": "X-Key"},
            "injected": {"type": "apiKey", "in": "header", "name": "X-Key: 1\r\nX"},
            "basic": {"type": "http", "scheme": "Basic"},
            "token": {"type": "oauth2"},
            "digest": {"type": "http", "scheme": "digest"},
        });
        let document = json!({"openapi": "3.1.0", "components": {"securitySchemes": schemes},
            "security": [{}, {"token": []}]});
        Document::parse(&document.to_string()).unwrap()
    }

    fn credentials(list: &[(&str, &str)]) -> Result<Credentials, String> {
        let credentials = list.iter().map(|(name, value)| ((*name).into(), (*value).into()));
        let config = Config { credentials: credentials.collect(), ..Config::default() };
        let destination = "api.example".parse().unwrap();
        Credentials::new(&document(), &config, &destination, &mut NetworkPolicy::new())
    }

    #[test]
    fn requests_hold_placeholders() {
        let long = "x".repeat(3_000);
        let list = [
            ("key", "key-value-1"),
            ("cookie", "cookie-value"),
            ("header", &long),
            ("basic", "me:password"),
        ];
        let credentials = credentials(&list).unwrap();
        let names = list.map(|(name, _)| name.to_owned());
        let security = Security { schemes: names.into(), missing: Vec::new() };
        let mut draft = Draft::default();
        credentials.add(&security, &mut draft).unwrap();
        let shown = format!("{draft:?} {credentials:?}");
        for (_, value) in list {
            assert!(!shown.contains(&value[..8]), "{shown}");
        }
        assert_eq!((draft.query.len(), draft.headers.len(), draft.cookies.len()), (1, 2, 1));
        assert_eq!(credentials.placeholders.len(), 6);
        // A placeholder is no argument, and is not shown.
        let mut forged = Draft::default();
        forged.headers.push(("x".to_owned(), draft.query[0].1.clone()));
        credentials.add(&security, &mut forged).unwrap_err();
        let placeholder = draft.query[0].1.clone();
        assert_eq!(credentials.removed_from(placeholder.clone()), "[secret]");
        // A part of it is not shown either, where a text was cut, or within bytes that are no text.
        for end in 1..placeholder.len() {
            let cut = format!("é {placeholder} {}", &placeholder[..end]);
            assert_eq!(credentials.removed_from_cut(cut), "é [secret] ");
        }
        let whole = format!("x {placeholder}");
        assert_eq!(credentials.removed_from_cut(whole), "x [secret]");
        assert_eq!(credentials.removed_from_cut("no isolet?".to_owned()), "no isolet?");
        let bytes = [&b"\xff"[..], placeholder.as_bytes(), b"\xfe"].concat();
        assert_eq!(credentials.removed_from_bytes(&bytes), b"\xff[secret]\xfe");
        // A second value is refused.
        let mut second = Draft::default();
        second.query.push(("api_key".to_owned(), "mine".to_owned()));
        assert!(credentials.add(&security, &mut second).unwrap_err().contains("by the host"));
    }

    #[test]
    fn the_first_alternative_that_is_there_is_used() {
        let document = document();
        let credentials = credentials(&[("token", "12345678"), ("key", "12345678")]).unwrap();
        let security = |source: Value| {
            let operation = source.as_object().unwrap().clone();
            credentials.security(&document, &operation)
        };
        assert_eq!(security(json!({})).schemes, ["token"]);
        assert_eq!(security(json!({"security": []})), Security::default());
        let either = json!({"security": [{"basic": []}, {"key": [], "token": []}]});
        assert_eq!(security(either).schemes, ["key", "token"]);
        let none = security(json!({"security": [{"basic": []}]}));
        assert_eq!(credentials.hint(&none).unwrap(), "the host has no credential for basic");
    }

    #[test]
    fn wrong_credentials_name_their_scheme() {
        for (name, value, reason) in [
            ("none", "12345678", "the document has no such scheme (it has: key, "),
            ("key", "1234567", "it must have 8 to"),
            ("key", "12345678\r\nX: y", "it must have 8 to"),
            ("basic", "12345678", "write it as `user:password`"),
            ("digest", "12345678", "its scheme is not supported"),
            ("injected", "12345678", "its name cannot be sent"),
        ] {
            let error = credentials(&[(name, value)]).unwrap_err();
            assert!(error.contains(reason), "{error}");
            assert!(!error.contains("12345678"), "{error}");
        }
    }
}
