//! Ranges of versions, as npm has them.

use nodejs_semver::Version;

/// A union of intersections.
///
/// The crate parses and compares single comparators. It takes an intersection that is empty for a
/// union, and does not know all forms that npm does, so both are done here.
#[derive(Clone, Debug)]
pub(crate) struct Range(Vec<Vec<nodejs_semver::Range>>);

impl Range {
    /// Returns the range of all versions.
    pub(crate) fn any() -> Self {
        Self(vec![Vec::new()])
    }

    /// Returns the range of the versions up to one.
    pub(crate) fn up_to(version: &Version) -> Option<Self> {
        Self::parse(&format!("<={version}"))
    }

    /// Parses a range. As with npm, alternatives that are malformed count for nothing if there is
    /// another one.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let alternatives: Vec<_> = text.split("||").filter_map(intersection).collect();
        (!alternatives.is_empty()).then_some(Self(alternatives))
    }

    /// Returns true if a version is in the range. A prerelease is so only if the range names one
    /// of the same version.
    pub(crate) fn satisfies(&self, version: &Version) -> bool {
        self.0.iter().any(|comparators| {
            comparators.iter().all(|it| it.satisfies_with_prerelease(version, true))
                && (!version.is_prerelease() || comparators.iter().any(|it| it.satisfies(version)))
        })
    }

    /// Returns true if some version may be in both ranges.
    pub(crate) fn intersects(&self, other: &Self) -> bool {
        let both = |one: &[nodejs_semver::Range], two: &[nodejs_semver::Range]| {
            let mut comparators = one.iter().chain(two);
            let first = comparators.next().cloned();
            first.is_none_or(|first| {
                comparators.try_fold(first, |all, it| all.intersect(it)).is_some()
            })
        };
        self.0.iter().any(|one| other.0.iter().any(|two| both(one, two)))
    }

    /// Returns true if a version is in the range, prereleases included.
    pub(crate) fn satisfies_with_prerelease(&self, version: &Version) -> bool {
        let is_in = |it: &nodejs_semver::Range| it.satisfies_with_prerelease(version, true);
        self.0.iter().any(|comparators| comparators.iter().all(is_in))
    }
}

/// Parses comparators that are separated by spaces, or `from - to`.
fn intersection(text: &str) -> Option<Vec<nodejs_semver::Range>> {
    let tokens: Vec<&str> = text.split_ascii_whitespace().collect();
    if tokens.contains(&"-") {
        return nodejs_semver::Range::parse(text).ok().map(|range| vec![range]);
    }
    let mut comparators = Vec::new();
    let mut operator = String::new();
    for token in tokens {
        operator.push_str(token);
        // Spaces may follow an operator.
        if !token.ends_with(['<', '>', '=', '~', '^']) {
            comparators.push(comparator(&std::mem::take(&mut operator))?);
        }
    }
    operator.is_empty().then_some(comparators)
}

/// Parses one comparator.
fn comparator(text: &str) -> Option<nodejs_semver::Range> {
    let mut operators = ["<=", ">=", "<", ">", "~>", "~", "^", ""].into_iter();
    let operator = operators.find(|operator| text.starts_with(operator))?;
    let version = text.strip_prefix(operator)?.trim_start_matches(['=', 'v']);
    let text = match (operator, version) {
        (_, "") if text.ends_with('v') => return None,
        // No version is beyond all others.
        ("<" | ">", "" | "x" | "X" | "*") => "<0.0.0-0",
        (_, "" | "x" | "X" | "*") => "*",
        _ => &format!("{operator}{version}"),
    };
    nodejs_semver::Range::parse(text).ok()
}
