//! One credential, and where it may go.

use std::fmt;

use url::Url;

use super::destination::Destination;
use super::error::NetworkError;

/// A credential that the host puts into requests to some destinations.
///
/// A worker has a *placeholder*, a text that it uses like the credential:
/// ``fetch(url, { headers: { authorization: `Bearer ${env.API_KEY}` } })``. The host puts the
/// value in its place if the request goes to one of the secret's destinations. A header that
/// names the placeholder is removed from every other request, and the audit record says so. The
/// value is replaced by the placeholder in responses: in the status text, in headers and in the
/// body, as it is and in its percent-encoded, JSON and Base64 forms.
///
/// A destination is trusted with the value: whoever returns it in another form, such as
/// reversed, encrypted or byte by byte, gives it to the worker.
#[derive(Clone)]
pub struct Secret {
    pub(super) name: String,
    pub(super) value: String,
    pub(super) placeholder: String,
    pub(super) to: Vec<Destination>,
    pub(super) in_headers: bool,
    pub(super) in_url: bool,
    pub(super) in_body: bool,
}

impl Secret {
    /// The shortest value in bytes. A shorter one would be found in responses by accident.
    pub const MIN_BYTES: usize = 8;
    /// The longest value in bytes.
    pub const MAX_BYTES: usize = 1024;
    /// The most secrets of one policy.
    pub const MAX_SECRETS: usize = 64;

    /// Creates a secret that is put into the headers of requests to `destination`.
    ///
    /// The name consists of ASCII letters, digits and `_`. The value consists of
    /// [`MIN_BYTES`](Self::MIN_BYTES) to [`MAX_BYTES`](Self::MAX_BYTES) printable characters of
    /// ASCII. [`Network::new`](super::Network::new) checks both. The placeholder is
    /// `isolet.secret.NAME.`.
    pub fn new(
        name: impl Into<String>,
        value: impl Into<String>,
        destination: Destination,
    ) -> Self {
        let name = name.into();
        let placeholder = format!("isolet.secret.{name}.");
        Self {
            name,
            value: value.into(),
            placeholder,
            to: vec![destination],
            in_headers: true,
            in_url: false,
            in_body: false,
        }
    }

    /// Adds a destination.
    #[must_use]
    pub fn to(mut self, destination: Destination) -> Self {
        self.to.push(destination);
        self
    }

    /// Decides whether headers may hold the secret, also inside the Base64 of
    /// `Authorization: Basic`. Default: true.
    #[must_use]
    pub fn in_headers(mut self, allowed: bool) -> Self {
        self.in_headers = allowed;
        self
    }

    /// Decides whether the path and the query of a URL may hold the secret, which is
    /// percent-encoded there. Servers write URLs to logs. Default: false, and the placeholder
    /// is sent as it is.
    #[must_use]
    pub fn in_url(mut self, allowed: bool) -> Self {
        self.in_url = allowed;
        self
    }

    /// Decides whether bodies of requests may hold the secret, as it is. Default: false, and
    /// the placeholder is sent as it is.
    #[must_use]
    pub fn in_body(mut self, allowed: bool) -> Self {
        self.in_body = allowed;
        self
    }

    /// Sets the placeholder, such as a text in the form of the key that a client library
    /// expects. It consists of 16 to 256 letters, digits, `-`, `.`, `_` and `~`, and no
    /// placeholder contains another.
    #[must_use]
    pub fn placeholder(mut self, text: impl Into<String>) -> Self {
        self.placeholder = text.into();
        self
    }

    pub(super) fn goes_to(&self, url: &Url) -> bool {
        self.to.iter().any(|destination| destination.admits(url))
    }

    pub(super) fn check(&self) -> Result<(), NetworkError> {
        let error = |problem| NetworkError::Secret { name: self.name.clone(), problem };
        let word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
        if self.name.is_empty() || self.name.len() > 64 || !self.name.bytes().all(word) {
            return Err(error("its name is not 1 to 64 letters, digits and _"));
        }
        if !(Self::MIN_BYTES..=Self::MAX_BYTES).contains(&self.value.len()) {
            return Err(error("its value does not have 8 to 1024 bytes"));
        }
        let printable = self.value.bytes().all(|byte| matches!(byte, b' '..=b'~'));
        if !printable || self.value.trim() != self.value {
            return Err(error(
                "its value is not printable ASCII without spaces at the beginning and the end",
            ));
        }
        let unreserved = |byte: u8| word(byte) || matches!(byte, b'-' | b'.' | b'~');
        if !(16..=256).contains(&self.placeholder.len())
            || !self.placeholder.bytes().all(unreserved)
        {
            return Err(error(
                "its placeholder is not 16 to 256 letters, digits and characters of -._~",
            ));
        }
        if self.placeholder.contains(&self.value) {
            return Err(error("its placeholder contains its value"));
        }
        Ok(())
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Secret")
            .field("name", &self.name)
            .field("to", &self.to)
            .finish_non_exhaustive()
    }
}
