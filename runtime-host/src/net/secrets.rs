//! Credentials are put into requests, by destination.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_PAD_INDIFFERENT};
use percent_encoding::{NON_ALPHANUMERIC, percent_encode};
use url::{Position, Url};

use super::error::NetworkError;
use super::forms;
use super::replace::Replacements;
use super::secret::Secret;

/// The names of the secrets of one request.
#[derive(Clone, Debug, Default)]
pub(super) struct Used {
    pub(super) sent: BTreeSet<String>,
    pub(super) withheld: BTreeSet<String>,
}

/// The error for a text that names a secret that may not be there.
struct Withheld;

/// All secrets of a network.
pub(super) struct Secrets {
    list: Vec<Secret>,
    placeholders: Replacements,
    /// Every form of every value, by the placeholder.
    forms: Arc<Replacements>,
}

impl Secrets {
    pub(super) fn new(list: Vec<Secret>) -> Result<Self, NetworkError> {
        if list.len() > Secret::MAX_SECRETS {
            return Err(NetworkError::TooManySecrets);
        }
        for (at, secret) in list.iter().enumerate() {
            secret.check()?;
            let error = |problem| NetworkError::Secret { name: secret.name.clone(), problem };
            for (_, other) in list.iter().enumerate().filter(|(place, _)| *place != at) {
                if other.name == secret.name {
                    return Err(error("another one has its name"));
                }
                let [own, other] = [&secret.placeholder, &other.placeholder]
                    .map(|placeholder| placeholder.to_ascii_lowercase());
                if own.contains(&other) {
                    return Err(error("its placeholder contains that of another one"));
                }
            }
        }
        let pairs = |secret: &Secret| {
            let by: Arc<[u8]> = secret.placeholder.as_bytes().into();
            let forms = forms::of(&secret.value).into_iter();
            forms.map(move |form| (form.into_bytes(), Arc::clone(&by))).collect::<Vec<_>>()
        };
        let forms = Replacements::new(list.iter().flat_map(pairs).collect());
        let placeholders = list.iter().map(|secret| {
            let text = secret.placeholder.as_bytes();
            (text.to_vec(), text.into())
        });
        let placeholders = Replacements::new(placeholders.collect());
        Ok(Self {
            placeholders: placeholders.map_err(|_| NetworkError::TooManySecrets)?,
            forms: Arc::new(forms.map_err(|_| NetworkError::TooManySecrets)?),
            list,
        })
    }

    pub(super) fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Returns names and placeholders.
    pub(super) fn names(&self) -> impl Iterator<Item = (&str, &str)> {
        self.list.iter().map(|secret| (secret.name.as_str(), secret.placeholder.as_str()))
    }

    /// Returns what replaces each form of a value in a response.
    pub(super) fn forms(&self) -> &Arc<Replacements> {
        &self.forms
    }

    /// Returns a text that a server had a part in, without secrets.
    pub(super) fn removed_from(&self, text: &str) -> String {
        self.forms.apply_to_text(text)
    }

    /// Returns the value of a header for a request to `url`, and whether it holds a secret.
    /// Returns `None` if it names a secret that may not go there.
    pub(super) fn header<'a>(
        &self,
        name: &str,
        value: &'a [u8],
        url: &Url,
        used: &mut Used,
    ) -> Option<(Cow<'a, [u8]>, bool)> {
        if name == "authorization"
            && let Some(replaced) = self.basic(value, url, used)
        {
            return replaced.ok().map(|value| (Cow::Owned(value), true));
        }
        let Some(found) = self.put(value, |secret| secret.in_headers && secret.goes_to(url), used)
        else {
            return Some((Cow::Borrowed(value), false));
        };
        found.ok().map(|value| (Cow::Owned(value), true))
    }

    /// Replaces placeholders inside the Base64 of `Basic` credentials. Returns `None` if there
    /// are none.
    fn basic(&self, value: &[u8], url: &Url, used: &mut Used) -> Option<Result<Vec<u8>, Withheld>> {
        let text = value.trim_ascii();
        let (scheme, encoded) = text.split_at_checked(6)?;
        if !scheme.eq_ignore_ascii_case(b"basic ") {
            return None;
        }
        let decoded = STANDARD_PAD_INDIFFERENT.decode(encoded.trim_ascii()).ok()?;
        let found = self.put(&decoded, |secret| secret.in_headers && secret.goes_to(url), used)?;
        Some(found.map(|decoded| format!("Basic {}", STANDARD.encode(decoded)).into_bytes()))
    }

    /// Replaces each placeholder by its value. Returns `None` if there is none, and an error if
    /// one of them may not be replaced.
    fn put(
        &self,
        text: &[u8],
        allowed: impl Fn(&Secret) -> bool,
        used: &mut Used,
    ) -> Option<Result<Vec<u8>, Withheld>> {
        let mut out = Vec::new();
        let mut at = 0;
        let (mut sent, mut withheld) = (BTreeSet::new(), BTreeSet::new());
        for (place, range) in self.placeholders.find(text) {
            let Some(secret) = self.list.get(place) else { continue };
            let names = if allowed(secret) { &mut sent } else { &mut withheld };
            names.insert(secret.name.clone());
            out.extend_from_slice(text.get(at..range.start).unwrap_or_default());
            out.extend_from_slice(secret.value.as_bytes());
            at = range.end;
        }
        if at == 0 {
            return None;
        }
        out.extend_from_slice(text.get(at..).unwrap_or_default());
        if withheld.is_empty() {
            used.sent.extend(sent);
            return Some(Ok(out));
        }
        // The text is not sent at all, so none of the secrets in it is.
        used.withheld.extend(sent.into_iter().chain(withheld));
        Some(Err(Withheld))
    }

    /// Returns the URL as it is sent, without a fragment.
    pub(super) fn url<'a>(&self, url: &'a Url, used: &mut Used) -> Cow<'a, str> {
        let whole = &url[..Position::AfterQuery];
        let (origin, rest) =
            (&url[..Position::BeforePath], &url[Position::BeforePath..Position::AfterQuery]);
        let mut out = String::from(origin);
        let mut at = 0;
        for (place, range) in self.placeholders.find(rest.as_bytes()) {
            let Some(secret) = self.list.get(place) else { continue };
            if !secret.in_url || !secret.goes_to(url) {
                used.withheld.insert(secret.name.clone());
                continue;
            }
            used.sent.insert(secret.name.clone());
            out.push_str(rest.get(at..range.start).unwrap_or_default());
            out.extend(percent_encode(secret.value.as_bytes(), NON_ALPHANUMERIC));
            at = range.end;
        }
        if at == 0 {
            return Cow::Borrowed(whole);
        }
        out.push_str(rest.get(at..).unwrap_or_default());
        Cow::Owned(out)
    }

    /// Returns what is replaced in a body that is sent to `url`, and the names of the secrets
    /// that it may hold.
    pub(super) fn body(&self, url: &Url) -> Option<(Arc<Replacements>, Vec<String>)> {
        let fitting = |secret: &&Secret| secret.in_body && secret.goes_to(url);
        let list: Vec<&Secret> = self.list.iter().filter(fitting).collect();
        if list.is_empty() {
            return None;
        }
        let names = list.iter().map(|secret| secret.name.clone()).collect();
        let pairs = list
            .iter()
            .map(|secret| (secret.placeholder.as_bytes().to_vec(), secret.value.as_bytes().into()));
        Replacements::new(pairs.collect()).ok().map(|all| (Arc::new(all), names))
    }
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(&self.list).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(name: &str, value: &str) -> Secret {
        Secret::new(name, value, "a.example".parse().unwrap())
    }

    fn secrets() -> Secrets {
        Secrets::new(vec![secret("A", "value-of-a").in_url(true), secret("B_1", "value of b")])
            .unwrap()
    }

    fn header(name: &str, value: &str, url: &str) -> (Option<String>, Used) {
        let mut used = Used::default();
        let url = url.parse().unwrap();
        let secrets = secrets();
        let value = secrets.header(name, value.as_bytes(), &url, &mut used);
        (value.map(|(value, _)| String::from_utf8(value.into_owned()).unwrap()), used)
    }

    #[test]
    fn headers_hold_secrets_for_their_destination_alone() {
        let both = "Bearer isolet.secret.A.:isolet.secret.B_1.";
        let (value, used) = header("authorization", both, "https://a.example/x");
        assert_eq!(value.as_deref(), Some("Bearer value-of-a:value of b"));
        assert_eq!((used.sent.len(), used.withheld.len()), (2, 0));
        for url in ["https://b.example", "http://a.example", "https://a.example:8443"] {
            let (value, used) = header("authorization", both, url);
            assert_eq!((value, used.sent.len(), used.withheld.len()), (None, 0, 2), "{url}");
        }
        let (value, used) = header("x", "isolet.secret.C. secret", "https://b.example");
        assert_eq!(value.as_deref(), Some("isolet.secret.C. secret"));
        assert!(used.withheld.is_empty());
    }

    #[test]
    fn basic_credentials_are_decoded() {
        let basic = |text: &str| format!("basic {}", STANDARD.encode(text));
        let given = basic("user:isolet.secret.A.");
        let (value, _) = header("authorization", &given, "https://a.example");
        assert_eq!(value, Some(format!("Basic {}", STANDARD.encode("user:value-of-a"))));
        assert_eq!(header("authorization", &given, "https://b.example").0, None);
        let other = basic("user:password");
        assert_eq!(header("authorization", &other, "https://b.example").0, Some(other));
        assert!(header("authorization", "Basic ?", "https://a.example").0.is_some());
    }

    #[test]
    fn urls_hold_secrets_that_may_be_there() {
        let sent = |url: &str| {
            let (url, mut used) = (url.parse().unwrap(), Used::default());
            let sent = secrets().url(&url, &mut used).into_owned();
            (sent, used.sent.len(), used.withheld.len())
        };
        let (url, to, held) = sent("https://a.example/isolet.secret.A./?k=isolet.secret.B_1.#x");
        assert_eq!(url, "https://a.example/value%2Dof%2Da/?k=isolet.secret.B_1.");
        assert_eq!((to, held), (1, 1));
        let (url, to, held) = sent("https://b.example/?k=isolet.secret.A.");
        assert_eq!((&*url, to, held), ("https://b.example/?k=isolet.secret.A.", 0, 1));
    }

    #[test]
    fn secrets_that_are_refused() {
        for (name, value) in [
            ("", "12345678"),
            ("A-B", "12345678"),
            ("A", "1234567"),
            ("A", "1234567\n"),
            ("A", " 12345678"),
            ("A", "12345678\r\nx: y"),
            ("A", "pässwörter"),
            ("A", &"x".repeat(1025)),
        ] {
            assert!(Secrets::new(vec![secret(name, value)]).is_err(), "{name} {value}");
        }
        let same = vec![secret("A", "12345678"), secret("A", "87654321")];
        assert!(Secrets::new(same).is_err());
        let within = secret("B", "12345678").placeholder("xx-isolet.secret.A.");
        assert!(Secrets::new(vec![secret("A", "12345678"), within]).is_err());
        assert!(Secrets::new(vec![secret("A", "12345678").placeholder("too-short")]).is_err());
        assert!(!format!("{:?}", secrets()).contains("value"));
    }
}
