//! Imports: attributes, phases, and the errors for modules that are missing or fail.

use serde_json::json;

use crate::harness::Case;

#[tokio::test]
async fn a_missing_module_is_named_with_its_importer() {
    let run = Case::js("import './lib/a.js'; export default { run() {} }")
        .file("lib/a.js", "import './missing.js'")
        .run()
        .await;
    let _ = run.expect_load_error(&["lib/missing.js", "lib/a.js"]);
    let run = Case::js("import x from 'react'; export default { run() {} }").run().await;
    let _ = run.expect_load_error(&["react", "main.js"]);
}

#[tokio::test]
async fn a_missing_export_is_named() {
    let run = Case::js("import { nope } from './a.js'; export default { run: () => nope }")
        .file("a.js", "export const a = 1")
        .run()
        .await;
    let _ = run.expect_load_error(&["nope", "a.js"]);
}

#[tokio::test]
async fn what_throws_while_it_is_evaluated_is_an_exception() {
    let run = Case::js("import './a.js'; export default { run() {} }")
        .file("a.js", "\n  null.property;")
        .run()
        .await;
    let run = run.expect_exception("TypeError", "");
    assert!(run.exception().stack.as_deref().expect("a stack").contains("a.js:2:"), "{run:?}");
}

#[tokio::test]
async fn a_module_that_failed_fails_the_same_way_at_every_import() {
    let names = [
        "./bad.js",
        "./dep.js",
        "./bad.json",
        "./bad.ts",
        "./bad.cjs",
        "./throws.js",
        "./throws-dep.js",
        "./throws.cjs",
        "./missing-export.js",
        "./circle-a.js",
        "./circle-b.js",
    ];
    let run = Case::js(
        "export default { async run(names) {
            const told = [];
            for (const name of names) {
                const errors = [];
                for (let i = 0; i < 3; i++) await import(name).then(() => errors.push('ok'), (error) => errors.push(error));
                const texts = new Set(errors.map(error => `${error.name}: ${error.message}`));
                told.push([name, errors[0].name, texts.size, errors[0] === errors[2]]);
            }
            return told;
         } };",
    )
    .file("bad.js", "let x = ;")
    .file("dep.js", "import './bad.js'; export const a = 1;")
    .file("bad.json", "{\"a\":")
    .file("bad.ts", "let x: number = ;")
    .file("bad.cjs", "let x = ;")
    .file("throws.js", "globalThis.runs = (globalThis.runs ?? 0) + 1; throw new RangeError(`run ${globalThis.runs}`);")
    .file("throws-dep.js", "import './throws.js';")
    .file("throws.cjs", "globalThis.cjs = (globalThis.cjs ?? 0) + 1; throw new EvalError(`run ${globalThis.cjs}`);")
    .file("missing-export.js", "import { nope } from './fine.js';")
    .file("fine.js", "export const a = 1;")
    .file("circle-a.js", "import './circle-b.js'; import './bad.js';")
    .file("circle-b.js", "import './circle-a.js';")
    .arg(names)
    .run()
    .await;
    let same = |name: &str, error: &str| json!([name, error, 1, true]);
    let _ = run.expect_ok(json!([
        same("./bad.js", "SyntaxError"),
        same("./dep.js", "SyntaxError"),
        same("./bad.json", "SyntaxError"),
        same("./bad.ts", "SyntaxError"),
        same("./bad.cjs", "SyntaxError"),
        same("./throws.js", "RangeError"),
        same("./throws-dep.js", "RangeError"),
        same("./throws.cjs", "EvalError"),
        // The module is linked again each time, as the specification requires.
        ["./missing-export.js", "SyntaxError", 1, false],
        same("./circle-a.js", "SyntaxError"),
        same("./circle-b.js", "SyntaxError"),
    ]));
}

#[tokio::test]
async fn import_attributes_are_checked() {
    let run = Case::js(
        "import data from './data.json' with { type: 'json' };
         export default { async run() {
            const told = [data.a];
            for (const [name, attributes] of [
                ['./data.json', { type: 'json' }], ['./data.json', {}], ['./data.json', undefined],
                ['./data.json', { type: 'nope' }], ['./data.json', { lang: 'json' }], ['./fine.js', { type: 'json' }],
                ['./fine.js', { type: 'javascript' }], ['./fine.js', {}], ['cloudflare:workers', { type: 'json' }],
            ]) told.push(await import(name, { with: attributes }).then(() => 'ok', (error) => `${error.name}: ${error.message}`));
            return told;
         } };",
    )
    .file("data.json", "{\"a\":1}")
    .file("fine.js", "export default 1")
    .run()
    .await;
    let not_json = |name: &str| format!("TypeError: Module \"{name}\" is not of type \"json\".");
    let refused = |key: &str, value: &str| {
        format!("TypeError: Import attribute \"{key}\" with value \"{value}\" is not supported.")
    };
    let _ = run.expect_ok(json!([
        1,
        "ok",
        "ok",
        "ok",
        refused("type", "nope"),
        refused("lang", "json"),
        not_json("fine.js"),
        refused("type", "javascript"),
        "ok",
        not_json("cloudflare:workers"),
    ]));
    let _ = Case::js(
        "import data from './data.json' with { type: 'nope' }; export default { run: () => data }",
    )
    .file("data.json", "1")
    .run()
    .await
    .expect_load_error(&["TypeError", "\"nope\" is not supported"]);
    for source in [
        "import data from './data.json' with { lang: 'json' };",
        "import './data.json' with { 'type': 'json', lang: '' };",
        "export * from './data.json' with { if: '' };",
    ] {
        let run = Case::js(format!("{source} export default {{ run() {{}} }}"))
            .file("data.json", "1")
            .run()
            .await;
        let _ = run.expect_load_error(&["SyntaxError", "\" is not supported"]);
    }
}

#[tokio::test]
async fn what_a_module_uses_is_exported_and_disposed_of_at_its_end() {
    let _ = Case::js(
        "import { told, a, bee } from './using.js'; export default { run: () => [told, a.name, bee.name] }",
    )
    .file(
        "using.js",
        "export const told = []; const make = (name) => ({ name, [Symbol.dispose]() { told.push(name) } });
         using a = make('a'), b = make('b'); { using c = make('c'); told.push('inner') }
         using none = null; function f() { using d = make('d'); return a.name } told.push(f());
         await using e = { async [Symbol.asyncDispose]() { await null; told.push('e') } };
         told.push('end'); export { a, b as bee };",
    )
    .run()
    .await
    .expect_ok(json!([["inner", "c", "d", "a", "end", "e", "b", "a"], "a", "b"]));
}

#[tokio::test]
async fn phases_of_imports_are_refused_by_name() {
    for (source, expected) in [
        ("import source x from './a.js';", "'import source' is not supported"),
        ("import defer * as x from './a.js';", "'import defer' is not supported"),
    ] {
        let run = Case::js(format!("{source} export default {{ run() {{}} }}"))
            .file("a.js", "")
            .run()
            .await;
        let _ = run.expect_load_error(&["SyntaxError", expected]);
    }
    let _ = Case::js(
        "import source from './a.js'; import defer, { b } from './a.js'; export default { run: () => [source, defer, b] }",
    )
    .file("a.js", "export default 1; export const b = 2")
    .run()
    .await
    .expect_ok([1, 1, 2]);
}
