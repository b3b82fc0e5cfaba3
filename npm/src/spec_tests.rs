use std::collections::BTreeMap;

use serde::Deserialize;

use super::*;

/// The versions that each range has for npm, by its own `semver`. `null` stands for no range.
const NPM: &str = include_str!("spec_tests.json");

#[derive(Deserialize)]
struct Oracle {
    versions: Vec<String>,
    ranges: BTreeMap<String, Option<Vec<String>>>,
    order: Vec<String>,
}

fn oracle() -> Oracle {
    serde_json::from_str(NPM).unwrap()
}

#[test]
fn ranges_mean_what_they_mean_to_npm() {
    let oracle = oracle();
    let mut differences = Vec::new();
    for (text, expected) in &oracle.ranges {
        let spec = Spec::parse("a", text);
        let actual = match spec.wanted {
            Wanted::Range(range) => {
                let satisfies =
                    |text: &&String| version(text).is_some_and(|version| range.satisfies(&version));
                Some(oracle.versions.iter().filter(satisfies).cloned().collect::<Vec<_>>())
            }
            Wanted::Tag(_) | Wanted::Local(_) | Wanted::Unsupported(_) => None,
        };
        if actual != *expected {
            differences.push(format!("{text:?}: {actual:?}, npm has {expected:?}"));
        }
    }
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

#[test]
fn versions_are_in_the_order_of_npm() {
    let mut versions: Vec<_> = oracle().order.iter().map(|it| version(it).unwrap()).collect();
    let expected: Vec<_> = versions.iter().map(ToString::to_string).collect();
    versions.reverse();
    versions.sort();
    let actual: Vec<_> = versions.iter().map(ToString::to_string).collect();
    assert_eq!(actual, expected);
}

#[test]
fn tags_and_aliases() {
    let spec = Spec::parse("a", "next");
    assert!(matches!(&spec.wanted, Wanted::Tag(tag) if tag == "next"));
    let spec = Spec::parse("a", "npm:@s/b@^1.2");
    assert_eq!((spec.package.as_str(), spec.text.as_str()), ("@s/b", "^1.2"));
    assert!(spec.is_satisfied_by("@s/b", &version("1.3.0").unwrap()));
    assert!(!spec.is_satisfied_by("a", &version("1.3.0").unwrap()));
    let spec = Spec::parse("a", "npm:b");
    assert!(spec.is_satisfied_by("b", &version("7.0.0").unwrap()));
    assert_eq!(split("@s/b"), ("@s/b", ""));
    assert_eq!(split("b@1@2"), ("b", "1@2"));
    assert_eq!(split("@"), ("@", ""));
}

#[test]
fn what_is_not_of_a_registry_is_named() {
    for text in [
        "workspace:*",
        "file:../b",
        "link:../b",
        "git+ssh://git@h/r.git",
        "git://h/r",
        "github:o/r",
        "o/r",
        "o/r#main",
        "https://h/b.tgz",
        "../b",
        "~/b",
        "/b",
        "npm:../b@1",
        "npm:",
        "catalog:",
        "jsr:@s/b",
        "npm:npm:b",
        "a b c",
        "é",
        "1.2.3\u{212a}",
        "^1\0",
        "#semver:^1",
    ] {
        let error = Spec::parse("pkg", text).check().unwrap_err().to_string();
        assert!(error.starts_with("dependency "), "{text}: {error}");
    }
    let reason = |text: &str| Spec::parse("pkg", text).check().unwrap_err().to_string();
    assert_eq!(
        reason("workspace:*"),
        "dependency \"pkg\": \"workspace:*\" asks for a workspace; only packages in the folder of a \
         project can have those"
    );
    assert_eq!(
        reason("../b"),
        "dependency \"pkg\": \"../b\" is not a version of a registry; archives, and folders outside \
         of the project, are not supported"
    );
}

#[test]
fn git_is_named() {
    for text in [
        "git+ssh://git@h/r.git",
        "git+https://h/o/r.git#main",
        "git://h/r",
        "git@h:o/r.git",
        "ssh://git@h/o/r",
        "github:o/r",
        "gitlab:o/r",
        "bitbucket:o/r#v1",
        "gist:11081aaa281",
        "o/r",
        "o/r#main",
        "o/r#semver:^1",
        "https://h/o/r.git",
        "https://h/o/r.git#v1",
        "npm:pkg@o/r",
    ] {
        let error = Spec::parse("pkg", text).check().unwrap_err().to_string();
        assert!(error.starts_with("dependency \"pkg\": "), "{text}: {error}");
        assert!(error.contains(" is a repository of git; "), "{text}: {error}");
    }
    for text in ["https://h/b.tgz", "../b", "./b", "~/b", "/b", "file:b/c", "@s/b", "a\\b", "#x"] {
        let error = Spec::parse("pkg", text).check().unwrap_err().to_string();
        assert!(!error.contains("git;"), "{text}: {error}");
    }
}

#[test]
fn length_is_limited() {
    let range = format!("1.2.3{}", " || 1.2.3".repeat(56));
    assert_eq!(range.len(), 509);
    assert!(Spec::parse("a", &range).check().is_ok());
    let error = Spec::parse("a", &format!("{range} ||1")).check().unwrap_err();
    assert!(error.to_string().contains("longer than 512 bytes"), "{error}");
}
