//! `isolet add`, `isolet bundle`, packages of `isolet run`, and `--cache`.

#[path = "../../../npm/tests/suite/server.rs"]
#[allow(dead_code, clippy::unwrap_used, reason = "the installer's own tests use the rest")]
mod server;

use std::fs;
use std::process::Command;

use serde_json::json;
use tokio::runtime::Runtime;

use self::server::{Server, archive};
use crate::folder::{Folder, Said, said};

/// A registry with two packages, in a runtime of its own.
struct Registry {
    _runtime: Runtime,
    server: Server,
}

impl Registry {
    fn new() -> Self {
        let runtime = Runtime::new().expect("a runtime");
        let server = runtime.block_on(Server::start());
        for (name, version, needs, code) in [
            ("a", "1.0.0", json!({}), "module.exports = 'old a'"),
            ("a", "1.1.0", json!({ "b": "^2" }), "module.exports = ['a', require('b')]"),
            ("b", "2.0.0", json!({}), "module.exports = 'b'"),
        ] {
            let archive = archive(&[
                ("package/package.json", br#"{"main":"main.js"}"#),
                ("package/main.js", code.as_bytes()),
            ]);
            server.publish_archive(name, version, json!({ "dependencies": needs }), &archive);
        }
        Self { _runtime: runtime, server }
    }

    /// Runs the command in a folder, whose user has this registry.
    fn isolet(&self, folder: &Folder, arguments: &[&str]) -> Said {
        let mut command = Command::new(env!("CARGO_BIN_EXE_isolet"));
        for variable in
            ["XDG_CACHE_HOME", "XDG_CONFIG_HOME", "NODE_EXTRA_CA_CERTS", "RUST_BACKTRACE"]
        {
            command.env_remove(variable);
        }
        // The variables of the machine that runs the tests do not count.
        let of_proxies = std::env::vars_os().map(|(name, _)| name);
        for name in of_proxies.filter(|it| it.to_string_lossy().to_lowercase().contains("proxy")) {
            command.env_remove(name);
        }
        command.env("HOME", folder.path()).env("npm_config_registry", &self.server.address);
        said(command.args(arguments).current_dir(folder.path()))
    }
}

const PROGRAM: &str = "import a from 'a'; export default () => a";

#[test]
fn packages_are_added_and_found() {
    let (registry, folder) = (Registry::new(), Folder::js("packages-add", PROGRAM));
    let said = registry.isolet(&folder, &["run", "main.js"]);
    let _ = said.expect_failure(2, &["No such module \"a\", imported from \"main.js\""]);
    let said = registry.isolet(&folder, &["add", "a"]);
    let _ = said.expect_out("a 1.1.0\n2 packages, listed in ./isolet-lock.json");
    let manifest = fs::read_to_string(folder.path().join("package.json")).expect("a manifest");
    assert!(manifest.contains("\"a\": \"^1.1.0\""), "{manifest}");
    assert!(!folder.path().join("node_modules").exists());
    let _ = registry.server.paths();
    let _ = registry.isolet(&folder, &["run", "main.js"]).expect_out(r#"["a","b"]"#);
    // A run asks no registry.
    assert!(registry.server.paths().is_empty());
    let said = registry.isolet(&folder, &["add", "a@1.0.0"]);
    let _ = said.expect_out("a 1.0.0\n1 package, listed in ./isolet-lock.json");
    let _ = registry.isolet(&folder, &["run", "main.js"]).expect_out(r#""old a""#);
    let said = registry.isolet(&folder, &["add", "missing", "--allow-package", "a"]);
    let _ = said.expect_failure(2, &["missing"]);
    let _ = registry.isolet(&folder, &["run", "main.js"]).expect_out(r#""old a""#);
}

#[test]
fn proxies_are_those_of_the_user() {
    let (registry, folder) = (Registry::new(), Folder::new("packages-proxies"));
    let proxies = "proxy = http://user:s3cret@127.0.0.1:1\nhttps-proxy=http://127.0.0.1:1\n";
    let folder = folder.file("app/main.js", PROGRAM).file("app/.npmrc", proxies);
    let said = registry.isolet(&folder, &["add", "a", "--dir", "app"]);
    for name in ["proxy", "https-proxy"] {
        let warning = format!("{name} is ignored, because it has a variable, names certificates");
        assert!(said.err.contains(&warning), "{said:?}");
    }
    assert!(!said.err.contains("s3cret"), "{said:?}");
    let _ = said.expect_out("a 1.1.0\n2 packages, listed in app/isolet-lock.json");
    let folder = folder.file(".npmrc", proxies);
    let said = registry.isolet(&folder, &["add", "b", "--dir", "app"]);
    assert!(!said.err.contains("s3cret"), "{said:?}");
    let _ = said.expect_failure(2, &["the proxy http://127.0.0.1:1: "]);
    // Installed packages need no proxy, and neither does what the program asks for.
    let _ = registry.isolet(&folder, &["run", "app/main.js"]).expect_out(r#"["a","b"]"#);
    let folder = folder.file(".npmrc", format!("{proxies}noproxy=127.0.0.1\n"));
    let said = registry.isolet(&folder, &["add", "b", "--dir", "app"]);
    let _ = said.expect_out("b 2.0.0\n2 packages, listed in app/isolet-lock.json");
}

#[test]
fn a_run_installs_only_if_it_is_told_to() {
    let (registry, folder) = (Registry::new(), Folder::js("packages-install", PROGRAM));
    let folder = folder.file("package.json", r#"{"dependencies":{"a":"^1"}}"#);
    let said = registry.isolet(&folder, &["run", "main.js"]);
    let _ = said.expect_failure(2, &["No such module \"a\""]);
    assert!(registry.server.paths().is_empty());
    let said = registry.isolet(&folder, &["run", "main.js", "--install"]);
    let _ = said.expect_out(r#"["a","b"]"#);
    assert!(folder.path().join("isolet-lock.json").exists());
    // The store may be gone.
    fs::remove_dir_all(folder.path().join(".cache")).expect("the store");
    let said = registry.isolet(&folder, &["run", "main.js"]);
    let _ = said.expect_failure(2, &["isolet run --install"]);
    let _ = registry.isolet(&folder, &["run", "main.js", "--install"]).expect_out(r#"["a","b"]"#);
    let empty = Folder::js("packages-none", "export default 1");
    let said = registry.isolet(&empty, &["run", "main.js", "--install"]);
    let _ = said.expect_failure(2, &["there is no package.json in or around"]);
}

#[test]
fn folders_of_the_project_are_packages() {
    let program =
        "import lib from 'lib'; import tool from '@s/tool'; export default () => [lib, tool]";
    let (registry, folder) = (Registry::new(), Folder::js("packages-folders", program));
    let folder = folder
        .file(
            "package.json",
            r#"{"dependencies":{"lib":"file:./lib"},"workspaces":["tools/*"],"overrides":{"a":"1.0.0"}}"#,
        )
        .file("lib/package.json", r#"{"main":"m.js","dependencies":{"a":"^1"}}"#)
        .file("lib/m.js", "module.exports = ['lib', require('a')]")
        .file("tools/x/package.json", r#"{"name":"@s/tool","type":"module","exports":"./x.ts"}"#)
        .file("tools/x/x.ts", "const name: string = 'tool'; export default name");
    let said = registry.isolet(&folder, &["add"]);
    let _ = said.expect_out("3 packages, listed in ./isolet-lock.json");
    let _ = registry.server.paths();
    let _ = registry.isolet(&folder, &["run", "main.js"]).expect_out(r#"[["lib","old a"],"tool"]"#);
    assert!(registry.server.paths().is_empty());
    // As in the project's own folder, names that begin with a dot are hidden.
    let folder = folder
        .file("tools/x/package.json", r#"{"name":"@s/tool"}"#)
        .file("tools/x/.secrets.json", "{}")
        .file("tools/x/open.json", "{}")
        .file("open.js", "import it from '@s/tool/open.json'; export default () => it")
        .file("hidden.js", "import it from '@s/tool/.secrets.json'; export default () => it");
    let _ = registry.isolet(&folder, &["run", "open.js"]).expect_out("{}");
    let said = registry.isolet(&folder, &["run", "hidden.js"]);
    let _ = said.expect_failure(2, &["@s/tool/.secrets.json"]);
    let outside = Folder::js("packages-outside", program)
        .file("package.json", r#"{"dependencies":{"lib":"file:../packages-folders"}}"#);
    let said = registry.isolet(&outside, &["add"]);
    let _ = said.expect_failure(2, &["dependency \"lib\"", "outside of the project"]);
}

#[test]
fn a_full_store_is_an_error() {
    let (registry, folder) = (Registry::new(), Folder::js("packages-full", PROGRAM));
    let said = registry.isolet(&folder, &["add", "a", "--store-size", "100"]);
    let _ = said.expect_failure(2, &["the package store would have more than 100 bytes"]);
    let said = registry.isolet(&folder, &["add", "a", "--store-size", "1M"]);
    let _ = said.expect_out("a 1.1.0\n2 packages, listed in ./isolet-lock.json");
}

#[test]
fn node_modules_are_those_of_the_nearest_folder() {
    let folder = Folder::new("packages-node-modules")
        .file("src/main.js", "import a from 'a'; import x from '../x.js'; export default () => a")
        .file("src/only.js", "import a from 'a'; export default () => a")
        .file("x.js", "export default 'outside'")
        .file("node_modules/a/index.js", "module.exports = 'a'");
    let _ = folder.run(&["src/only.js"]).expect_out(r#""a""#);
    // Nothing else of that folder can be read.
    let _ = folder.run(&["src/main.js"]).expect_failure(2, &["No such module"]);
    let _ = folder.run(&["src/main.js", "--root", "."]).expect_out(r#""a""#);
}

#[test]
fn a_bundle_needs_no_packages() {
    let (registry, folder) = (Registry::new(), Folder::new("packages-bundle"));
    let folder = folder
        .file("package.json", "{}")
        .file(
            "src/main.ts",
            "import a from 'a'; import css from './a.css'; export default (): unknown => [a, css]",
        )
        .file("src/a.css", "a {}")
        .file("node_modules/a/index.js", "module.exports = 'a'");
    let said = registry.isolet(&folder, &["bundle", "src/main.ts", "--out", "dist"]);
    let _ = said.expect_out("Wrote 3 modules. Run it: isolet run dist/src/main.js --root dist");
    fs::rename(folder.path().join("node_modules"), folder.path().join("gone")).expect("a rename");
    let said = registry.isolet(&folder, &["run", "dist/src/main.js", "--root", "dist"]);
    let _ = said.expect_out(r#"["a","a {}"]"#);
    for (arguments, texts) in [
        (&["bundle", "missing.ts", "--out", "dist"][..], &["missing.ts"][..]),
        (
            &["bundle", "src/main.ts", "--out", "dist", "--root", "dist"],
            &["does not lie in --root"],
        ),
        (&["bundle", "src/main.ts", "--out", "dist", "--define", "x"], &["write it as NAME=VALUE"]),
    ] {
        let _ = registry.isolet(&folder, arguments).expect_failure(2, texts);
    }
    let said = registry.isolet(&folder, &["bundle", "src/main.ts", "--out", "src/a.css/x"]);
    let _ = said.expect_failure(4, &["src/a.css/x"]);
}

#[test]
fn the_second_run_starts_from_the_cache() {
    let source = "const id = Math.random(); export default () => id";
    let (registry, folder) = (Registry::new(), Folder::js("packages-cache", source));
    let run = |more: &[&str]| {
        let said =
            registry.isolet(&folder, &[&["run", "main.js", "--cache", "images"], more].concat());
        assert_eq!(said.code, Some(0), "{said:?}");
        said.out
    };
    let first = run(&[]);
    assert_eq!(run(&[]), first);
    assert_ne!(run(&["--env", "A=1"]), first);
    let key = folder.path().join(".config/isolet/cache-key");
    assert_eq!(fs::read_to_string(&key).expect("a key").trim().len(), 64);
    assert_ne!(run(&["--cache-key", "other"]), first);
    fs::write(&key, "short").expect("a key");
    let said = registry.isolet(&folder, &["run", "main.js", "--cache", "images"]);
    let _ = said.expect_failure(2, &["a key is 64 hexadecimal digits"]);
    let said = registry.isolet(&folder, &["run", "main.js", "--cache", "images", "--lockdown"]);
    let _ = said.expect_failure(2, &["--lockdown cannot be combined with --cache"]);
}
