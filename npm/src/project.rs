//! `package.json` of a project.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use crate::error::{Error, Result};
use crate::json;
use crate::local::Base;
use crate::name;
use crate::overrides::{Overrides, Scope};
use crate::package::{Edge, Edges, Kind, Requirements, Specs};
use crate::spec::{Spec, Wanted};

/// The most bytes of a `package.json`.
pub(crate) const MAX_FILE: u64 = 1 << 20;
pub(crate) const MANIFEST: &str = "package.json";
const DEPENDENCIES: &str = "dependencies";

/// The dependencies of a project.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct Project {
    dependencies: Specs,
    optional_dependencies: Specs,
    peer_dependencies: Specs,
    dev_dependencies: Specs,
    /// In the order of its members, which counts.
    overrides: Option<Box<RawValue>>,
    workspaces: serde_json::Value,
}

impl Project {
    /// Parses a `package.json`. Unlike those of packages, it must be well-formed.
    pub(crate) fn parse(text: &str) -> Result<Self> {
        json::parse(text.as_bytes(), MAX_FILE, MANIFEST)
    }

    /// Returns the dependencies by name, with the workspaces. They may lead to folders of the
    /// project if there is a `base`.
    ///
    /// Errors if one of them is malformed or not to be had, unless it is optional.
    pub(crate) fn edges(
        &self,
        dev: bool,
        base: Option<Base>,
        overrides: &Overrides,
    ) -> Result<Edges> {
        let workspaces = base.as_ref().map(Base::workspaces);
        let requirements = Requirements {
            base,
            dependencies: self.dependencies.clone(),
            optional_dependencies: self.optional_dependencies.clone(),
            peer_dependencies: self.peer_dependencies.clone(),
            ..Requirements::default()
        };
        let all = Scope::default();
        let mut edges = requirements.edges(overrides, all);
        for (name, text) in self.dev_dependencies.iter().filter(|_| dev) {
            let edge = || requirements.edge((overrides, all), (name, text), Kind::Required);
            edges.entry(name.clone()).or_insert_with(edge);
        }
        for (name, workspace) in workspaces.iter().flat_map(|it| it.iter()) {
            let spec = Spec::local(name, workspace.path.clone());
            let (_, scope) = overrides.apply(all, name, &spec.text);
            let edge = Edge { spec, kind: Kind::Required, scope };
            // One that asks for a workspace and cannot have it is an error.
            let is_refused = edges.get(name).is_some_and(|edge: &Edge| {
                matches!(edge.spec.wanted, Wanted::Unsupported(_))
                    && edge.spec.text.starts_with("workspace:")
            });
            if !is_refused {
                edges.insert(name.clone(), edge);
            }
        }
        for (name, edge) in &edges {
            if !name::is_valid(name) {
                let reason =
                    format!("{} is not a valid name of a package", crate::error::shown(name));
                return Err(Error::Manifest { reason });
            }
            if edge.kind != Kind::Optional {
                edge.spec.check()?;
            }
        }
        Ok(edges)
    }

    /// Returns the specifiers that take the place of those of packages.
    ///
    /// Errors if `overrides` is malformed, or has another specifier for a dependency of the project
    /// itself.
    pub(crate) fn overrides(&self) -> Result<Overrides> {
        let all = [
            &self.dependencies,
            &self.dev_dependencies,
            &self.optional_dependencies,
            &self.peer_dependencies,
        ];
        let own = |name: &str| all.iter().find_map(|specs| specs.get(name)).map(String::as_str);
        let overrides = Overrides::parse(self.overrides.as_deref(), own)?;
        for (name, spec) in all.into_iter().flatten() {
            if overrides.apply(Scope::default(), name, spec).0 != spec {
                let reason = format!(
                    "overrides: {} is a dependency of the project itself with another version; \
                     change that one",
                    crate::error::shown(name)
                );
                return Err(Error::Manifest { reason });
            }
        }
        Ok(overrides)
    }

    /// Returns the patterns of the workspaces' folders.
    ///
    /// Errors if they are malformed.
    pub(crate) fn workspaces(&self) -> Result<Vec<String>> {
        let patterns = match &self.workspaces {
            serde_json::Value::Object(members) => members.get("packages"),
            patterns => Some(patterns),
        };
        match patterns {
            None | Some(serde_json::Value::Null) => Ok(Vec::new()),
            Some(patterns) => Vec::deserialize(patterns)
                .map_err(|error| Error::Manifest { reason: format!("workspaces: {error}") }),
        }
    }
}

/// Returns a `package.json` with these dependencies added or replaced. All else stays as it is,
/// byte for byte; the dependencies are sorted, as npm does.
pub(crate) fn with_dependencies(text: &str, added: &BTreeMap<String, String>) -> Result<String> {
    let fault = |error: serde_json::Error| Error::Manifest { reason: error.to_string() };
    let Members(mut members) = json::parse(text.as_bytes(), MAX_FILE, MANIFEST)?;
    let project = Project::parse(text)?;
    let mut dependencies = project.dependencies;
    dependencies.extend(added.clone());
    let dependencies = serde_json::to_string_pretty(&dependencies).map_err(fault)?;
    let dependencies = RawValue::from_string(dependencies.replace('\n', "\n  ")).map_err(fault)?;
    match members.iter_mut().find(|(name, _)| name == DEPENDENCIES) {
        Some((_, value)) => *value = dependencies,
        None => members.push((DEPENDENCIES.to_owned(), dependencies)),
    }
    let mut lines = Vec::new();
    for (name, value) in &members {
        let name = serde_json::to_string(name).map_err(fault)?;
        lines.push(format!("  {name}: {}", value.get()));
    }
    Ok(format!("{{\n{}\n}}\n", lines.join(",\n")))
}

/// The members of an object, in order, with the text of their values.
pub(crate) struct Members(pub(crate) Vec<(String, Box<RawValue>)>);

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct InOrder;
        impl<'de> Visitor<'de> for InOrder {
            type Value = Members;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(InOrder)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn added(name: &str, range: &str) -> BTreeMap<String, String> {
        BTreeMap::from([(name.to_owned(), range.to_owned())])
    }

    #[test]
    fn the_rest_of_package_json_stays() {
        let text = "{\n  \"name\": \"x\",\n  \"scripts\": {\n    \"b\":   1e3, \"a\": \"\\u0041\"\n  },\n  \
            \"dependencies\": { \"zod\": \"^3\" },\n  \"type\": \"module\"\n}";
        let expected = "{\n  \"name\": \"x\",\n  \"scripts\": {\n    \"b\":   1e3, \"a\": \"\\u0041\"\n  },\n  \
            \"dependencies\": {\n    \"hono\": \"^4\",\n    \"zod\": \"^3\"\n  },\n  \"type\": \"module\"\n}\n";
        assert_eq!(with_dependencies(text, &added("hono", "^4")).unwrap(), expected);
    }

    #[test]
    fn dependencies_are_added() {
        let expected = "{\n  \"dependencies\": {\n    \"hono\": \"^4\"\n  }\n}\n";
        let text = with_dependencies("{}", &added("hono", "^4")).unwrap();
        assert_eq!(text, expected);
        assert_eq!(with_dependencies(&text, &added("hono", "^4")).unwrap(), expected);
    }

    #[test]
    fn malformed_projects() {
        let edges = |text: &str| Project::parse(text)?.edges(false, None, &Overrides::default());
        for text in [
            r#"{"dependencies": {"../x": "1"}}"#,
            r#"{"dependencies": {"x": "file:../x"}}"#,
            r#"{"dependencies": {"x": 1}}"#,
            r#"{"dependencies": []}"#,
            "[",
            "",
            "\"dependencies\"",
        ] {
            assert!(edges(text).is_err(), "{text}");
        }
        assert!(edges(r#"{"optionalDependencies": {"x": "file:../x"}}"#).is_ok());
        assert_eq!(edges(r#"{"devDependencies": {"x": "1"}}"#).unwrap().len(), 0);
    }
}
