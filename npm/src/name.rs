//! Names of packages.

/// The most bytes of a name, as npm has it.
const MAX_NAME: usize = 214;

/// Returns true if a name can be that of a package in a registry: `name` or `@scope/name` of
/// letters, digits and `-._~!'()*`. It is then one or two components of a path, and none of them
/// is `.`, `..`, `node_modules` or a hidden file.
pub(crate) fn is_valid(name: &str) -> bool {
    let parts = match name.strip_prefix('@') {
        Some(scoped) => scoped.split_once('/'),
        None => Some(("scope", name)),
    };
    name.len() <= MAX_NAME && parts.is_some_and(|(scope, name)| is_part(scope) && is_part(name))
}

fn is_part(part: &str) -> bool {
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~!'()*".contains(&byte);
    !part.is_empty()
        && !part.starts_with(['.', '_', '-'])
        && !part.eq_ignore_ascii_case("node_modules")
        && !part.eq_ignore_ascii_case("favicon.ico")
        && part.bytes().all(is_allowed)
}

/// Returns the name without its scope.
pub(crate) fn base(name: &str) -> &str {
    name.rsplit_once('/').map_or(name, |(_, base)| base)
}

/// The packages that may be installed.
///
/// A pattern is a name, `@scope/*`, or `*`. No pattern allows all packages. A package that is
/// installed under another name (`npm:name@range`) is judged by its own name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AllowedNames(Vec<String>);

impl AllowedNames {
    /// Allows the packages that one of these patterns names, and no others.
    pub fn new(patterns: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self(patterns.into_iter().map(Into::into).collect())
    }

    /// Returns true if a package may be installed.
    pub fn contains(&self, name: &str) -> bool {
        let matches = |pattern: &String| match pattern.strip_suffix('*') {
            Some("") => true,
            Some(scope) => scope.ends_with('/') && name.starts_with(scope),
            None => pattern == name,
        };
        self.0.is_empty() || self.0.iter().any(matches)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        for name in ["zod", "@ai-sdk/provider", "JSONStream", "lodash.merge", "a", "x~1", "3d"] {
            assert!(is_valid(name), "{name}");
        }
        let refused = [
            "",
            ".",
            "..",
            "../a",
            "a/b",
            "@a",
            "@/b",
            "@a/",
            "@a/..",
            "@../a",
            "a b",
            "_a",
            ".a",
            "__proto__",
            "node_modules",
            "a\\b",
            "a%2fb",
            "@a/b/c",
            "é",
            "a\0",
            "c:",
            "-g",
        ];
        for name in refused {
            assert!(!is_valid(name), "{name}");
        }
        assert!(is_valid(&"a".repeat(214)));
        assert!(!is_valid(&"a".repeat(215)));
    }

    #[test]
    fn patterns() {
        let all = AllowedNames::default();
        assert!(all.contains("zod"));
        let some = AllowedNames::new(["zod", "@ai-sdk/*"]);
        assert!(some.contains("zod") && some.contains("@ai-sdk/openai"));
        for name in ["zod2", "@ai-sdk2/openai", "@ai-sdk", "ai"] {
            assert!(!some.contains(name), "{name}");
        }
        // A star at the end of a name is no pattern.
        assert!(!AllowedNames::new(["zod*"]).contains("zod2"));
        assert!(AllowedNames::new(["*"]).contains("zod2"));
    }
}
