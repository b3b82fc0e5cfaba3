//! `overrides` of a project's `package.json`.

use std::collections::BTreeMap;

use serde_json::Value;
use serde_json::value::RawValue;

use crate::error::{Error, Result, shown};
use crate::name;
use crate::progress::Warning;
use crate::project::Members;
use crate::range::Range;
use crate::spec::{self, Spec, Wanted};

/// The specifiers that take the place of those that packages have.
#[derive(Debug, Default)]
pub(crate) struct Overrides(BTreeMap<String, Vec<Rule>>);

#[derive(Debug)]
struct Rule {
    /// The versions for which it counts. `None` for all.
    when: Option<Range>,
    spec: String,
}

impl Overrides {
    /// Parses the value of `overrides`. `of_project` returns the specifier of a dependency of the
    /// project, which `$name` stands for.
    ///
    /// Errors if it is malformed. Rules for the dependencies of one package alone have no effect,
    /// and a warning.
    pub(crate) fn parse<'a>(
        text: Option<&RawValue>,
        of_project: impl Fn(&str) -> Option<&'a str>,
    ) -> Result<(Self, Vec<Warning>)> {
        let (mut rules, mut warnings) = (Self::default(), Vec::new());
        let malformed = |error: serde_json::Error| fault(&error.to_string());
        let Some(text) = text else { return Ok((rules, warnings)) };
        let Members(members) = serde_json::from_str(text.get()).map_err(malformed)?;
        for (key, text) in &members {
            let value: Value = serde_json::from_str(text.get()).map_err(malformed)?;
            let (name, range) = spec::split(key);
            let wrong = |reason: &str| Err(fault(&format!("{}: {reason}", shown(key))));
            if !name::is_valid(name) {
                return wrong("it is not a valid name of a package");
            }
            let when = match range {
                "" | "*" => None,
                range if range.is_ascii() => match Range::parse(range) {
                    Some(range) => Some(range),
                    None => return wrong("what follows the @ is not a range"),
                },
                _ => return wrong("what follows the @ is not a range"),
            };
            let own = match &value {
                Value::String(_) => Some(&value),
                Value::Object(nested) => {
                    if nested.keys().any(|key| key != ".") {
                        warnings.push(Warning::NestedOverride { package: shown(key) });
                    }
                    nested.get(".")
                }
                _ => return wrong("it is neither a text nor an object"),
            };
            let Some(own) = own else { continue };
            let Value::String(text) = own else { return wrong("\".\" is not a text") };
            let spec = match text.strip_prefix('$') {
                None => Some(text.as_str()),
                Some(dependency) => of_project(dependency),
            };
            let Some(spec) = spec else {
                return wrong(&format!("{} is no dependency of the project", shown(text)));
            };
            rules.0.entry(name.to_owned()).or_default().push(Rule { when, spec: spec.to_owned() });
        }
        Ok((rules, warnings))
    }

    /// Returns the specifier of a dependency: that of the first rule which counts, or else `text`.
    pub(crate) fn apply<'a>(&'a self, name: &str, text: &'a str) -> &'a str {
        let counts = |rule: &&Rule| match (&rule.when, Spec::parse(name, text).wanted) {
            (Some(when), Wanted::Range(range)) => range.intersects(when),
            // What a tag stands for is not known yet.
            _ => true,
        };
        let rules = self.0.get(name).into_iter().flatten();
        rules.filter(counts).map(|rule| rule.spec.as_str()).next().unwrap_or(text)
    }
}

fn fault(reason: &str) -> Error {
    Error::Manifest { reason: format!("overrides: {reason}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<(Overrides, Vec<Warning>)> {
        let text = RawValue::from_string(text.to_owned()).unwrap();
        Overrides::parse(Some(&text), |name| (name == "own").then_some("^5"))
    }

    #[test]
    fn rules() {
        let text = r#"{"a": "1.0.0", "b@^2": "2.5.0", "b@1": "1.9.9",
            "c": {".": "3", "d": "4"}, "@s/e": "$own", "f@*": "npm:g@1"}"#;
        let (overrides, warnings) = parse(text).unwrap();
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
        ] {
            assert_eq!(overrides.apply(name, text), expected, "{name}@{text}");
        }
        let warnings: Vec<_> = warnings.iter().map(ToString::to_string).collect();
        assert_eq!(
            warnings,
            [
                "package.json: overrides of the dependencies of c alone are not supported, and ignored"
            ]
        );
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
            r#"{"a": "$gone"}"#,
            r#"{"a@é": "1"}"#,
        ] {
            let error = parse(text).unwrap_err().to_string();
            assert!(error.starts_with("package.json: overrides: "), "{error}");
        }
        assert!(parse("{}").is_ok() && Overrides::parse(None, |_| None).is_ok());
    }
}
