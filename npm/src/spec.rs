//! Version specifiers of dependencies: ranges, tags and aliases.

use nodejs_semver::Version;

use crate::error::{Error, Result};
use crate::name;
use crate::range::Range;

/// The most bytes of a specifier. The longest in the registry are unions of some 300 bytes.
const MAX_SPEC: usize = 512;

/// A dependency: the package, and which of its versions are wanted.
#[derive(Clone, Debug)]
pub(crate) struct Spec {
    /// The name in the registry. That of the dependency differs if it is an alias.
    pub(crate) package: String,
    /// The text of the range or tag.
    pub(crate) text: String,
    pub(crate) wanted: Wanted,
}

/// The versions that a specifier asks for.
#[derive(Clone, Debug)]
pub(crate) enum Wanted {
    Range(Range),
    /// The package in a folder of the project.
    Local(String),
    /// A tag of the registry. Once resolved, each version satisfies it, as npm has it.
    Tag(String),
    /// Nothing that a registry has. The text says why.
    Unsupported(&'static str),
}

impl Spec {
    /// Parses the value of a dependency. Faults are kept as [`Wanted::Unsupported`], because they
    /// matter only if the dependency is resolved.
    pub(crate) fn parse(dependency: &str, text: &str) -> Self {
        let text = text.trim();
        let (package, text) = match text.strip_prefix("npm:") {
            Some(alias) => split(alias),
            None => (dependency, text),
        };
        let wanted = if name::is_valid(package) {
            Wanted::parse(text)
        } else {
            Wanted::Unsupported("is not for a valid name of a package")
        };
        let text = if text.len() > MAX_SPEC { "(too long)" } else { text };
        Self { package: package.to_owned(), text: text.to_owned(), wanted }
    }

    /// Creates the specifier of a package in a folder of the project.
    pub(crate) fn local(dependency: &str, path: String) -> Self {
        let (package, text) = (dependency.to_owned(), format!("file:{path}"));
        Self { package, text, wanted: Wanted::Local(path) }
    }

    /// Creates the specifier of a dependency that cannot be had, with the reason.
    pub(crate) fn unsupported(dependency: &str, text: &str, reason: &'static str) -> Self {
        let text = if text.len() > MAX_SPEC { "(too long)" } else { text };
        let (package, text) = (dependency.to_owned(), text.to_owned());
        Self { package, text, wanted: Wanted::Unsupported(reason) }
    }

    /// Returns true if a package of a registry, of this name and version, will do.
    pub(crate) fn is_satisfied_by(&self, package: &str, version: &Version) -> bool {
        self.package == package
            && match &self.wanted {
                Wanted::Range(range) => self.is_any() || range.satisfies(version),
                Wanted::Tag(_) => true,
                Wanted::Local(_) | Wanted::Unsupported(_) => false,
            }
    }

    /// Returns true if each version will do, even a prerelease.
    pub(crate) fn is_any(&self) -> bool {
        matches!(self.text.as_str(), "" | "*")
    }

    /// Errors if the specifier is for something else than a registry.
    pub(crate) fn check(&self) -> Result<()> {
        match self.wanted {
            Wanted::Unsupported(reason) => {
                let (package, spec) = (self.package.clone(), self.text.clone());
                Err(Error::Spec { package, spec, reason })
            }
            Wanted::Range(_) | Wanted::Tag(_) | Wanted::Local(_) => Ok(()),
        }
    }
}

impl Wanted {
    pub(crate) fn parse(text: &str) -> Self {
        if text.len() > MAX_SPEC {
            return Self::Unsupported("is longer than 512 bytes");
        }
        if text.starts_with("workspace:") {
            return Self::Unsupported(
                "asks for a workspace; only packages in the folder of a project can have those",
            );
        }
        if is_git(text) {
            return Self::Unsupported(
                "is a repository of git; packages come from registries alone, so ask for a version, \
                 or copy it into the project and ask for the folder with file:",
            );
        }
        if text.contains([':', '/', '\\', '#']) {
            return Self::Unsupported(
                "is not a version of a registry; archives, and folders outside of the project, are \
                 not supported",
            );
        }
        // The parser takes letters of other alphabets for those of an identifier.
        if !text.is_ascii() {
            return Self::Unsupported("is neither a range nor a tag");
        }
        if text.is_empty() {
            return Self::Range(Range::any());
        }
        if let Some(range) = Range::parse(text) {
            return Self::Range(range);
        }
        let is_tag = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.!~*'()".contains(&byte);
        if text.bytes().all(is_tag) {
            Self::Tag(text.to_owned())
        } else {
            Self::Unsupported("is neither a range nor a tag")
        }
    }
}

/// Returns true if npm takes a specifier for a repository of git: an address, `host:owner/name` or
/// `owner/name`.
fn is_git(text: &str) -> bool {
    const SCHEMES: [&str; 6] = ["git:", "git+", "git@", "ssh:", "github:", "gitlab:"];
    const OTHERS: [&str; 2] = ["bitbucket:", "gist:"];
    let has_scheme = SCHEMES.iter().chain(&OTHERS).any(|scheme| text.starts_with(scheme));
    let path = text.split('#').next().unwrap_or_default();
    let is_name = |part: &str| !part.is_empty() && !part.contains(['@', ':', '\\']);
    let is_short = path.split_once('/').is_some_and(|(owner, name)| {
        !owner.starts_with(['.', '~']) && is_name(owner) && is_name(name) && !name.contains('/')
    });
    let is_address = text.starts_with("http") && path.strip_suffix(".git").is_some();
    has_scheme || is_short || is_address
}

/// Splits `name@range`. The range is empty if there is none.
pub(crate) fn split(text: &str) -> (&str, &str) {
    let scope = usize::from(text.starts_with('@'));
    let at = text.get(scope..).and_then(|rest| rest.find('@'));
    at.and_then(|at| Some((text.get(..scope + at)?, text.get(scope + at + 1..)?)))
        .unwrap_or((text, ""))
}

/// Parses the version of a package.
pub(crate) fn version(text: &str) -> Option<Version> {
    if text.is_ascii() { Version::parse(text).ok() } else { None }
}

#[cfg(test)]
#[path = "spec_tests.rs"]
mod tests;
