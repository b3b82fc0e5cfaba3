//! `overrides` of a project's `package.json`.
//!
//! The rules are a tree, as in the file. Each package of a project has a [`Scope`], which is the
//! rule that its own rules are nested in: those, and those of the rules around, hold for its
//! dependencies, the innermost first.

use std::collections::BTreeMap;

use serde_json::value::RawValue;

use crate::error::{Error, Result, shown};
use crate::name;
use crate::project::Members;
use crate::range::Range;
use crate::spec::{self, Spec, Wanted};

/// The most rules.
const MAX_RULES: usize = 1_000;

/// The specifiers that take the place of those that packages have.
#[derive(Debug)]
pub(crate) struct Overrides {
    /// The first one stands for the project, and has no name.
    rules: Vec<Rule>,
}

/// The rules that hold for the dependencies of a package. The default is those for all packages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Scope(usize);

#[derive(Debug, Default)]
struct Rule {
    key: String,
    name: String,
    /// The versions for which it counts. `None` for all.
    when: Option<Range>,
    /// `None` if the specifier stays.
    spec: Option<String>,
    parent: usize,
    /// The rules for the dependencies alone, by name, in the order of the file.
    nested: BTreeMap<String, Vec<usize>>,
}

impl Default for Overrides {
    fn default() -> Self {
        Self { rules: vec![Rule::default()] }
    }
}

impl Overrides {
    /// Parses the value of `overrides`. `of_project` returns the specifier of a dependency of the
    /// project, which `$name` stands for.
    ///
    /// Errors if it is malformed, or has more than 1,000 rules.
    pub(crate) fn parse<'a>(
        text: Option<&RawValue>,
        of_project: impl Fn(&str) -> Option<&'a str>,
    ) -> Result<Self> {
        let mut overrides = Self::default();
        // The depth of `package.json` is limited.
        let mut work = Vec::from_iter(text.map(|text| (0, text.to_owned())));
        while let Some((parent, text)) = work.pop() {
            let members = serde_json::from_str(text.get());
            let Members(members) = members.map_err(|error| fault(&error.to_string()))?;
            for (key, text) in members {
                if key == "." && parent != 0 {
                    continue;
                }
                let rule = rule(parent, &key, &text, &of_project)?;
                if overrides.rules.len() > MAX_RULES {
                    let (subject, what) = ("package.json".to_owned(), "rules of overrides");
                    return Err(Error::Limit { subject, what, limit: MAX_RULES as u64 });
                }
                let at = overrides.rules.len();
                if let Some(parent) = overrides.rules.get_mut(parent) {
                    parent.nested.entry(rule.name.clone()).or_default().push(at);
                }
                overrides.rules.push(rule);
                if text.get().starts_with('{') {
                    work.push((at, text));
                }
            }
        }
        Ok(overrides)
    }

    /// Returns true if there are rules for the dependencies of some packages alone.
    pub(crate) fn are_nested(&self) -> bool {
        self.rules.iter().any(|rule| rule.parent != 0)
    }

    /// Returns the rules from that of a scope outwards, without the project.
    fn outwards(&self, Scope(at): Scope) -> impl Iterator<Item = (usize, &Rule)> {
        let mut at = at;
        std::iter::from_fn(move || {
            let rule = self.rules.get(at).filter(|_| at != 0)?;
            Some((std::mem::replace(&mut at, rule.parent), rule))
        })
    }

    /// Returns the specifier of a dependency of a package with this scope, and the scope of what
    /// it leads to: those of the first rule which counts.
    pub(crate) fn apply<'a>(&'a self, scope: Scope, name: &str, text: &'a str) -> (&'a str, Scope) {
        let counts = |rule: &Rule| match (&rule.when, Spec::parse(name, text).wanted) {
            (Some(when), Wanted::Range(range)) => range.intersects(when),
            // The version that a tag stands for is not known yet.
            _ => true,
        };
        let all = self.outwards(scope).chain(self.rules.first().map(|rule| (0, rule)));
        let candidates = all.flat_map(|(at, rule)| {
            let nested = rule.nested.get(name).into_iter().flatten().copied();
            nested.chain((at != 0 && rule.name == name).then_some(at))
        });
        let mut rules = candidates.filter_map(|at| Some((at, self.rules.get(at)?)));
        match rules.find(|(_, rule)| counts(rule)) {
            None => (text, scope),
            Some((at, rule)) => {
                // A rule without nested ones adds nothing to those around it.
                let scope = if rule.nested.is_empty() { rule.parent } else { at };
                (rule.spec.as_deref().unwrap_or(text), Scope(scope))
            }
        }
    }

    /// Returns true if a scope is another one, or lies in it.
    fn is_within(&self, scope: Scope, other: Scope) -> bool {
        other.0 == 0 || self.outwards(scope).any(|(at, _)| at == other.0)
    }

    /// Returns true if one package cannot have both scopes: if a rule that both have asks for
    /// versions that exclude each other.
    pub(crate) fn conflict(&self, one: Scope, two: Scope) -> bool {
        if self.is_within(one, two) || self.is_within(two, one) {
            return false;
        }
        let theirs = self.by_key(two);
        self.by_key(one).into_iter().any(|(key, rule)| {
            theirs.get(key).copied().is_some_and(|other| {
                let range = |rule: &Rule| match rule.spec.as_deref() {
                    Some(text) => match Spec::parse(&rule.name, text).wanted {
                        Wanted::Range(range) => Some(range),
                        _ => None,
                    },
                    None => None,
                };
                let is_other = !std::ptr::eq(rule, other) && rule.spec != other.spec;
                match (range(rule), range(other)) {
                    (Some(one), Some(two)) if is_other => !one.intersects(&two),
                    _ => false,
                }
            })
        })
    }

    /// Returns the rules of a scope, without those for all packages.
    fn by_key(&self, scope: Scope) -> BTreeMap<&str, &Rule> {
        let mut rules = BTreeMap::new();
        for (_, rule) in self.outwards(scope) {
            let nested = rule.nested.values().flatten().filter_map(|at| self.rules.get(*at));
            for rule in nested.chain([rule]) {
                rules.entry(rule.key.as_str()).or_insert(rule);
            }
        }
        rules
    }

    /// Returns the scope of a package that several ask for with these scopes: the innermost one,
    /// or what they have in common. Those that conflict with the first ones do not count.
    pub(crate) fn merged(&self, scopes: impl IntoIterator<Item = Scope>) -> Option<Scope> {
        scopes.into_iter().reduce(|one, two| {
            if self.is_within(one, two) || self.conflict(one, two) {
                one
            } else if self.is_within(two, one) {
                two
            } else {
                let mut around = self.outwards(one).map(|(at, _)| Scope(at));
                around.find(|scope| self.is_within(two, *scope)).unwrap_or_default()
            }
        })
    }
}

/// Parses a rule, without those nested in it.
fn rule<'a>(
    parent: usize,
    key: &str,
    text: &RawValue,
    of_project: impl Fn(&str) -> Option<&'a str>,
) -> Result<Rule> {
    let wrong = |reason: &str| fault(&format!("{}: {reason}", shown(key)));
    let malformed = |error: serde_json::Error| wrong(&error.to_string());
    let (name, range) = spec::split(key);
    if !name::is_valid(name) {
        return Err(wrong("it is not a valid name of a package"));
    }
    let when = match range {
        "" | "*" => None,
        range => Some(
            Some(range)
                .filter(|range| range.is_ascii())
                .and_then(Range::parse)
                .ok_or_else(|| wrong("what follows the @ is not a range"))?,
        ),
    };
    let own: Option<String> = match text.get().as_bytes().first() {
        Some(b'"') => Some(serde_json::from_str(text.get()).map_err(malformed)?),
        Some(b'{') => {
            let Members(members) = serde_json::from_str(text.get()).map_err(malformed)?;
            let own = members.into_iter().rev().find(|(key, _)| key == ".");
            let own = own.map(|(_, text)| serde_json::from_str(text.get())).transpose();
            own.map_err(|_| wrong("\".\" is not a text"))?
        }
        _ => return Err(wrong("it is neither a text nor an object")),
    };
    let own = match own.as_deref() {
        // As with npm, the range takes the place of the specifier then.
        None => when.is_some().then(|| range.to_owned()),
        Some("") => Some("*".to_owned()),
        Some(text) => match text.strip_prefix('$') {
            None => Some(text.to_owned()),
            Some(dependency) => {
                let found = of_project(dependency).map(str::to_owned);
                Some(found.ok_or_else(|| {
                    wrong(&format!("{} is no dependency of the project", shown(text)))
                })?)
            }
        },
    };
    // A star changes nothing.
    let spec = own.filter(|own| own != "*");
    Ok(Rule { key: key.to_owned(), name: name.to_owned(), when, spec, parent, ..Rule::default() })
}

fn fault(reason: &str) -> Error {
    Error::Manifest { reason: format!("overrides: {reason}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Overrides> {
        let text = RawValue::from_string(text.to_owned()).unwrap();
        Overrides::parse(Some(&text), |name| (name == "own").then_some("^5"))
    }

    /// Follows a path of dependencies, and returns the specifier of the last one.
    fn spec<'a>(overrides: &'a Overrides, path: &[(&'a str, &'a str)]) -> &'a str {
        let mut found = ("", Scope::default());
        for (name, text) in path {
            found = overrides.apply(found.1, name, text);
        }
        found.0
    }

    #[test]
    fn rules_for_all() {
        let text = r#"{"a": "1.0.0", "b@^2": "2.5.0", "b@1": "1.9.9",
            "c": {".": "3"}, "@s/e": "$own", "f@*": "npm:g@1", "h": ""}"#;
        let overrides = parse(text).unwrap();
        for (name, text, expected) in [
            ("a", "^7", "1.0.0"),
            ("b", "2.1.x", "2.5.0"),
            ("b", ">=1.2", "2.5.0"),
            ("b", "1.x", "1.9.9"),
            ("b", "3", "3"),
            ("b", "next", "2.5.0"),
            ("c", "*", "3"),
            ("d", "1", "1"),
            ("@s/e", "1", "^5"),
            ("f", "2", "npm:g@1"),
            ("h", "2", "2"),
        ] {
            assert_eq!(spec(&overrides, &[(name, text)]), expected, "{name}@{text}");
        }
        assert!(!overrides.are_nested());
    }

    #[test]
    fn rules_for_the_dependencies_of_one_package() {
        let text = r#"{"a": {".": "1.5.0", "b": "1.0.0", "c": {"b": "2.0.0"}}, "b": "3.0.0",
            "d@2": {"b": "4.0.0"}, "e": {"a": "2"}}"#;
        let overrides = parse(text).unwrap();
        assert!(overrides.are_nested());
        for (path, expected) in [
            (&["a"][..], "1.5.0"),
            (&["b"], "3.0.0"),
            (&["a", "b"], "1.0.0"),
            // At any depth.
            (&["a", "x", "y", "b"], "1.0.0"),
            (&["a", "c", "b"], "2.0.0"),
            (&["a", "x", "c", "x", "b"], "2.0.0"),
            (&["c", "b"], "3.0.0"),
            (&["x", "a", "b"], "1.0.0"),
            (&["a", "b", "b"], "1.0.0"),
            (&["e", "a"], "2"),
            (&["e", "a", "b"], "3.0.0"),
            (&["a", "a"], "1.5.0"),
        ] {
            let path: Vec<_> = path.iter().map(|name| (*name, "^9")).collect();
            assert_eq!(spec(&overrides, &path), expected, "{path:?}");
        }
        // A range takes the place of the specifier.
        assert_eq!(spec(&overrides, &[("d", "^2.1")]), "2");
        assert_eq!(spec(&overrides, &[("d", "^2.1"), ("b", "1")]), "4.0.0");
        assert_eq!(spec(&overrides, &[("d", "^1"), ("b", "1")]), "3.0.0");
    }

    #[test]
    fn scopes_that_meet() {
        let text = r#"{"a": {"x": "1", "c": {"x": "1.5"}}, "b": {"x": "2"}, "d": {"y": "1"}}"#;
        let overrides = parse(text).unwrap();
        let scope = |path: &[&str]| {
            let next = |scope, name: &&str| overrides.apply(scope, name, "*").1;
            path.iter().fold(Scope::default(), next)
        };
        let (all, a, b, c, d) =
            (scope(&[]), scope(&["a"]), scope(&["b"]), scope(&["a", "c"]), scope(&["d"]));
        assert_eq!(scope(&["a", "x"]), a);
        for (one, two, conflict, merged) in [
            (all, a, false, a),
            (a, c, false, c),
            (a, b, true, a),
            (b, a, true, b),
            (c, b, true, c),
            (a, d, false, all),
            (c, d, false, all),
        ] {
            assert_eq!(overrides.conflict(one, two), conflict);
            assert_eq!(overrides.conflict(two, one), conflict);
            assert_eq!(overrides.merged([one, two]), Some(merged));
        }
        assert_eq!(overrides.merged([]), None);
    }

    #[test]
    fn rules_are_limited() {
        let rules = |count: usize| {
            let rules: Vec<_> = (0..count).map(|it| format!("\"a{it}\": \"1\"")).collect();
            parse(&format!("{{{}}}", rules.join(",")))
        };
        assert!(rules(MAX_RULES).is_ok());
        assert!(matches!(rules(MAX_RULES + 1), Err(Error::Limit { limit: 1_000, .. })));
    }

    #[test]
    fn what_is_malformed() {
        for text in [
            "[]",
            "\"a\"",
            r#"{"../a": "1"}"#,
            r#"{"a@x y": "1"}"#,
            r#"{"a": 1}"#,
            r#"{"a": {".": 1}}"#,
            r#"{"a": {"b": 1}}"#,
            r#"{"a": {"b": {"../c": "1"}}}"#,
            r#"{"a": {"b": "$gone"}}"#,
            r#"{"a": "$gone"}"#,
            r#"{"a@é": "1"}"#,
            r#"{".": "1"}"#,
        ] {
            let error = parse(text).unwrap_err().to_string();
            assert!(error.starts_with("package.json: overrides: "), "{error}");
        }
        assert!(parse("{}").is_ok() && Overrides::parse(None, |_| None).is_ok());
    }
}
