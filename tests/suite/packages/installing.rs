//! Packages from a registry: for the embedder, and for a worker that may install.

#[path = "../../../npm/tests/suite/server.rs"]
#[allow(dead_code, clippy::unwrap_used, reason = "the installer's own tests use the rest")]
mod server;

use isolet::npm::{AllowedNames, Installer, Registries, Settings};
use isolet::{PackageInstaller, Packages, Stub, WorkerCode};
use serde_json::{Value as Json, json};

use self::server::{Server, archive};
use crate::dirs::Folder;
use crate::harness::{Case, Run, soon};

async fn registry() -> Server {
    let server = Server::start().await;
    let even = archive(&[
        ("package/package.json", br#"{"main":"./lib/even.js"}"#),
        ("package/lib/even.js", b"module.exports = n => !require('is-odd')(n)"),
        ("package/lib/even.d.ts", b"export default function(n: number): boolean"),
        ("package/image.png", b"\x89PNG"),
    ]);
    let odd = archive(&[
        ("package/package.json", br#"{"type":"module","exports":"./odd.js"}"#),
        ("package/odd.js", b"const odd = n => n % 2 === 1; export { odd as 'module.exports' }"),
    ]);
    server.publish_archive(
        "is-even",
        "1.2.3",
        json!({ "dependencies": { "is-odd": "^2" } }),
        &even,
    );
    server.publish_archive("is-odd", "2.0.1", json!({}), &odd);
    server
}

fn settings(server: &Server, store: &Folder) -> Settings {
    Settings::new(Registries::new(&server.address).expect("an address"), store.path("store"))
}

#[tokio::test]
async fn an_embedder_installs_packages_for_a_worker() {
    let (server, folder) = (registry().await, Folder::new());
    let folder = folder
        .file("app/main.js", "import even from 'is-even'; export default { run: n => even(n) }");
    let installer = Installer::new(settings(&server, &folder));
    let manifest = r#"{"dependencies":{"is-even":"1"}}"#;
    let found = soon(installer.install(manifest, None)).await.expect("packages").packages;
    let root = folder.path("app");
    let packages = Packages::installed(Some(&root), &found).expect("packages");
    let case = Case::js("").code(|_| WorkerCode::from_source("main.js", packages));
    let _ = case.arg(4).run().await.expect_ok(true);
    assert!(!folder.path("app/node_modules").exists());
}

/// Runs a program that makes a worker of a project and calls it.
async fn created(settings: Option<Settings>, project: Json) -> Run {
    let source = "import { createWorker } from 'isolet:bundler';
        export default { async run(files, env) {
          const { mainModule, modules, warnings } = await createWorker({ files, registry: files.registry });
          const worker = env.LOADER.load({ mainModule, modules });
          return [await (await worker.getEntrypoint().fetch('http://x/4')).text(), Object.keys(modules), warnings ?? []];
        } }";
    let case = Case::js(source).code(|code| code.loader("LOADER")).arg(project);
    let case = match settings {
        Some(settings) => {
            let installer = PackageInstaller::new(Installer::new(settings));
            case.code(|code| code.packages(Stub::new(installer)))
        }
        None => case,
    };
    case.run().await
}

fn project() -> Json {
    json!({
        "index.ts": "import even from 'is-even'; export default { fetch(request: Request) {
            return new Response(String(even(+new URL(request.url).pathname.slice(1)))) } }",
        "package.json": r#"{"dependencies":{"is-even":"^1.0.0"}}"#,
    })
}

#[tokio::test]
async fn a_worker_installs_what_a_program_asks_for() {
    let (server, folder) = (registry().await, Folder::new());
    let run = created(Some(settings(&server, &folder)), project()).await;
    let names = ["index.js", "node_modules/is-even/lib/even.js", "node_modules/is-odd/odd.js"];
    let _ = run.expect_ok(json!(["true", names, []]));
    assert_eq!(server.paths().len(), 4);
    // All is in the store.
    let _ = created(Some(settings(&server, &folder)), project()).await;
    assert!(server.paths().iter().all(|path| !path.contains("/-/")));
}

#[tokio::test]
async fn the_settings_are_the_embedders() {
    let (server, folder) = (registry().await, Folder::new());
    let mut allowed = settings(&server, &folder);
    allowed.allowed = AllowedNames::new(["is-odd"]);
    let run = created(Some(allowed), project()).await;
    let message = &run.exception().message;
    assert!(message.contains("Cannot install is-even: ") && message.contains("allow"), "{message}");
    assert!(server.paths().is_empty());
    // A registry of the program's choice gets no request.
    let other = registry().await;
    let mut elsewhere = project();
    elsewhere["registry"] = other.address.as_str().into();
    let run = created(Some(settings(&server, &folder)), elsewhere).await;
    let warnings = run.json()[2].to_string();
    assert!(warnings.contains("the embedder of the worker chooses the registry"), "{warnings}");
    assert!(other.paths().is_empty());
}

#[tokio::test]
async fn without_the_capability_a_missing_package_is_an_error_that_names_it() {
    let run = created(None, project()).await;
    let message = &run.exception().message;
    assert!(message.starts_with("Cannot install is-even: This worker may not install packages."));
}
