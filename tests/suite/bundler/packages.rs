//! Dependencies, in a worker without the capability to install packages.

use serde_json::json;

use super::bundler;

#[tokio::test]
async fn packages_that_are_there_need_no_capability() {
    let _ = bundler(
        r#"const files = {
            "package.json": JSON.stringify({ dependencies: { "is-number": "7.0.0" } }),
            "src/index.ts": `import isNumber from "is-number"; export default { fetch: () => new Response(String(isNumber(42))) };`,
            "node_modules/is-number/package.json": JSON.stringify({ name: "is-number", version: "7.0.0" }),
            "node_modules/is-number/index.js": "module.exports = (value) => typeof value === 'number';",
        };
        return [await installDependencies(new InMemoryFileSystem(files)), await text(env, { files })];"#,
    )
    .run()
    .await
    .expect_ok(json!([{ "installed": [], "warnings": [] }, "true"]));
}

#[tokio::test]
async fn a_package_that_is_missing_is_an_error_that_names_it() {
    let run = bundler(
        r#"const files = { "index.ts": OK, "package.json": `{ "dependencies": { "is-number": "7.0.0" } }` };
        return [await caught(createWorker({ files })), await caught(installDependencies(new InMemoryFileSystem(files)))];"#,
    )
    .run()
    .await;
    let errors: Vec<String> = serde_json::from_value(run.json()).expect("texts");
    assert_eq!(errors.len(), 2);
    for error in errors {
        assert!(error.starts_with("Error: ") && error.contains("is-number"), "{error}");
    }
}

#[tokio::test]
async fn manifests_that_ask_for_nothing_install_nothing() {
    let _ = bundler(
        r#"const install = (files) => installDependencies(new InMemoryFileSystem(files));
        return [await install({}), await install({ "package.json": "{}" }), await install({ "package.json": "{" }),
            await install({ "package.json": "{}", "pyproject.toml": "" }), await caught(install({ "pyproject.toml": "" })),
            await caught(installDependencies({ "package.json": "{}" }))];"#,
    )
    .run()
    .await
    .expect_ok(json!([
        { "installed": [], "warnings": [] },
        { "installed": [], "warnings": [] },
        { "installed": [], "warnings": ["Failed to parse package.json"] },
        { "installed": [], "warnings": ["Cannot have package.json and pyproject.toml"] },
        "Error: pyproject.toml: isolet installs no Python packages.",
        "TypeError: installDependencies(): the first argument must be a FileSystem."
    ]));
}

#[tokio::test]
async fn dependencies_are_those_of_the_manifest() {
    let _ = bundler(
        r#"return [{}, { "package.json": "{" }, { "package.json": "null" }, { "package.json": `{ "dependencies": {} }` }, { "package.json": `{ "devDependencies": { "a": "1" } }` },
            { "package.json": `{ "dependencies": { "a": "1" } }` }].map((files) => hasDependencies(new InMemoryFileSystem(files)));"#,
    )
    .run()
    .await
    .expect_ok(json!([false, false, false, false, false, true]));
}
