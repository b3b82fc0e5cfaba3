//! A URL as the URL standard keeps it.

use super::host;

/// A URL that was parsed. Each part is percent-encoded.
#[derive(Clone, Debug, Default)]
pub struct Url {
    pub scheme: String,
    pub username: String,
    pub password: String,
    /// The host as it is written. An empty one differs from none.
    pub host: Option<String>,
    /// `None` for the default port of the scheme.
    pub port: Option<u16>,
    pub path: Path,
    pub query: Option<String>,
    pub fragment: Option<String>,
}

#[derive(Clone, Debug)]
pub enum Path {
    Opaque(String),
    /// The segments, each after a slash.
    Segments(String),
}

impl Default for Path {
    fn default() -> Self {
        Self::Segments(String::new())
    }
}

impl Path {
    pub fn as_str(&self) -> &str {
        let (Self::Opaque(path) | Self::Segments(path)) = self;
        path
    }

    pub fn is_opaque(&self) -> bool {
        matches!(self, Self::Opaque(_))
    }

    /// Adds a segment.
    pub fn push(&mut self, segment: &str) {
        if let Self::Segments(path) = self {
            path.push('/');
            path.push_str(segment);
        }
    }

    /// Returns the first segment if it is a drive letter of Windows.
    pub fn drive(&self) -> Option<&str> {
        let first = self.as_str().strip_prefix('/')?.split('/').next()?;
        matches!(first.as_bytes(), [letter, b':'] if letter.is_ascii_alphabetic()).then_some(first)
    }
}

/// Returns true for a scheme that the standard treats specially.
pub fn is_special(scheme: &str) -> bool {
    default_port(scheme).is_some() || scheme == "file"
}

pub fn default_port(scheme: &str) -> Option<u16> {
    match scheme {
        "ftp" => Some(21),
        "http" | "ws" => Some(80),
        "https" | "wss" => Some(443),
        _ => None,
    }
}

impl Url {
    pub fn is_special(&self) -> bool {
        is_special(&self.scheme)
    }

    pub fn has_credentials(&self) -> bool {
        !self.username.is_empty() || !self.password.is_empty()
    }

    /// Returns true if the URL can have neither credentials nor a port.
    pub fn is_bare(&self) -> bool {
        self.host.as_ref().is_none_or(String::is_empty) || self.scheme == "file"
    }

    /// Removes the last segment of the path.
    pub fn shorten(&mut self) {
        let is_drive =
            self.path.drive().is_some_and(|drive| drive.len() + 1 == self.path.as_str().len());
        if self.scheme == "file" && is_drive {
            return;
        }
        if let Path::Segments(path) = &mut self.path {
            path.truncate(path.rfind('/').unwrap_or(0));
        }
    }

    pub fn href(&self) -> String {
        let mut href = format!("{}:", self.scheme);
        if self.host.is_some() {
            href.push_str("//");
            if self.has_credentials() {
                href.push_str(&self.username);
                if !self.password.is_empty() {
                    href.push(':');
                    href.push_str(&self.password);
                }
                href.push('@');
            }
            href.push_str(&self.host());
        } else if !self.path.is_opaque() && self.path.as_str().starts_with("//") {
            // Otherwise the path would be read as a host.
            href.push_str("/.");
        }
        href.push_str(self.path.as_str());
        if let Some(query) = &self.query {
            href.push('?');
            href.push_str(query);
        }
        if let Some(fragment) = &self.fragment {
            href.push('#');
            href.push_str(fragment);
        }
        href
    }

    /// Returns the host with its port.
    pub fn host(&self) -> String {
        let mut host = self.host.clone().unwrap_or_default();
        if let Some(port) = self.port {
            host.push_str(&format!(":{port}"));
        }
        host
    }

    pub fn origin(&self) -> String {
        const OPAQUE: &str = "null";
        match self.scheme.as_str() {
            "ftp" | "http" | "https" | "ws" | "wss" => format!("{}://{}", self.scheme, self.host()),
            "blob" => match super::parser::parse(self.path.as_str(), None) {
                Some(url) if matches!(url.scheme.as_str(), "http" | "https") => url.origin(),
                _ => OPAQUE.to_owned(),
            },
            _ => OPAQUE.to_owned(),
        }
    }

    /// Returns a part as the properties of `URL` show it.
    pub fn part(&self, name: &str) -> String {
        let after = |mark: char, text: &Option<String>| match text.as_deref() {
            None | Some("") => String::new(),
            Some(text) => format!("{mark}{text}"),
        };
        match name {
            "href" => self.href(),
            "origin" => self.origin(),
            "protocol" => format!("{}:", self.scheme),
            "username" => self.username.clone(),
            "password" => self.password.clone(),
            "host" => self.host(),
            "hostname" => self.host.clone().unwrap_or_default(),
            "port" => self.port.map(|port| port.to_string()).unwrap_or_default(),
            "pathname" => self.path.as_str().to_owned(),
            "search" => after('?', &self.query),
            "hash" => after('#', &self.fragment),
            _ => String::new(),
        }
    }

    /// Sets the host that a text means.
    pub fn set_host(&mut self, text: &str) -> Option<()> {
        self.host = Some(host::parse(text, self.is_special())?);
        Some(())
    }
}
