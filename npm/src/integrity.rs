//! Digests of archives.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha512};

/// The SHA-512 digest of an archive.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Integrity([u8; 64]);

impl Integrity {
    pub(crate) fn of(bytes: &[u8]) -> Self {
        Self(Sha512::digest(bytes).into())
    }

    /// Parses subresource integrity. Of several digests, the first one of SHA-512 counts.
    ///
    /// Returns `None` if there is no valid one: the others are too weak.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let digest = |hash: &str| {
            let encoded = hash.strip_prefix("sha512-")?.split('?').next()?;
            if encoded.len() > 88 {
                return None;
            }
            STANDARD.decode(encoded).ok()?.try_into().ok().map(Self)
        };
        text.split_ascii_whitespace().find_map(digest)
    }

    /// Returns the digest in hexadecimal digits, which is a name for a file.
    pub(crate) fn hex(&self) -> String {
        use std::fmt::Write as _;
        let mut hex = String::with_capacity(128);
        for byte in self.0 {
            // Writing to a string does not fail.
            let _ = write!(hex, "{byte:02x}");
        }
        hex
    }
}

impl fmt::Display for Integrity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "sha512-{}", STANDARD.encode(self.0))
    }
}

impl fmt::Debug for Integrity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn round_trip() {
        let integrity = Integrity::of(b"abc");
        assert!(integrity.hex().starts_with("ddaf35a193617abacc417349ae204131"));
        let text = integrity.to_string();
        assert_eq!(Integrity::parse(&text), Some(integrity));
        assert_eq!(Integrity::parse(&format!("sha1-x sha256-y {text}?opt")), Some(integrity));
    }

    #[test]
    fn weak_and_malformed_digests_are_refused() {
        for text in ["", "sha1-qZk+NkcGgWq6PiVxeFDCbJzQ2J0=", "sha512-", "sha512-YWJj", "sha512-é"]
        {
            assert_eq!(Integrity::parse(text), None, "{text}");
        }
        assert_eq!(Integrity::parse(&format!("sha512-{}", "A".repeat(1_000_000))), None);
    }
}
