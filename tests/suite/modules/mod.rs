//! Modules: their resolution, their kinds and their sources.

mod common_js;
mod imports;
mod syntax;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use isolet::{Found, LimitKind, Module, ModuleSource, WorkerCode};
use serde_json::json;

use crate::harness::{Case, call};

#[tokio::test]
async fn relative_specifiers() {
    let _ = Case::js(
        "import { a } from './lib/a.js';
         export default { run: () => a }",
    )
    .file("lib/a.js", "import { b } from '../b.js'; import { c } from './deep/./c.js'; export const a = ['a', b, c]")
    .file("b.js", "export const b = 'b'")
    .file("lib/deep/c.js", "import { b } from '../../b.js'; export const c = 'c' + b")
    .run()
    .await
    .expect_ok(json!(["a", "b", "cb"]));
}

#[tokio::test]
async fn bare_specifiers() {
    let _ = Case::js("import lodash from 'lodash'; import x from '@scope/pkg/x.js'; export default { run: () => [lodash, x] }")
        .module("lodash", Module::JavaScript("export default 'lodash'".to_owned()))
        .file("@scope/pkg/x.js", "export default 'x'")
        .run()
        .await
        .expect_ok(json!(["lodash", "x"]));
}

#[tokio::test]
async fn a_module_runs_once_however_it_is_named() {
    let _ = Case::js(
        "import './count.js'; import '/count.js'; import 'count.js'; import './lib/../count.js';
         import './count';
         await import('./count.js');
         export default { run: () => globalThis.count }",
    )
    .file("count.js", "globalThis.count = (globalThis.count ?? 0) + 1")
    .run()
    .await
    .expect_ok(1);
}

#[tokio::test]
async fn cycles_between_modules() {
    let _ = Case::js("import { even } from './even.js'; export default { run: n => even(n) }")
        .file(
            "even.js",
            "import { odd } from './odd.js'; export const even = n => n === 0 || odd(n - 1)",
        )
        .file(
            "odd.js",
            "import { even } from './even.js'; export const odd = n => n !== 0 && even(n - 1)",
        )
        .arg(10)
        .run()
        .await
        .expect_ok(true);
}

#[tokio::test]
async fn dynamic_import() {
    let worker = Case::js(
        "export default { async run(name) { const m = await import(`./${name}.js`); return m.default } }",
    )
    .file("a.js", "export default 'a'")
    .file("b.js", "console.log('b runs'); export default 'b'")
    .worker();
    let _ = call(&worker, "a").await.expect_ok("a");
    let _ = call(&worker, "b").await.expect_ok("b").expect_logs(&["b runs"]);
    let _ = call(&worker, "b").await.expect_ok("b").expect_logs(&[]);
    let missing = call(&worker, "c").await;
    let _ = missing.expect_exception("Error", "No such module \"c.js\"");
    let _ = call(&worker, "a").await.expect_ok("a");
}

#[tokio::test]
async fn top_level_await() {
    let _ = Case::js(
        "import { late } from './late.js';
         const own = await Promise.all([1, 2].map(async x => x * 2));
         export default { run: () => [late, own] }",
    )
    .file(
        "late.js",
        "await new Promise(resolve => setTimeout(resolve, 5)); export const late = 'late'",
    )
    .run()
    .await
    .expect_ok(json!(["late", [2, 4]]));
}

#[tokio::test]
async fn json_text_and_data() {
    let _ = Case::js(
        "import data from './data.json'; import text from './note.txt'; import bytes from 'bytes';
         import typed from './data.json' with { type: 'json' };
         export default { run: () => [data, text, [...new Uint8Array(bytes)], typed === data] }",
    )
    .file("data.json", r#"{"a":[1,null,"x"],"__proto__":1}"#)
    .file("note.txt", "line\nline\u{0}")
    .module("bytes", Module::Data(vec![0, 255].into()))
    .run()
    .await
    .expect_ok(json!([
        serde_json::from_str::<serde_json::Value>(r#"{"a":[1,null,"x"],"__proto__":1}"#)
            .expect("JSON"),
        "line\nline\u{0}",
        [0, 255],
        true
    ]));
}

#[tokio::test]
async fn json_that_is_none() {
    let run = Case::js("import data from './data.json'; export default { run: () => data }")
        .file("data.json", "{ nope }")
        .run()
        .await;
    assert!(run.error().to_string().contains("data.json"), "{}", run.error());
}

#[tokio::test]
async fn import_meta_url() {
    let _ = Case::js(
        "import { url } from './lib/a.js'; export default { run: () => [import.meta.url, url] }",
    )
    .file("lib/a.js", "export const url = import.meta.url")
    .run()
    .await
    .expect_ok(["file:///main.js", "file:///lib/a.js"]);
}

#[tokio::test]
async fn the_built_in_module_has_two_names() {
    let _ = Case::js(
        "import * as a from 'cloudflare:workers'; import * as b from 'isolet:workers';
         const { WorkerEntrypoint, RpcTarget, env, waitUntil } = a;
         export default { run: () => [a.WorkerEntrypoint === b.WorkerEntrypoint, a.RpcTarget === b.RpcTarget,
            typeof WorkerEntrypoint, typeof RpcTarget, env.NAME, typeof waitUntil] }",
    )
    .code(|code| code.env_value("NAME", "n"))
    .run()
    .await
    .expect_ok(json!([true, true, "function", "function", "n", "function"]));
}

#[tokio::test]
async fn specifiers_do_not_leave_the_root() {
    let run = Case::js("import '../outside.js'; export default { run() {} }")
        .file("outside.js", "")
        .run()
        .await;
    let _ = run.expect_load_error(&["../outside.js"]);
}

/// Has every module that it is asked for.
#[derive(Clone, Default)]
struct Obliging(Arc<Mutex<Vec<String>>>);

impl ModuleSource for Obliging {
    fn module<'a>(&'a self, name: &'a str) -> Found<'a> {
        self.0.lock().expect("no panic").push(name.to_owned());
        let text = format!("export default {name:?}");
        Box::pin(std::future::ready(Ok(Some(Module::JavaScript(text)))))
    }
}

#[tokio::test]
async fn a_source_is_asked_only_for_paths_below_its_root() {
    let bad = [
        "x/../../../../etc/passwd",
        "x/..",
        "x/./y",
        "x/.",
        "x//y",
        "x/",
        "//etc/passwd",
        "///etc/passwd",
        "",
        "/",
        ".",
        "./",
        "/..",
        "/.",
        "https://example.com/x.js",
        "x\\..\\y",
        "\\\\server\\share",
    ];
    let good = ["x/y.js", "/x/z.js", "./a/../b.js", "@scope/pkg", "other:fs", "a..b/.c/...d"];
    let source = Obliging::default();
    let recorded = source.clone();
    let main = Module::JavaScript(
        "export default { run: names => Promise.all(names.map(name =>
            import(name).then(module => module.default, error => error.message.split(' ')[0]))) }"
            .to_owned(),
    );
    let worker = Case::js("")
        .code(|_| WorkerCode::from_source("main.js", source).add("main.js", main))
        .worker();
    let _ = call(&worker, bad).await.expect_ok(["No"; 17]);
    assert_eq!(*recorded.0.lock().expect("no panic"), [""; 0]);
    let names = ["x/y.js", "x/z.js", "b.js", "@scope/pkg", "other:fs", "a..b/.c/...d"];
    let _ = call(&worker, good).await.expect_ok(names);
    assert_eq!(*recorded.0.lock().expect("no panic"), names);
}

#[tokio::test]
async fn a_map_may_have_any_name() {
    let _ = Case::js("import x from 'https://example.com/x.js'; export default { run: () => x }")
        .file("https://example.com/x.js", "export default 'x'")
        .run()
        .await
        .expect_ok("x");
}

#[tokio::test]
async fn many_modules_and_large_ones() {
    let large = format!("export default [{}].length", "1,".repeat(500_000));
    let mut case = Case::js(
        "const names = Array.from({ length: 200 }, (_, i) => `./lib/m${i}.js`);
         const all = await Promise.all(names.map(name => import(name)));
         import large from './large.js';
         export default { run: () => [all.reduce((sum, m) => sum + m.default, 0), large] }",
    )
    .file("large.js", large);
    for index in 0..200 {
        case = case.file(&format!("lib/m{index}.js"), format!("export default {index}"));
    }
    let _ = case.run().await.expect_ok(json!([19_900, 500_000]));
}

#[tokio::test]
async fn a_specifier_is_not_cut_at_a_nul_character() {
    let refused = "No such module: its specifier has a NUL character.";
    let case = |source: &str| {
        Case::js(source)
            .file("a.js", "export default 'a'")
            .file("b.cjs", "module.exports = require('./a.js\\0.js')")
    };
    let _ = case(
        "export default { async run() {
            const message = (error) => error.message;
            return [(await import('./a.js')).default, await import('./a.js\\0.js').catch(message), await import('\\0').catch(message)] } }",
    )
    .run()
    .await
    .expect_ok(["a", refused, refused]);
    let _ = case("import a from './a.js\\0.js'; export default { run: () => a }")
        .run()
        .await
        .expect_load_error(&[refused]);
    let _ = case("import a from './b.cjs'; export default { run: () => a }")
        .run()
        .await
        .expect_exception("Error", "No such module \"a.js\0.js\", imported from \"b.cjs\".");
}

/// A source that does not answer.
struct Silent;

impl ModuleSource for Silent {
    fn module<'a>(&'a self, _: &'a str) -> Found<'a> {
        Box::pin(std::future::pending())
    }
}

#[tokio::test]
async fn a_source_that_never_answers_is_waited_for_until_the_deadline() {
    let _ = Case::body("")
        .code(|_| WorkerCode::from_source("main.js", Silent))
        .limits(|limits| limits.wall(Duration::from_millis(50)))
        .run()
        .await
        .expect_limit(LimitKind::Wall);
}
