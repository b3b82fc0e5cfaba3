//! The files that specifiers mean.

use serde_json::json;

use super::case;
use crate::dirs::Folder;
use crate::harness::call;

/// Returns a folder with a main module that returns something.
fn app(main: &str) -> Folder {
    Folder::new().file("main.js", main)
}

#[tokio::test]
async fn the_main_file_of_a_package() {
    let folder = app(
        "import a from 'by-main'; import b from 'by-module'; import c from 'by-index';
         import d from 'by-browser'; import e from '@scope/pkg'; import f from '@scope/pkg/sub/f.js';
         export default { run: () => [a, b, c, d, e, f] }",
    )
    .file("node_modules/by-main/package.json", r#"{"main":"./lib"}"#)
    .file("node_modules/by-main/lib/index.js", "module.exports = 'main'")
    .file("node_modules/by-module/package.json", r#"{"main":"cjs.js","module":"esm.js"}"#)
    .file("node_modules/by-module/esm.js", "export default 'module'")
    .file("node_modules/by-module/cjs.js", "module.exports = 'wrong'")
    .file("node_modules/by-index/index.js", "module.exports = 'index'")
    .file("node_modules/by-browser/package.json", r#"{"main":"node.js","browser":"web.js"}"#)
    .file("node_modules/by-browser/node.js", "module.exports = 'wrong'")
    .file("node_modules/by-browser/web.js", "module.exports = 'browser'")
    .file("node_modules/@scope/pkg/package.json", r#"{"main":"m.cjs"}"#)
    .file("node_modules/@scope/pkg/m.cjs", "module.exports = 'scoped'")
    .file("node_modules/@scope/pkg/sub/f.js", "exports.f = 1");
    let run = case(&folder, "main.js").run().await;
    let _ = run.expect_ok(json!(["main", "module", "index", "browser", "scoped", { "f": 1 }]));
}

#[tokio::test]
async fn exports_and_their_conditions() {
    let exports = r#"{"name":"p","exports":{
        ".":{"types":"./t.d.ts","workerd":"./workerd.mjs","default":"./default.mjs"},
        "./dual":{"import":"./dual.mjs","require":"./dual.cjs"},
        "./files/*":"./src/*.mjs","./files/private/*":null}}"#;
    let folder = app(
        "import { createRequire } from 'node:module';
         import a from 'p'; import b from 'p/dual'; import c from 'p/files/x'; import d from './d.cjs';
         export default { run: async () => [a, b, c, d,
             await import('p/hidden.mjs').catch(e => e.message),
             await import('p/files/private/y').catch(e => e.message)] }",
    )
    .file("d.cjs", "module.exports = require('p/dual')")
    .file("node_modules/p/package.json", exports)
    .file("node_modules/p/workerd.mjs", "export default 'workerd'")
    .file("node_modules/p/default.mjs", "export default 'wrong'")
    .file("node_modules/p/dual.mjs", "export default 'import'")
    .file("node_modules/p/dual.cjs", "module.exports = 'require'")
    .file("node_modules/p/src/x.mjs", "export default 'pattern'")
    .file("node_modules/p/src/private/y.mjs", "export default 'wrong'")
    .file("node_modules/p/hidden.mjs", "export default 'wrong'");
    let run = case(&folder, "main.js").run().await;
    let found = run.json();
    assert_eq!(found[0], "workerd");
    assert_eq!(found[1], "import");
    assert_eq!(found[2], "pattern");
    assert_eq!(found[3], "require");
    let hidden = found[4].as_str().expect("a message");
    assert!(hidden.contains("\"./hidden.mjs\" is not exported"), "{hidden}");
    assert!(found[5].as_str().expect("a message").contains("not exported"));
}

#[tokio::test]
async fn imports_of_a_package_and_its_own_name() {
    let folder = app(
        "import a from '#a'; import self from 'app/a'; export default { run: () => [a, self] }",
    )
    .file(
        "package.json",
        r##"{"name":"app","imports":{"#a":"./src/a.js"},"exports":{"./a":"./src/a.js"}}"##,
    )
    .file("src/a.js", "export default 'a'");
    let _ = case(&folder, "main.js").run().await.expect_ok(["a", "a"]);
}

#[tokio::test]
async fn every_package_has_its_own_versions() {
    let folder = app("import a from 'a'; import v from 'v'; export default { run: () => [a, v] }")
        .file("node_modules/a/index.js", "module.exports = ['a', require('v')]")
        .file("node_modules/a/node_modules/v/index.js", "module.exports = 1")
        .file("node_modules/v/index.js", "module.exports = 2");
    let _ = case(&folder, "main.js").run().await.expect_ok(json!([["a", 1], 2]));
}

#[tokio::test]
async fn kinds_of_javascript() {
    let folder = app(
        "import a from 'typed/a.js'; import { named } from 'typed/a.js'; import b from 'plain/b.js';
         import c, { x } from 'plain/c.js'; import { y } from 'babel'; import babel from 'babel';
         import data from 'plain/data.json';
         export default { run: () => [a, named, b, c, x, y, babel.default, data] }",
    )
    .file("node_modules/typed/package.json", r#"{"type":"module"}"#)
    .file("node_modules/typed/a.js", "export default 'esm'; export const named = 'named'")
    .file("node_modules/plain/package.json", "{}")
    .file("node_modules/plain/b.js", "export default 'esm without a type'")
    .file("node_modules/plain/c.js", "exports.x = 'x'; with ({}) {} ")
    .file("node_modules/plain/data.json", r#"{"d":1}"#)
    .file(
        "node_modules/babel/index.js",
        "Object.defineProperty(exports, '__esModule', { value: true }); exports.y = 'y'; exports.default = 'd'",
    );
    let expected = json!([
        "esm",
        "named",
        "esm without a type",
        { "x": "x" },
        "x",
        "y",
        "d",
        { "d": 1 }
    ]);
    let _ = case(&folder, "main.js").run().await.expect_ok(expected);
}

#[tokio::test]
async fn an_es_module_that_is_required() {
    let folder = app("import a from 'a'; export default { run: () => a }")
        .file(
            "node_modules/a/index.js",
            "const b = require('b'); module.exports = [b.default, b.n, b.__esModule]",
        )
        .file("node_modules/b/package.json", r#"{"type":"module","exports":"./b.js"}"#)
        .file("node_modules/b/b.js", "export default 'b'; export const n = 1");
    let _ = case(&folder, "main.js").run().await.expect_ok(json!(["b", 1, true]));
}

#[tokio::test]
async fn files_that_a_package_replaces_for_browsers() {
    let folder = app("import p from 'p'; export default { run: () => p }")
        .file(
            "node_modules/p/package.json",
            r#"{"main":"i.js","browser":{"./node.js":"./web.js","./none.js":false,"dep":"./dep.js"}}"#,
        )
        .file("node_modules/p/i.js", "module.exports = [require('./node.js'), require('./none.js'), require('dep')]")
        .file("node_modules/p/node.js", "module.exports = 'wrong'")
        .file("node_modules/p/none.js", "module.exports = 'wrong'")
        .file("node_modules/p/web.js", "module.exports = 'web'")
        .file("node_modules/p/dep.js", "module.exports = 'dep'")
        .file("node_modules/dep/index.js", "module.exports = 'wrong'");
    let _ = case(&folder, "main.js").run().await.expect_ok(json!(["web", {}, "dep"]));
}

#[tokio::test]
async fn a_module_of_node_comes_before_a_package() {
    let folder =
        app("import events from 'events'; import own from 'events/'; import util from 'node:util';
         export default { run: () => [typeof events, own, typeof util.format] }")
        .file("node_modules/events/index.js", "module.exports = 'package'");
    let _ = case(&folder, "main.js").run().await.expect_ok(["function", "package", "function"]);
}

#[tokio::test]
async fn paths_of_typescript() {
    let folder = Folder::new()
        .file("main.ts", "import { a } from '@lib/a'; import b from '@/b'; export default { run: (): string[] => [a, b] }")
        .file("tsconfig.json", r#"{ /* comment */ "compilerOptions": { "paths": { "@lib/*": ["./lib/*"], "@/*": ["./src/*"] }, } }"#)
        .file("lib/a.ts", "export const a: string = 'a'")
        .file("src/b.tsx", "const b: string = 'b'; export default b");
    let _ = case(&folder, "main.ts").run().await.expect_ok(["a", "b"]);
}

#[tokio::test]
async fn settings_of_typescript_that_are_broken_change_nothing() {
    for settings in ["{", r#"{"extends":"missing"}"#, r#"{"extends":"./tsconfig.json"}"#] {
        let folder = Folder::new()
            .file("main.ts", "import a from 'a'; export default { run: () => a }")
            .file("tsconfig.json", settings)
            .file("node_modules/a/index.js", "module.exports = 'a'");
        let _ = case(&folder, "main.ts").run().await.expect_ok("a");
    }
}

#[tokio::test]
async fn missing_packages_are_named() {
    let folder = app("export default { run: name => import(name).catch(e => e.message) }")
        .file("node_modules/half/package.json", r#"{"main":"missing.js"}"#)
        .file("node_modules/broken/package.json", "{")
        .file("node_modules/addon/index.node", "")
        .file("node_modules/addon/package.json", r#"{"main":"index.node"}"#);
    let worker = case(&folder, "main.js").worker();
    for (name, text) in [
        ("zod", "No such module \"zod\", imported from \"main.js\"."),
        ("half", "No such module \"half\""),
        ("broken", "node_modules/broken/package.json"),
        ("addon", "a native addon cannot be loaded"),
        ("../outside.js", "No such module"),
        ("a/../../outside.js", "No such module"),
        ("\0", "No such module"),
    ] {
        let message = call(&worker, name).await.json();
        let message = message.as_str().expect("a message").to_owned();
        assert!(message.contains(text), "{name:?}: {message}");
    }
}

#[tokio::test]
async fn descriptions_are_bounded_before_they_are_parsed() {
    let deep = |levels: usize| {
        format!(r#"{{"main":"a.js","x":{}{}}}"#, "[".repeat(levels), "]".repeat(levels))
    };
    let long = |bytes: usize| format!(r#"{{"main":"a.js","x":"{}"}}"#, "x".repeat(bytes));
    for (description, fits) in
        [(deep(60), true), (deep(100_000), false), (long(1_000_000), true), (long(1 << 20), false)]
    {
        let folder = app("import a from 'a'; export default { run: () => a }")
            .file("node_modules/a/package.json", description)
            .file("node_modules/a/a.js", "module.exports = 'a'")
            .file("node_modules/a/index.js", "module.exports = 'index'");
        let run = case(&folder, "main.js").run().await;
        if fits {
            let _ = run.expect_ok("a");
        } else {
            let _ = run.expect_load_error(&["node_modules/a/package.json"]);
        }
    }
}

#[cfg(unix)]
#[tokio::test]
async fn links_are_followed_inside_of_the_root() {
    use std::os::unix::fs::symlink;

    let outside = Folder::new()
        .file("secret.js", "export default 'secret'")
        .file("index.js", "module.exports = 'secret'");
    // As pnpm lays it out.
    let folder =
        app("export default { run: name => import(name).then(m => m.default, e => e.message) }")
            .file("node_modules/.pnpm/a@1/node_modules/a/index.js", "module.exports = require('b')")
            .file("node_modules/.pnpm/a@1/node_modules/b/index.js", "module.exports = 'b of a'")
            .file(".env.js", "export default 'hidden'")
            .file("node_modules/x/index.js", "module.exports = 'x'");
    symlink(".pnpm/a@1/node_modules/a", folder.path("node_modules/a")).expect("a link");
    symlink(outside.path(""), folder.path("node_modules/out")).expect("a link");
    symlink(outside.path("secret.js"), folder.path("node_modules/x/secret.js")).expect("a link");
    symlink("../../../../etc", folder.path("node_modules/up")).expect("a link");
    let worker = case(&folder, "main.js").worker();
    let _ = call(&worker, "a").await.expect_ok("b of a");
    for name in ["out", "out/secret.js", "x/secret.js", "up/hostname", "./.env.js", "up"] {
        let message = call(&worker, name).await.json();
        let message = message.as_str().expect("a message").to_owned();
        assert!(message.contains("No such module"), "{name}: {message}");
    }
}

#[tokio::test]
async fn a_package_comes_before_a_file_that_lacks_its_ending() {
    let folder =
        app("import p from 'p'; import util from 'u'; export default { run: () => [p, util] }")
            .file("p.js", "export default 'wrong'")
            .file("util.js", "export default 'wrong'")
            .file("node_modules/p/index.js", "module.exports = 'p'")
            .file("node_modules/u/index.js", "module.exports = typeof require('util').format");
    let _ = case(&folder, "main.js").run().await.expect_ok(["p", "function"]);
}

#[tokio::test]
async fn a_program_of_a_package_may_begin_with_a_hashbang() {
    let folder = app("import p from 'p'; export default { run: () => p }")
        .file("node_modules/p/index.js", "#!/usr/bin/env node\nmodule.exports = __filename");
    let _ = case(&folder, "main.js").run().await.expect_ok("node_modules/p/index.js");
}
