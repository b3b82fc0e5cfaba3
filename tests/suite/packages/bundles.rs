//! Bundles: modules that need no packages.

use std::collections::BTreeMap;

use isolet::{Bundle, BundleOptions, Limits, Module, Packages, WorkerCode};
use serde_json::json;

use crate::harness::{Case, engine};

type Files<'a> = &'a [(&'a str, &'a str)];

async fn bundle(files: Files<'_>, entry: &str, options: BundleOptions) -> Result<Bundle, String> {
    let packages = Packages::in_memory(files.iter().copied()).expect("files");
    packages.bundle(&engine(), entry, &options).await.map_err(|error| error.to_string())
}

/// Returns a case that runs the modules of a bundle, and nothing else.
fn case(bundle: Bundle) -> Case {
    Case::js("").code(|_| WorkerCode::from(bundle))
}

#[tokio::test]
async fn a_program_with_packages_of_all_kinds() {
    let files = [
        ("src/index.ts", "import { a } from 'esm'; import b, { named } from 'cjs'; import type { T } from './types';
            import data from './data.json'; import css from './style.css'; import { c } from './lib/c';
            export default { run: async (): Promise<unknown> => [a, b.b, named, data, css, c, (await import('./late.js')).late] }"),
        ("src/types.ts", "export type T = string"),
        ("src/data.json", r#"{"d":1}"#),
        ("src/style.css", "a { }"),
        ("src/lib/c.tsx", "export const c: string = 'c'"),
        ("src/late.ts", "export const late: string = 'late'"),
        ("src/unused.ts", "this does not parse"),
        ("node_modules/esm/package.json", r#"{"type":"module","exports":"./esm.js"}"#),
        ("node_modules/esm/esm.js", "export const a = 'a'"),
        ("node_modules/cjs/index.js", "exports.b = require('./b'); exports.named = require('inner')"),
        ("node_modules/cjs/b.js", "module.exports = 'b'"),
        ("node_modules/cjs/node_modules/inner/index.js", "module.exports = 'inner'"),
    ];
    let bundle = bundle(&files, "src/index.ts", BundleOptions::new()).await.expect("a bundle");
    assert_eq!(bundle.main, "src/index.js");
    assert_eq!(bundle.warnings, [] as [&str; 0]);
    let names: Vec<&str> = bundle.modules.keys().map(String::as_str).collect();
    assert_eq!(
        names,
        [
            "node_modules/cjs/b.js",
            "node_modules/cjs/index.js",
            "node_modules/cjs/node_modules/inner/index.js",
            "node_modules/esm/esm.js",
            "src/data.json",
            "src/index.js",
            "src/late.js",
            "src/lib/c.js",
            "src/style.css",
        ]
    );
    let expected = json!(["a", "b", "inner", { "d": 1 }, "a { }", "c", "late"]);
    let _ = case(bundle).run().await.expect_ok(expected);
}

#[tokio::test]
async fn names_say_the_kind_if_they_are_to_be_files() {
    let files = [
        (
            "a.ts",
            "import './b.js'; import c from './c.css'; import d from './d.js'; export default { run: () => [c, d] }",
        ),
        ("b.js", "export {}"),
        ("c.css", "c"),
        ("d.js", "module.exports = 'd'"),
    ];
    let options = BundleOptions::new().named_by_kind(true);
    let bundle = bundle(&files, "a.ts", options).await.expect("a bundle");
    let names: Vec<&str> = bundle.modules.keys().map(String::as_str).collect();
    assert_eq!(names, ["a.js", "b.js", "c.css.txt", "d.cjs"]);
    let _ = case(bundle).run().await.expect_ok(["c", "d"]);
}

#[tokio::test]
async fn modules_keep_their_order_and_their_cycles() {
    let files = [
        (
            "main.js",
            "import { order } from './order.js'; import './a.js'; import { even } from './even.js';
            order.push('main'); export default { run: n => [order, even(n)] }",
        ),
        ("order.js", "export const order = []"),
        ("a.js", "import { order } from './order.js'; import './b.js'; order.push('a')"),
        ("b.js", "import { order } from './order.js'; await null; order.push('b')"),
        (
            "even.js",
            "import { odd } from './odd.js'; export const even = n => n === 0 || odd(n - 1)",
        ),
        (
            "odd.js",
            "import { even } from './even.js'; export const odd = n => n !== 0 && even(n - 1)",
        ),
    ];
    let bundle = bundle(&files, "main.js", BundleOptions::new()).await.expect("a bundle");
    let _ = case(bundle).arg(10).run().await.expect_ok(json!([["b", "a", "main"], true]));
}

#[tokio::test]
async fn definitions_remove_what_never_runs() {
    let files = [
        ("main.js", "import a from 'a'; export default { run: () => [a, FLAG] }"),
        (
            "node_modules/a/index.js",
            "if (process.env.NODE_ENV === 'production') { module.exports = require('./p.js') } else { module.exports = require('./d.js') }",
        ),
        ("node_modules/a/p.js", "module.exports = 'p'"),
        ("node_modules/a/d.js", "module.exports = 'd'"),
    ];
    let options = BundleOptions::new()
        .define("process.env.NODE_ENV", "\"production\"")
        .define("FLAG", "[1, 2]");
    let bundle = bundle(&files, "main.js", options).await.expect("a bundle");
    assert!(bundle.modules.contains_key("node_modules/a/p.js"));
    assert!(!bundle.modules.contains_key("node_modules/a/d.js"));
    let _ = case(bundle).run().await.expect_ok(json!(["p", [1, 2]]));
}

#[tokio::test]
async fn minified_modules_are_shorter_and_do_the_same() {
    let files = [
        (
            "main.ts",
            "import { longName } from './other.js';
            function aFunctionWithAName(argument: number): number { return longName(argument) + 1 }
            export default { run: (n: number) => aFunctionWithAName(n) }",
        ),
        ("other.js", "/* a comment */ export const longName = (parameter) => parameter * 2;"),
    ];
    let plain = bundle(&files, "main.ts", BundleOptions::new()).await.expect("a bundle");
    let options = BundleOptions::new().minify(true);
    let short = bundle(&files, "main.ts", options).await.expect("a bundle");
    let length = |bundle: &Bundle| -> usize {
        let lengths = bundle.modules.values().map(|module| match module {
            Module::JavaScript(text) => text.len(),
            other => panic!("{other:?}"),
        });
        lengths.sum()
    };
    assert!(length(&short) * 2 < length(&plain), "{} {}", length(&short), length(&plain));
    let _ = case(short).arg(20).run().await.expect_ok(41);
}

#[tokio::test]
async fn externals_virtual_modules_and_loaders() {
    let files = [
        ("main.js", "import fs from 'fs'; import { env } from 'cloudflare:workers'; import x from 'ext'; import y from 'ext/sub';
            import v from 'virtual:v'; import s from './a.svg'; import b from './b.raw'; import u from './c.url';
            export default { run: () => [typeof fs.readFileSync, typeof env, x, y, v, s, b, u] }"),
        ("a.svg", "<svg/>"),
        ("b.raw", "raw"),
        ("c.url", "url"),
    ];
    let options = BundleOptions::new()
        .external("ext")
        .virtual_module("virtual:v", "import s from './a.svg'; export default 'v' + s")
        .loader(".raw", "base64")
        .loader(".url", "dataurl");
    let mut bundle = bundle(&files, "main.js", options).await.expect("a bundle");
    let own: BTreeMap<_, _> = [("ext", "x"), ("ext/sub", "y")].into();
    for (name, text) in own {
        let module = Module::JavaScript(format!("export default '{text}'"));
        bundle.modules.insert(name.to_owned(), module);
    }
    let expected = json!([
        "function",
        "object",
        "x",
        "y",
        "v<svg/>",
        "<svg/>",
        "cmF3",
        "data:text/plain;base64,dXJs"
    ]);
    let _ = case(bundle).run().await.expect_ok(expected);
}

#[tokio::test]
async fn failures_name_the_file_and_the_line() {
    let options = BundleOptions::new;
    for (files, text) in [
        (&[("main.ts", "import './b.js'"), ("b.js", "let x;\nlet 1;")][..], "b.js:2:5"),
        (&[("main.ts", "\nexport const a: = 1")], "main.ts:2:"),
        (&[("main.ts", "\nimport './missing'")], "main.ts:2: there is no module \"./missing\""),
        (&[("other.ts", "")], "there is no file \"main.ts\""),
        (
            &[("main.ts", "import 'p'"), ("node_modules/p/package.json", "{")],
            "node_modules/p/package.json",
        ),
        (
            &[
                ("main.ts", "import 'p/x'"),
                ("node_modules/p/package.json", r#"{"exports":"./p.js"}"#),
            ],
            "main.ts:1: \"./x\" is not exported",
        ),
    ] {
        let error = bundle(files, "main.ts", options()).await.expect_err("an error");
        assert!(error.contains(text), "{error}");
    }
    let error = Packages::in_memory([("../a.js", "")]).expect_err("an error");
    assert!(error.to_string().contains("\"../a.js\" is not the path of a file below the root"));
    let loader = options().loader(".x", "y");
    let error = bundle(&[("main.ts", "")], "main.ts", loader).await.expect_err("an error");
    assert_eq!(error, "loader \".x\": there is no loader \"y\"");
}

#[tokio::test]
async fn what_is_missing_or_computed_is_a_warning() {
    let files = [(
        "main.js",
        "import 'missing';\ntry { require('optional') } catch {}\nconst name = './x.js'; import(name); export {}",
    )];
    let bundle = bundle(&files, "main.js", BundleOptions::new()).await.expect("a bundle");
    let [missing, computed] = bundle.warnings.try_into().expect("two warnings");
    assert_eq!(missing, "main.js:1: there is no module \"missing\"; the name is left as it is");
    assert!(computed.starts_with("main.js:3:"), "{computed}");
}

#[tokio::test]
async fn the_compiler_has_limits() {
    let long = format!("export default [{}]", "1,".repeat(200_000));
    let deep = format!("export default {}{}", "[".repeat(100_000), "]".repeat(100_000));
    let of = |limits: Limits| BundleOptions::new().limits(limits);
    let files = [("main.js", long.as_str())];
    let limits = Limits::default();
    assert!(bundle(&files, "main.js", of(limits.clone())).await.is_ok());
    let error = bundle(&files, "main.js", of(limits.clone().fuel(1_000_000))).await;
    let error = error.expect_err("an error");
    assert!(error.contains("takes too long to be parsed"), "{error}");
    let error = bundle(&[("main.js", deep.as_str())], "main.js", of(limits)).await;
    let error = error.expect_err("an error");
    assert!(error.contains("nested too deeply"), "{error}");
}

#[tokio::test]
async fn settings_that_extend_one_another_end_nothing() {
    // Each is read in the stack of the one before.
    let mut files = vec![("main.ts".to_owned(), "export default { run: () => 1 }".to_owned())];
    files.push(("tsconfig.json".to_owned(), r#"{"extends":"./t0.json"}"#.to_owned()));
    for n in 0..20_000 {
        files.push((format!("t{n}.json"), format!(r#"{{"extends":"./t{}.json"}}"#, n + 1)));
    }
    let packages = Packages::in_memory(files).expect("files");
    let bundle = packages.bundle(&engine(), "main.ts", &BundleOptions::new()).await;
    let _ = case(bundle.expect("a bundle")).run().await.expect_ok(1);
}

#[tokio::test]
async fn paths_in_a_description_are_bounded() {
    let with = |names: usize| format!(r#"{{"main":"{}a.js"}}"#, "a/".repeat(names));
    for (description, fits) in [(with(60), true), (with(100), false), (with(200_000), false)] {
        let files = [
            ("main.js", "import 'p'"),
            ("node_modules/p/package.json", description.as_str()),
            ("node_modules/p/index.js", ""),
        ];
        let bundle = bundle(&files, "main.js", BundleOptions::new()).await;
        if fits {
            assert!(bundle.is_ok(), "{bundle:?}");
        } else {
            let error = bundle.expect_err("an error");
            assert!(
                error.contains("node_modules/p/package.json: a path in it is too long"),
                "{error}"
            );
        }
    }
}

#[tokio::test]
async fn specifiers_and_settings_are_bounded() {
    for (count, fits) in [(20_000, true), (20_001, false)] {
        let main = "require('a');".repeat(count);
        let bundle = bundle(&[("main.js", main.as_str())], "main.js", BundleOptions::new()).await;
        if fits {
            let warnings = bundle.expect("a bundle").warnings;
            assert_eq!(warnings.len(), 101);
            assert_eq!(warnings[100], "there are more warnings");
        } else {
            let error = bundle.expect_err("an error");
            assert_eq!(error, "main.js: a module has at most 20000 specifiers");
        }
    }
    for (count, fits) in [(1000, true), (1001, false)] {
        let options =
            (0..count).fold(BundleOptions::new(), |options, n| options.external(format!("e{n}")));
        assert_eq!(bundle(&[("main.js", "")], "main.js", options).await.is_ok(), fits);
    }
}

#[tokio::test]
async fn calls_that_may_fail_do_not_end_the_bundle() {
    let files = [
        (
            "main.js",
            "let v; try { v = require('p/hidden') } catch (e) { v = 'caught' } exports.default = { run: () => v }",
        ),
        ("node_modules/p/package.json", r#"{"exports":"./p.js"}"#),
        ("node_modules/p/p.js", ""),
    ];
    let bundle = bundle(&files, "main.js", BundleOptions::new()).await.expect("a bundle");
    assert_eq!(bundle.warnings, [] as [&str; 0]);
}

#[tokio::test]
async fn files_that_a_package_does_not_have_are_empty_modules() {
    let files = [
        ("main.js", "import p from 'p'; export default { run: () => p }"),
        ("node_modules/p/package.json", r#"{"browser":{"./data.json":false,"ws":false}}"#),
        ("node_modules/p/index.js", "module.exports = [require('./data.json'), require('ws')]"),
        ("node_modules/p/data.json", "{\"a\":1}"),
    ];
    let bundle = bundle(&files, "main.js", BundleOptions::new()).await.expect("a bundle");
    let _ = case(bundle).run().await.expect_ok(json!([{}, {}]));
}

#[tokio::test]
async fn names_of_files_are_escaped() {
    let files = [
        ("main.js", "import a from './a\\n\\u2028\\'\\\".js'; export default { run: () => a }"),
        ("a\n\u{2028}'\".js", "export default 'a'"),
    ];
    let bundle = bundle(&files, "main.js", BundleOptions::new()).await.expect("a bundle");
    let _ = case(bundle).run().await.expect_ok("a");
}
