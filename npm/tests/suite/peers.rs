//! Cases of peers, with the results of npm.

use serde_json::{Value, json};

use crate::{World, map, tree, warnings};

async fn world(packages: &[(&str, Value)]) -> World {
    let world = World::new().await;
    for (name, members) in packages {
        world.server.publish(name, "1.0.0", members.clone());
    }
    world.server.publish("react", "17.0.0", json!({}));
    world.server.publish("react", "18.0.0", json!({}));
    world
}

/// Checks the packages of a project.
async fn check(packages: &[(&str, Value)], dependencies: Value, expected: &[(&str, &str)]) {
    let world = world(packages).await;
    let installed = world.install(json!({"dependencies": dependencies})).await.unwrap();
    assert_eq!(tree(&installed), map(expected));
    assert_eq!(warnings(&installed), [""; 0]);
}

/// Checks the message of the error that a project gives.
async fn refused(packages: &[(&str, Value)], dependencies: Value, expected: &str) {
    let world = world(packages).await;
    assert_eq!(world.error(json!({"dependencies": dependencies})).await, expected);
}

#[tokio::test]
async fn peers_that_exclude_each_other_are_nested() {
    let packages = [
        ("a", json!({"peerDependencies": {"react": "^17"}})),
        ("b", json!({"peerDependencies": {"react": "^18"}})),
        ("app", json!({"dependencies": {"a": "1", "b": "1"}})),
    ];
    let expected = [
        ("a", "1.0.0"),
        ("app", "1.0.0"),
        ("app > b", "1.0.0"),
        ("app > react", "18.0.0"),
        ("react", "17.0.0"),
    ];
    check(&packages, json!({"app": "*"}), &expected).await;
    check(&packages, json!({"a": "*", "app": "1"}), &expected).await;
    let error = "b@1.0.0 needs react@^18, but a@1.0.0 needs react@^17; change one of the two";
    refused(&packages, json!({"a": "*", "b": "*"}), error).await;
}

#[tokio::test]
async fn peers_of_peers() {
    let packages = [
        ("x", json!({"peerDependencies": {"react": "^17", "y": "*"}})),
        ("y", json!({"peerDependencies": {"react": "^18"}})),
        ("app", json!({"dependencies": {"x": "1"}})),
    ];
    let expected = [
        ("app", "1.0.0"),
        ("app > react", "17.0.0"),
        ("app > x", "1.0.0"),
        ("react", "18.0.0"),
        ("y", "1.0.0"),
    ];
    check(&packages, json!({"app": "*", "react": "18"}), &expected).await;
    let error = "y@1.0.0 needs react@^18, but x@1.0.0 needs react@^17; change one of the two";
    refused(&packages, json!({"x": "*"}), error).await;
    // Nothing satisfies both, and the project is not to blame. npm 11 does not end here.
    let world = world(&packages).await;
    let installed = world.install(json!({"dependencies": {"app": "*"}})).await.unwrap();
    let expected = [("app", "1.0.0"), ("react", "17.0.0"), ("x", "1.0.0"), ("y", "1.0.0")];
    assert_eq!(tree(&installed), map(&expected));
    assert_eq!(warnings(&installed), ["y@1.0.0 needs react@^18, but finds 17.0.0"]);
    // The lock accepts it.
    world.server.got();
    let again = world.locked(json!({"dependencies": {"app": "*"}}), &installed.lock).await.unwrap();
    assert_eq!(again.lock, installed.lock);
    assert_eq!(warnings(&again), warnings(&installed));
    assert_eq!(world.server.paths(), [""; 0]);
}

#[tokio::test]
async fn a_peer_that_wants_another_version_of_its_dependant() {
    let packages = [
        ("x", json!({"peerDependencies": {"y": "1"}})),
        ("y", json!({"peerDependencies": {"x": "2"}})),
    ];
    let error = "y@1.0.0 needs x@2, but the project needs x@1; change one of the two";
    refused(&packages, json!({"x": "1"}), error).await;
}

#[tokio::test]
async fn a_peer_that_does_not_exist() {
    let packages = [
        ("x", json!({"peerDependencies": {"react": "19"}})),
        ("app", json!({"dependencies": {"x": "1"}})),
    ];
    let error = "no version of react satisfies \"19\"; the newest is 18.0.0";
    refused(&packages, json!({"x": "1"}), error).await;
    refused(&packages, json!({"app": "1"}), error).await;
    // Something else brings another version.
    let world = world(&packages).await;
    let project = json!({"dependencies": {"app": "1", "react": "18"}});
    let installed = world.install(project).await.unwrap();
    assert_eq!(tree(&installed), map(&[("app", "1.0.0"), ("react", "18.0.0"), ("x", "1.0.0")]));
    assert_eq!(warnings(&installed), ["x@1.0.0 needs react@19, but finds 18.0.0"]);
}

#[tokio::test]
async fn optional_peers() {
    let packages = [
        (
            "o",
            json!({
                "peerDependencies": {"react": "^17"},
                "peerDependenciesMeta": {"react": {"optional": true}},
            }),
        ),
        ("q", json!({"dependencies": {"o": "1", "react": "18"}})),
    ];
    check(&packages, json!({"o": "*"}), &[("o", "1.0.0")]).await;
    let expected = [("o", "1.0.0"), ("q", "1.0.0"), ("q > react", "18.0.0"), ("react", "17.0.0")];
    check(&packages, json!({"q": "*"}), &expected).await;
    check(&packages, json!({"q": "*", "o": "1"}), &expected).await;
    let error = "o@1.0.0 needs react@^17, but the project needs react@18; change one of the two";
    refused(&packages, json!({"react": "18", "o": "1"}), error).await;
}

#[tokio::test]
async fn a_peer_and_a_dependency_of_one_package() {
    let packages = [
        ("dom", json!({"peerDependencies": {"react": "^17"}})),
        ("app", json!({"dependencies": {"dom": "1", "react": "18"}})),
        ("z", json!({"dependencies": {"react": "17"}})),
    ];
    let expected =
        [("app", "1.0.0"), ("app > react", "18.0.0"), ("dom", "1.0.0"), ("react", "17.0.0")];
    check(&packages, json!({"app": "*"}), &expected).await;
}
