//! The versions that are chosen, and their places.

use std::time::Duration;

use isolet_npm::Error;
use serde_json::json;

use crate::{World, map, tree, warnings};

const HOUR: Duration = Duration::from_hours(1);

#[tokio::test]
async fn dependencies_are_hoisted() {
    let world = World::new().await;
    world.server.publish("a", "1.0.0", json!({"dependencies": {"b": "^1"}}));
    world.server.publish("b", "1.0.0", json!({}));
    world.server.publish("b", "1.5.0", json!({"dependencies": {"@s/c": "*"}}));
    world.server.publish("@s/c", "0.1.0", json!({}));
    let tree = world.tree(json!({"dependencies": {"a": "1"}})).await;
    assert_eq!(tree, map(&[("a", "1.0.0"), ("b", "1.5.0"), ("@s/c", "0.1.0")]));
}

#[tokio::test]
async fn conflicting_versions_are_nested() {
    let world = World::new().await;
    world.server.publish("a", "1.0.0", json!({"dependencies": {"c": "^1"}}));
    world.server.publish("b", "1.0.0", json!({"dependencies": {"c": "^2"}}));
    world.server.publish("c", "1.0.0", json!({"dependencies": {"d": "1"}}));
    world.server.publish("c", "2.0.0", json!({"dependencies": {"d": "2"}}));
    world.server.publish("d", "1.0.0", json!({}));
    world.server.publish("d", "2.0.0", json!({}));
    let expected = [
        ("a", "1.0.0"),
        ("b", "1.0.0"),
        ("c", "1.0.0"),
        ("d", "1.0.0"),
        ("b > c", "2.0.0"),
        ("b > d", "2.0.0"),
    ];
    assert_eq!(world.tree(json!({"dependencies": {"a": "*", "b": "*"}})).await, map(&expected));
    // The project's own version is at the top.
    let expected = [
        ("a", "1.0.0"),
        ("b", "1.0.0"),
        ("c", "2.0.0"),
        ("d", "2.0.0"),
        ("a > c", "1.0.0"),
        ("a > d", "1.0.0"),
    ];
    let project = json!({"dependencies": {"a": "*", "b": "*", "c": "2"}});
    assert_eq!(world.tree(project).await, map(&expected));
}

#[tokio::test]
async fn cycles_end() {
    let world = World::new().await;
    world.server.publish("a", "1.0.0", json!({"dependencies": {"b": "1"}}));
    world.server.publish(
        "b",
        "1.0.0",
        json!({"dependencies": {"a": "1"}, "peerDependencies": {"a": "1"}}),
    );
    assert_eq!(world.tree(json!({"dependencies": {"a": "1"}})).await.len(), 2);
    // Each version wants the other one, for ever deeper.
    world.server.publish("x", "1.0.0", json!({"dependencies": {"y": "1"}}));
    world.server.publish("y", "1.0.0", json!({"dependencies": {"x": "2"}}));
    world.server.publish("x", "2.0.0", json!({"dependencies": {"y": "2"}}));
    world.server.publish("y", "2.0.0", json!({"dependencies": {"x": "1"}}));
    let error = world.install(json!({"dependencies": {"x": "1"}})).await.unwrap_err();
    assert!(matches!(error, Error::Limit { limit: 16, .. }), "{error}");
}

#[tokio::test]
async fn peers_are_installed_beside_their_dependant() {
    let world = World::new().await;
    world.server.publish("react", "18.0.0", json!({}));
    world.server.publish("react", "19.0.0", json!({}));
    world.server.publish("dom", "18.0.0", json!({"peerDependencies": {"react": "^18"}}));
    world.server.publish(
        "kit",
        "1.0.0",
        json!({
            "peerDependencies": {"react": ">=18", "vue": "*"},
            "peerDependenciesMeta": {"vue": {"optional": true}},
        }),
    );
    let tree = world.tree(json!({"dependencies": {"dom": "*"}})).await;
    assert_eq!(tree, map(&[("dom", "18.0.0"), ("react", "18.0.0")]));
    // The newer one that came first gives way to the one that both accept.
    let tree = world.tree(json!({"dependencies": {"a-kit": "npm:kit@1", "dom": "*"}})).await;
    assert_eq!(tree, map(&[("a-kit", "1.0.0"), ("dom", "18.0.0"), ("react", "18.0.0")]));
    let project = json!({"dependencies": {"dom": "*", "react": "^19"}});
    assert_eq!(
        world.error(project).await,
        "dom@18.0.0 needs react@^18, but the project needs react@^19; change one of the two"
    );
}

#[tokio::test]
async fn peers_of_a_dependency_are_nested_with_it() {
    let world = World::new().await;
    world.server.publish("react", "17.0.0", json!({}));
    world.server.publish("react", "18.0.0", json!({}));
    world.server.publish("dom", "17.0.0", json!({"peerDependencies": {"react": "^17"}}));
    world.server.publish("app", "1.0.0", json!({"dependencies": {"dom": "17"}}));
    let tree = world.tree(json!({"dependencies": {"app": "*", "react": "18"}})).await;
    let expected =
        [("app", "1.0.0"), ("react", "18.0.0"), ("app > dom", "17.0.0"), ("app > react", "17.0.0")];
    assert_eq!(tree, map(&expected));
}

#[tokio::test]
async fn a_star_is_satisfied_by_prereleases() {
    let world = World::new().await;
    world.server.publish("a", "1.0.0-rc.1", json!({}));
    world.server.publish("b", "1.0.0", json!({"dependencies": {"a": "*"}}));
    let tree = world.tree(json!({"dependencies": {"b": "1"}})).await;
    assert_eq!(tree, map(&[("a", "1.0.0-rc.1"), ("b", "1.0.0")]));
    let error = world.error(json!({"dependencies": {"a": ">=0"}})).await;
    assert_eq!(error, "no version of a satisfies \">=0\"; the newest is 1.0.0-rc.1");
}

#[tokio::test]
async fn optional_dependencies() {
    let world = World::new().await;
    world.server.publish("linux", "1.0.0", json!({"os": ["linux"], "cpu": ["x64"]}));
    world.server.publish("not-windows", "1.0.0", json!({"os": ["!win32"]}));
    world.server.publish("half", "1.0.0", json!({"dependencies": {"missing": "1"}}));
    world.server.publish(
        "a",
        "1.0.0",
        json!({
            "optionalDependencies": {"linux": "1", "not-windows": "1", "half": "1", "gone": "1"},
        }),
    );
    let installed = world.install(json!({"dependencies": {"a": "1"}})).await.unwrap();
    assert_eq!(tree(&installed), map(&[("a", "1.0.0"), ("not-windows", "1.0.0")]));
    let address = &world.server.address;
    assert_eq!(
        warnings(&installed),
        [
            format!(
                "the optional dependency gone of a@1.0.0 is left out: package gone is not in the \
             registry {address}"
            ),
            format!(
                "the optional dependency half of a@1.0.0 is left out: package missing is not in the \
             registry {address}"
            ),
        ]
    );
    // Packages for other platforms are locked, but not fetched.
    assert!(installed.lock.to_json().contains("node_modules/linux"));
    assert!(!world.server.paths().iter().any(|path| path.ends_with("linux-1.0.0.tgz")));
    let required = world.install(json!({"dependencies": {"linux": "1"}})).await.unwrap();
    assert_eq!(
        warnings(&required),
        ["linux@1.0.0 is for certain operating systems or processors, and may not work"]
    );
    assert_eq!(
        world.error(json!({"dependencies": {"half": "1"}})).await,
        format!("package missing is not in the registry {address}")
    );
}

#[tokio::test]
async fn aliases_and_tags() {
    let world = World::new().await;
    world.server.publish("a", "2.0.0-rc.1", json!({}));
    world.server.tag("a", "next", "2.0.0-rc.1");
    world.server.publish("a", "1.0.0", json!({}));
    let project = json!({"dependencies": {"a": "latest", "b": "npm:a@next", "c": "npm:a@*"}});
    let installed = world.install(project).await.unwrap();
    let expected = map(&[("a", "1.0.0"), ("b", "2.0.0-rc.1"), ("c", "1.0.0")]);
    assert_eq!(tree(&installed), expected);
    assert_eq!(installed.packages.get("node_modules/b").unwrap().name(), "a");
    assert_eq!(
        world.error(json!({"dependencies": {"a": "beta"}})).await,
        "no version of a satisfies \"beta\"; the newest is 2.0.0-rc.1"
    );
}

#[tokio::test]
async fn latest_goes_before_newer_versions() {
    let world = World::new().await;
    world.server.publish("a", "1.2.0", json!({}));
    world.server.publish("a", "1.1.0", json!({}));
    world.server.publish("d", "1.0.0", json!({}));
    world.server.publish("d", "1.1.0", json!({"deprecated": "do not use"}));
    world.server.publish("e", "1.0.0", json!({"engines": {"node": ">=18"}}));
    world.server.publish("e", "1.1.0", json!({"engines": {"node": ">=22"}}));
    let project = json!({"dependencies": {"a": "^1", "d": "^1", "e": "^1"}});
    let expected = map(&[("a", "1.1.0"), ("d", "1.0.0"), ("e", "1.1.0")]);
    assert_eq!(world.tree(project.clone()).await, expected);
    assert_eq!(world.tree(json!({"dependencies": {"a": ">1.1"}})).await, map(&[("a", "1.2.0")]));
    let mut settings = world.settings();
    settings.node = Some("20.1.0".to_owned());
    let installed = isolet_npm::Installer::new(settings).install(&project.to_string(), None).await;
    assert_eq!(tree(&installed.unwrap())["e"], "1.0.0");
}

#[tokio::test]
async fn young_versions_wait() {
    let world = World::new().await;
    world.server.publish_aged("a", "1.0.0", json!({}), 100 * HOUR);
    world.server.publish_aged("a", "1.1.0", json!({}), 73 * HOUR);
    world.server.publish_aged("a", "1.2.0", json!({}), 71 * HOUR);
    for range in ["^1", "latest", "*"] {
        let tree = world.tree(json!({"dependencies": {"a": range}})).await;
        assert_eq!(tree, map(&[("a", "1.1.0")]), "{range}");
    }
    let project = json!({"dependencies": {"a": "1.2.0"}});
    assert_eq!(
        world.error(project.clone()).await,
        "a@1.2.0 satisfies \"1.2.0\", but is younger than 72 hours; ask for an older version, \
         wait, or lower the minimum age"
    );
    let mut settings = world.settings();
    settings.minimum_age = 70 * HOUR;
    let installed =
        isolet_npm::Installer::new(settings).install(&project.to_string(), None).await.unwrap();
    // A locked version is exempt.
    let locked = world.locked(project, &installed.lock).await.unwrap();
    assert_eq!(tree(&locked), map(&[("a", "1.2.0")]));
}

#[tokio::test]
async fn the_long_metadata_are_fetched_for_changed_packages_alone() {
    let world = World::new().await;
    world.server.publish_aged("old", "1.0.0", json!({}), 100 * HOUR);
    world.server.publish_aged("new", "1.0.0", json!({}), 100 * HOUR);
    world.server.publish_aged("new", "1.1.0", json!({}), HOUR);
    world.tree(json!({"dependencies": {"old": "1", "new": "1"}})).await;
    let got = world.server.got();
    let accepts = |path: &str| -> Vec<bool> {
        let of_path = got.iter().filter(|got| got.path == path);
        of_path.map(|got| got.accept.contains("install-v1")).collect()
    };
    assert_eq!(accepts("/old"), [true]);
    assert_eq!(accepts("/new"), [true, false]);
}

#[tokio::test]
async fn development_dependencies_are_for_those_who_ask() {
    let world = World::new().await;
    world.server.publish("a", "1.0.0", json!({"devDependencies": {"gone": "1"}}));
    world.server.publish("b", "1.0.0", json!({}));
    let project = json!({"dependencies": {"a": "1"}, "devDependencies": {"b": "1"}});
    assert_eq!(world.tree(project.clone()).await, map(&[("a", "1.0.0")]));
    let mut settings = world.settings();
    settings.dev = true;
    let installed = isolet_npm::Installer::new(settings).install(&project.to_string(), None).await;
    assert_eq!(tree(&installed.unwrap()), map(&[("a", "1.0.0"), ("b", "1.0.0")]));
}

#[tokio::test]
async fn what_is_not_of_a_registry_is_refused_by_name() {
    let world = World::new().await;
    world.server.publish("a", "1.0.0", json!({"dependencies": {"b": "git+ssh://git@host/b.git"}}));
    let error = world.error(json!({"dependencies": {"a": "1"}})).await;
    assert!(
        error
            .starts_with("dependency \"b\": \"git+ssh://git@host/b.git\" is a repository of git; "),
        "{error}"
    );
    let installed = world.install(json!({"workspaces": ["x"], "overrides": {}})).await.unwrap();
    assert_eq!(
        warnings(&installed),
        ["package.json: \"workspaces\" is not supported, and ignored"]
    );
}

#[tokio::test]
async fn old_documents_with_odd_fields() {
    let world = World::new().await;
    let odd = json!({"dependencies": [], "peerDependencies": "x", "os": "!aix", "engines": ["x"],
        "deprecated": false, "optionalDependencies": {"b": 1}, "peerDependenciesMeta": 7});
    world.server.publish("a", "1.0.0", odd);
    assert_eq!(world.tree(json!({"dependencies": {"a": "1"}})).await, map(&[("a", "1.0.0")]));
}

#[tokio::test]
async fn overrides() {
    let world = World::new().await;
    world.server.publish("a", "1.0.0", json!({"dependencies": {"b": "^1", "c": "^2"}}));
    for version in ["1.0.0", "1.5.0", "2.0.0"] {
        world.server.publish("b", version, json!({}));
        world.server.publish("c", version, json!({}));
    }
    let install = async |overrides: serde_json::Value| {
        let project = json!({"dependencies": {"a": "1"}, "overrides": overrides});
        world.install(project).await
    };
    let plain = install(json!({})).await.unwrap();
    assert_eq!(tree(&plain), map(&[("a", "1.0.0"), ("b", "1.5.0"), ("c", "2.0.0")]));
    for (overrides, b, c) in [
        (json!({"b": "1.0.0"}), "1.0.0", "2.0.0"),
        (json!({"b@1": "2", "c@1": "1.0.0"}), "2.0.0", "2.0.0"),
        (json!({"b@2": "1.0.0", "c": {".": "1.5.0"}}), "1.5.0", "1.5.0"),
    ] {
        let installed = install(overrides.clone()).await.unwrap();
        assert_eq!(tree(&installed), map(&[("a", "1.0.0"), ("b", b), ("c", c)]), "{overrides}");
        // The lockfile keeps the choice, and gives way when the overrides change.
        let project = json!({"dependencies": {"a": "1"}, "overrides": overrides});
        let locked = world.locked(project, &installed.lock).await.unwrap();
        assert_eq!(locked.lock.to_json(), installed.lock.to_json());
        let project = json!({"dependencies": {"a": "1"}, "overrides": {"b": "2", "c": "2"}});
        let locked = world.locked(project, &installed.lock).await.unwrap();
        assert_eq!(tree(&locked), map(&[("a", "1.0.0"), ("b", "2.0.0"), ("c", "2.0.0")]));
    }
    // Another package under the same name.
    let installed = install(json!({"b": "npm:c@1.0.0"})).await.unwrap();
    assert_eq!(installed.packages.get("node_modules/b").unwrap().name(), "c");
    // Overrides of dependencies of the project itself.
    let own = |spec: &str, overrides: serde_json::Value| json!({"dependencies": {"a": "1", "b": spec}, "overrides": overrides});
    let installed = world.install(own("2", json!({"b": "$b"}))).await.unwrap();
    assert_eq!(tree(&installed)["b"], "2.0.0");
    let error = world.error(own("2", json!({"b": "1"}))).await;
    assert!(
        error.starts_with("package.json: overrides: b is a dependency of the project"),
        "{error}"
    );
}

/// The trees are those of npm 11.
#[tokio::test]
async fn nested_overrides() {
    let world = World::new().await;
    for version in ["1.0.0", "1.5.0", "2.0.0", "2.5.0"] {
        world.server.publish("b", version, json!({}));
    }
    world.server.publish("a", "1.0.0", json!({"dependencies": {"b": "^1", "d": "1"}}));
    world.server.publish("c", "1.0.0", json!({"dependencies": {"b": "^1", "d": "1"}}));
    world.server.publish("d", "1.0.0", json!({"dependencies": {"b": "^1"}}));
    world.server.publish("d", "1.1.0", json!({"dependencies": {"b": "^1"}}));
    let project = |overrides: &serde_json::Value| json!({"dependencies": {"a": "1", "c": "1"}, "overrides": overrides});
    for (overrides, expected) in [
        // For what is below the package, at any depth, and for what shares it.
        (
            json!({"a": {"b": "2.0.0"}}),
            &[("a", "1.0.0"), ("b", "2.0.0"), ("c", "1.0.0"), ("c > b", "1.5.0"), ("d", "1.1.0")][..],
        ),
        (
            json!({"a": {"d": {"b": "2.0.0"}}}),
            &[("a", "1.0.0"), ("b", "1.5.0"), ("c", "1.0.0"), ("d", "1.1.0"), ("d > b", "2.0.0")],
        ),
        (
            json!({"d": {".": "1.0.0", "b": "2.0.0"}}),
            &[("a", "1.0.0"), ("b", "1.5.0"), ("c", "1.0.0"), ("d", "1.0.0"), ("d > b", "2.0.0")],
        ),
        (
            json!({"d@1.0.0": {"b": "2.0.0"}, "b@2": "1.0.0"}),
            &[("a", "1.0.0"), ("b", "1.5.0"), ("c", "1.0.0"), ("d", "1.0.0"), ("d > b", "2.0.0")],
        ),
        // Rules that exclude one another have a copy each.
        (
            json!({"a": {"d": {"b": "1.0.0"}}, "c": {"d": {"b": "2.0.0"}}}),
            &[
                ("a", "1.0.0"),
                ("b", "1.5.0"),
                ("c", "1.0.0"),
                ("c > d", "1.1.0"),
                ("c > d > b", "2.0.0"),
                ("d", "1.1.0"),
                ("d > b", "1.0.0"),
            ],
        ),
        (
            json!({"a": {"b": "2.5.0"}, "b": "1.0.0"}),
            &[("a", "1.0.0"), ("b", "2.5.0"), ("c", "1.0.0"), ("c > b", "1.0.0"), ("d", "1.1.0")],
        ),
    ] {
        let installed = world.install(project(&overrides)).await.unwrap();
        assert_eq!(tree(&installed), map(expected), "{overrides}");
        assert!(warnings(&installed).is_empty());
        // The lockfile keeps it, without a request.
        world.server.got();
        let locked = world.locked(project(&overrides), &installed.lock).await.unwrap();
        assert_eq!(locked.lock.to_json(), installed.lock.to_json(), "{overrides}");
        assert_eq!(world.server.paths(), [""; 0]);
        // It gives way when the overrides change.
        let plain = world.locked(project(&json!({})), &installed.lock).await.unwrap();
        assert!(tree(&plain).values().all(|version| !version.starts_with('2')), "{overrides}");
    }
}

#[tokio::test]
async fn packages_that_need_one_another_with_nested_overrides() {
    let world = World::new().await;
    for version in ["1.0.0", "2.0.0"] {
        world.server.publish("x", version, json!({}));
    }
    for (name, needs) in [("a", "b"), ("b", "c"), ("c", "a")] {
        world.server.publish(name, "1.0.0", json!({"dependencies": {needs: "1", "x": "*"}}));
    }
    let overrides = json!({"a": {"x": "1.0.0", "b": {"x": "2.0.0"}}, "b": {"c": {"x": "1.0.0"}},
        "c": {"a": {"x": "2.0.0"}}});
    let project = json!({"dependencies": {"a": "1", "b": "1", "c": "1"}, "overrides": overrides});
    // It ends, whatever it is.
    let installed = world.install(project.clone()).await;
    if let Ok(installed) = installed {
        assert!(world.locked(project, &installed.lock).await.is_ok());
    }
}
