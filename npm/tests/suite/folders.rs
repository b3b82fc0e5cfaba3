//! Packages in the folder of the project: `file:` dependencies and workspaces.

use isolet_npm::{Error, Installer, Lock};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{World, map, tree, warnings};

/// Returns a folder with these files.
fn folder(files: &[(&str, Value)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, contents) in files {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, contents.to_string()).unwrap();
    }
    folder
}

fn installer(world: &World, folder: &TempDir) -> Installer {
    let mut settings = world.settings();
    settings.root = Some(folder.path().to_owned());
    Installer::new(settings)
}

#[tokio::test]
async fn a_dependency_is_a_folder() {
    let world = World::new().await;
    world.server.publish("c", "1.0.0", json!({}));
    world.server.publish("c", "2.0.0", json!({}));
    let folder = folder(&[
        (
            "lib/a/package.json",
            json!({"name": "a", "version": "3.0.0",
            "dependencies": {"b": "file:../b", "c": "1"}}),
        ),
        ("lib/a/index.js", json!("code")),
        (
            "lib/b/package.json",
            json!({"os": ["linux"], "bundleDependencies": ["c"], "dependencies": {"c": "2"}}),
        ),
    ]);
    let project = json!({"dependencies": {"a": "file:./lib/a", "c": "2"}}).to_string();
    let own = installer(&world, &folder);
    let installed = own.install(&project, None).await.unwrap();
    let expected = [("a", "3.0.0"), ("a > c", "1.0.0"), ("b", "0.0.0"), ("c", "2.0.0")];
    assert_eq!(tree(&installed), map(&expected));
    assert!(warnings(&installed).is_empty());
    let a = installed.packages.get("node_modules/a").unwrap().open().unwrap();
    assert_eq!(a.read_to_string("index.js").unwrap(), "\"code\"");
    // The lockfile keeps what comes from the registry.
    world.server.got();
    let lock = Lock::parse(&installed.lock.to_json()).unwrap();
    assert_eq!(lock, installed.lock);
    let again = own.install(&project, Some(&lock)).await.unwrap();
    assert_eq!((tree(&again), again.lock.to_json()), (map(&expected), lock.to_json()));
    assert_eq!(world.server.paths(), [""; 0]);
    // A folder that has changed is read anew, and one that is gone is an error.
    let manifest = json!({"version": "4.0.0"});
    std::fs::write(folder.path().join("lib/a/package.json"), manifest.to_string()).unwrap();
    let changed = own.install(&project, Some(&lock)).await.unwrap();
    assert_eq!(tree(&changed), map(&[("a", "4.0.0"), ("c", "2.0.0")]));
    std::fs::remove_dir_all(folder.path().join("lib/a")).unwrap();
    let error = own.install(&project, Some(&lock)).await.unwrap_err();
    assert!(error.to_string().starts_with("package.json: lib/a: "), "{error}");
}

#[tokio::test]
async fn folders_stay_in_the_project() {
    let world = World::new().await;
    let outside = folder(&[("package.json", json!({"name": "secret"}))]);
    let folder = folder(&[("lib/package.json", json!({"dependencies": {"x": "file:../../x"}}))]);
    #[cfg(unix)]
    std::os::unix::fs::symlink(outside.path(), folder.path().join("link")).unwrap();
    let absolute = format!("file:{}", outside.path().display());
    for spec in [
        "file:..",
        "file:../x",
        "file:lib",
        "file:.",
        "file:a/../..",
        &absolute,
        "file:link",
        "file:gone",
    ] {
        let project = json!({"dependencies": {"a": spec}}).to_string();
        let error = installer(&world, &folder).install(&project, None).await.unwrap_err();
        assert!(matches!(error, Error::Spec { .. } | Error::Manifest { .. }), "{spec}: {error}");
    }
    // Without a folder of the project there are none, and a package of a registry has none.
    let error = world.error(json!({"dependencies": {"a": "file:lib"}})).await;
    assert!(error.contains("is not a version of a registry"), "{error}");
    world.server.publish("a", "1.0.0", json!({"dependencies": {"b": "file:lib"}}));
    let project = json!({"dependencies": {"a": "1"}}).to_string();
    let error = installer(&world, &folder).install(&project, None).await.unwrap_err();
    assert!(matches!(error, Error::Spec { .. }), "{error}");
    let lock = json!({"version": 1, "packages": {"node_modules/a": {"resolved": "file:../x"}}});
    let error = Lock::parse(&lock.to_string()).unwrap_err();
    assert!(error.to_string().contains("it leads out of the project"), "{error}");
    assert!(world.server.paths().iter().all(|path| path == "/a"));
}

/// A lockfile may come with a program that nobody has read.
#[tokio::test]
async fn a_lockfile_puts_no_folder_in_the_place_of_a_package() {
    let world = World::new().await;
    world.server.publish("c", "1.0.0", json!({}));
    let folder = folder(&[("fixtures/c/package.json", json!({"name": "c", "version": "1.0.1"}))]);
    let lock =
        json!({"version": 1, "packages": {"node_modules/c": {"resolved": "file:fixtures/c"}}});
    let lock = Lock::parse(&lock.to_string()).unwrap();
    let project = json!({"dependencies": {"c": "1"}}).to_string();
    let installed = installer(&world, &folder).install(&project, Some(&lock)).await.unwrap();
    assert_eq!(tree(&installed), map(&[("c", "1.0.0")]));
    let c = installed.packages.get("node_modules/c").unwrap();
    assert!(!c.is_local());
}

#[tokio::test]
async fn workspaces() {
    let world = World::new().await;
    world.server.publish("c", "1.0.0", json!({}));
    world.server.publish("b", "1.0.0", json!({}));
    let folder = folder(&[
        (
            "packages/a/package.json",
            json!({"name": "@s/a", "version": "1.2.0", "dependencies": {"b": "^2", "c": "1"}}),
        ),
        ("packages/b/package.json", json!({"name": "b", "version": "2.0.0"})),
        ("packages/old/package.json", json!({"name": "old"})),
        ("packages/empty/README", json!("")),
        ("tools/x/package.json", json!({"name": "x", "dependencies": {"b": "1"}})),
    ]);
    let patterns = json!(["packages/*", "!packages/old", "./tools/x/"]);
    let expected =
        [("@s/a", "1.2.0"), ("b", "2.0.0"), ("c", "1.0.0"), ("x", "0.0.0"), ("x > b", "1.0.0")];
    for workspaces in [patterns.clone(), json!({"packages": patterns, "nohoist": []})] {
        let project = json!({"workspaces": workspaces}).to_string();
        let installed = installer(&world, &folder).install(&project, None).await.unwrap();
        assert_eq!(tree(&installed), map(&expected));
        world.server.got();
        let again = installer(&world, &folder).install(&project, Some(&installed.lock)).await;
        assert_eq!(tree(&again.unwrap()), map(&expected));
        assert_eq!(world.server.paths(), [""; 0]);
    }
    let ignored = world.install(json!({"workspaces": ["packages/*"]})).await.unwrap();
    assert_eq!(warnings(&ignored), ["package.json: \"workspaces\" is not supported, and ignored"]);
    for (workspaces, reason) in [
        (json!(["../*"]), "leads out of the project"),
        (json!(["**"]), "is not supported"),
        (json!(["a/{b,c}"]), "is not supported"),
        (json!("packages/*"), "workspaces: "),
        (json!([1]), "workspaces: "),
    ] {
        let project = json!({"workspaces": workspaces}).to_string();
        let error = installer(&world, &folder).install(&project, None).await.unwrap_err();
        assert!(error.to_string().contains(reason), "{error}");
    }
    std::fs::write(folder.path().join("packages/empty/package.json"), "{\"name\": \"b\"}").unwrap();
    let project = json!({"workspaces": ["packages/*"]}).to_string();
    let error = installer(&world, &folder).install(&project, None).await.unwrap_err();
    assert!(error.to_string().contains("the workspace packages/b has the same name"), "{error}");
    std::fs::write(folder.path().join("packages/empty/package.json"), "{}").unwrap();
    let error = installer(&world, &folder).install(&project, None).await.unwrap_err();
    assert!(
        error.to_string().contains("packages/empty: the workspace has no valid name"),
        "{error}"
    );
}

#[tokio::test]
async fn workspaces_ask_for_one_another() {
    let world = World::new().await;
    world.server.publish("b", "9.0.0", json!({}));
    world.server.publish("x", "1.0.0", json!({"dependencies": {"b": "workspace:*"}}));
    let needs = |spec: &str| json!({"name": "a", "version": "1.2.0", "dependencies": {"b": spec}});
    let folder = folder(&[
        ("packages/a/package.json", needs("workspace:^")),
        ("packages/b/package.json", json!({"name": "b", "version": "2.1.0-beta.1"})),
    ]);
    let project = |dependencies: Value| {
        json!({"workspaces": ["packages/*"], "dependencies": dependencies}).to_string()
    };
    let expected = map(&[("a", "1.2.0"), ("b", "2.1.0-beta.1")]);
    for spec in
        ["workspace:*", "workspace:^", "workspace:~", "workspace:^2.1.0-beta.1", " workspace:2.x"]
    {
        let path = folder.path().join("packages/a/package.json");
        std::fs::write(path, needs(spec).to_string()).unwrap();
        let project = project(json!({"a": spec.replace("2.1.0-beta.1", "1").replace('2', "1")}));
        let installed = installer(&world, &folder).install(&project, None).await.unwrap();
        assert_eq!(tree(&installed), expected, "{spec}");
        let b = installed.packages.get("node_modules/b").unwrap();
        assert!(b.is_local());
        let lock = Lock::parse(&installed.lock.to_json()).unwrap();
        let again = installer(&world, &folder).install(&project, Some(&lock)).await.unwrap();
        assert_eq!((tree(&again), again.lock), (expected.clone(), lock));
    }
    assert_eq!(world.server.paths(), [""; 0]);
    for (spec, reason) in [
        (
            "workspace:^3",
            "\"workspace:^3\" asks for a version that the workspace of this name does not",
        ),
        ("workspace:", "asks for a version that the workspace of this name does not have"),
        ("workspace:../b", "asks for a version that the workspace of this name does not have"),
    ] {
        let error = installer(&world, &folder).install(&project(json!({"b": spec})), None).await;
        let error = error.unwrap_err().to_string();
        assert!(error.starts_with("dependency \"b\": ") && error.contains(reason), "{error}");
    }
    for name in ["gone", "x"] {
        let project = project(json!({name: "workspace:*"}));
        let error = installer(&world, &folder).install(&project, None).await;
        let error = error.unwrap_err().to_string();
        let expected = format!(
            "dependency \"{name}\": \"workspace:*\" asks for a workspace, and the project has none"
        );
        assert!(error.starts_with(&expected), "{error}");
    }
    // A package of a registry reaches none, and neither does a project without a folder.
    let error = installer(&world, &folder).install(&project(json!({"x": "1"})), None).await;
    let error = error.unwrap_err().to_string();
    assert!(
        error.starts_with("dependency \"b\": \"workspace:*\" asks for a workspace; only"),
        "{error}"
    );
    let error = world.error(json!({"dependencies": {"b": "workspace:*"}})).await;
    assert!(
        error.starts_with("dependency \"b\": \"workspace:*\" asks for a workspace; only"),
        "{error}"
    );
}

#[tokio::test]
async fn workspaces_are_limited() {
    let world = World::new().await;
    let files = ["a", "b", "c"].map(|name| (format!("{name}/package.json"), json!({"name": name})));
    let files: Vec<_> = files.iter().map(|(path, text)| (path.as_str(), text.clone())).collect();
    let folder = folder(&files);
    let project = json!({"workspaces": ["*"]}).to_string();
    for (limit, fits) in [(3, true), (2, false)] {
        let mut settings = world.settings();
        settings.root = Some(folder.path().to_owned());
        settings.limits.packages = limit;
        let result = Installer::new(settings).install(&project, None).await;
        assert_eq!(result.is_ok(), fits, "{result:?}");
    }
}

#[tokio::test]
async fn locks_of_npm_have_links() {
    let world = World::new().await;
    world.server.publish("c", "1.0.0", json!({}));
    let digest = {
        let installed = world.install(json!({"dependencies": {"c": "1"}})).await.unwrap();
        let lock: Value = serde_json::from_str(&installed.lock.to_json()).unwrap();
        lock["packages"]["node_modules/c"]["integrity"].clone()
    };
    world.server.publish("c", "1.1.0", json!({}));
    let folder =
        folder(&[("packages/a/package.json", json!({"name": "a", "dependencies": {"c": "1"}}))]);
    let project = json!({"workspaces": ["packages/*"]});
    let lock = json!({"name": "x", "lockfileVersion": 3, "packages": {
        "": project,
        "packages/a": {"name": "a", "dependencies": {"c": "1"}},
        "packages/a/node_modules/d": {"version": "1.0.0"},
        "node_modules/a": {"resolved": "packages/a", "link": true},
        "node_modules/c": {"version": "1.0.0", "integrity": digest},
    }});
    let lock = Lock::parse(&lock.to_string()).unwrap();
    let installed = installer(&world, &folder).install(&project.to_string(), Some(&lock)).await;
    assert_eq!(tree(&installed.unwrap()), map(&[("a", "0.0.0"), ("c", "1.0.0")]));
    for (path, entry) in [
        ("node_modules/a", json!({"resolved": "../a", "link": true})),
        ("../a", json!({})),
        ("/a", json!({})),
    ] {
        let lock = json!({"name": "x", "lockfileVersion": 3, "packages": { path: entry }});
        assert!(Lock::parse(&lock.to_string()).is_err(), "{path}");
    }
}
