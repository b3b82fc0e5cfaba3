//! Modules: their resolution, their kinds, and the errors for modules that are missing or do not
//! parse.

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
async fn common_js() {
    let _ = Case::js("import lib from './lib.cjs'; export default { run: () => lib }")
        .file(
            "lib.cjs",
            "const other = require('./other.cjs'); const data = require('./data.json');
             exports.other = other(2); exports.data = data; exports.same = require('./other.cjs') === other;
             exports.self = module.exports === exports; exports.names = [__filename, __dirname, typeof this];",
        )
        .file("other.cjs", "module.exports = x => x * 21")
        .file("data.json", "[1]")
        .run()
        .await
        .expect_ok(json!({
            "other": 42, "data": [1], "same": true, "self": true, "names": ["lib.cjs", "", "object"],
        }));
}

#[tokio::test]
async fn common_js_cycles_see_what_was_exported_so_far() {
    let _ = Case::js("import a from './a.cjs'; export default { run: () => a }")
        .file(
            "a.cjs",
            "exports.early = 1; const b = require('./b.cjs'); exports.sawOf = b.saw; exports.late = 2;",
        )
        .file("b.cjs", "const a = require('./a.cjs'); exports.saw = Object.keys(a);")
        .run()
        .await
        .expect_ok(json!({ "early": 1, "sawOf": ["early"], "late": 2 }));
}

#[tokio::test]
async fn common_js_that_throws_or_is_missing() {
    let run = Case::js("import './a.cjs'; export default { run() {} }")
        .file("a.cjs", "throw new RangeError('cjs')")
        .run()
        .await;
    let _ = run.expect_exception("RangeError", "cjs");
    let run = Case::js("import './a.cjs'; export default { run() {} }")
        .file("a.cjs", "require('./b.cjs')")
        .run()
        .await;
    assert!(run.error().to_string().contains("b.cjs"), "{}", run.error());
    // A failed `require` can be caught and tried again.
    let _ = Case::js("import a from './a.cjs'; export default { run: () => a }")
        .file(
            "a.cjs",
            "const tries = []; for (let i = 0; i < 2; i++) { try { require('./missing.cjs') } catch (e) { tries.push(e.message) } }
             module.exports = tries.length;",
        )
        .run()
        .await
        .expect_ok(2);
}

#[tokio::test]
async fn common_js_is_sloppy_and_modules_are_strict() {
    let _ = Case::js(
        "import sloppy from './a.cjs';
         export default { run: () => [sloppy, (function () { return this === undefined })()] }",
    )
    .file("a.cjs", "module.exports = (function () { return this === globalThis })()")
    .run()
    .await
    .expect_ok([true, true]);
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
async fn a_missing_export_is_named() {
    let run = Case::js("import { nope } from './a.js'; export default { run: () => nope }")
        .file("a.js", "export const a = 1")
        .run()
        .await;
    let _ = run.expect_load_error(&["nope", "a.js"]);
}

#[tokio::test]
async fn a_syntax_error_names_its_place_and_shows_the_line() {
    let run = Case::js("import './lib/bad.js'; export default { run() {} }")
        .file("lib/bad.js", "const fine = 1;\nconst broken = = 2;\n")
        .run()
        .await
        .expect_load_error(&["SyntaxError", "lib/bad.js:2:16", "const broken = = 2;"]);
    let text = run.error().to_string();
    let lines: Vec<_> = text.lines().collect();
    let shown = lines.iter().position(|line| line.contains("const broken")).expect("the line");
    let mark = lines[shown + 1].find('^').expect("a mark");
    let start = lines[shown].find("const").expect("its begin");
    assert_eq!(mark - start, 15, "{text}");
}

#[tokio::test]
async fn a_syntax_error_of_the_main_module() {
    let _ = Case::js("export default {\n  run( { return 1 }\n};\n")
        .run()
        .await
        .expect_load_error(&["SyntaxError", "main.js:2", "run( { return 1 }"]);
    let _ = Case::js("export default { run() {")
        .run()
        .await
        .expect_load_error(&["SyntaxError", "main.js:1"]);
    let _ = Case::js("let a; let a; export default {}")
        .run()
        .await
        .expect_load_error(&["SyntaxError", "main.js:1"]);
}

#[tokio::test]
async fn a_syntax_error_of_common_js_names_its_place() {
    let run = Case::js("import './bad.cjs'; export default { run() {} }")
        .file("bad.cjs", "let a;\nlet b = ;\n")
        .run()
        .await;
    let text = run.error().to_string();
    assert!(text.contains("bad.cjs:2"), "{text}");
}

#[tokio::test]
async fn a_dynamic_import_of_a_syntax_error_can_be_caught() {
    let _ = Case::body("try { await import('./bad.js') } catch (e) { return e.name }")
        .file("bad.js", "let = = 1")
        .run()
        .await
        .expect_ok("SyntaxError");
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
async fn the_shebang_and_the_byte_order_mark_are_no_code() {
    let _ =
        Case::js("#!/usr/bin/env isolet\nexport default { run: () => 1 }").run().await.expect_ok(1);
    let _ = Case::js("\u{feff}export default { run: () => 1 }").run().await.expect_ok(1);
    let _ = Case::ts("#!/usr/bin/env isolet\nexport default { run: (): number => 1 }")
        .run()
        .await
        .expect_ok(1);
    let _ = Case::ts("\u{feff}export default { run: (): number => 1 }").run().await.expect_ok(1);
}

#[tokio::test]
async fn modern_syntax_is_there() {
    let _ = Case::js(
        "class A { static #n = 0; #x = 1; static { A.#n = 5 } get x() { return this.#x } static n = () => A.#n;
            static has(o) { return #x in o } }
         export default { async run() {
            const { a, ...rest } = { a: 1, b: 2, c: 3 }; let n = null; n ??= 4; n ||= 5; n &&= 6;
            const list = []; for await (const x of (async function* () { yield 1; yield* [2, 3] })()) list.push(x);
            label: for (;;) { for (;;) break label }
            return [A.n(), new A().x, A.has(new A()), rest, n, list, 1_000, 2 ** 3, [1, 2, 3].at(-1), a?.b?.c ?? 'd',
                Object.groupBy([1, 2, 3], x => x % 2 ? 'odd' : 'even').odd, [3, 1, 2].toSorted(), 'abc'.at(-1),
                /(?<year>\\d{4})/.exec('in 2024').groups.year, [1, [2, [3]]].flat(Infinity), new Set([1]).union(new Set([2])).size,
                `t${1}`, String.raw`\\n`, structuredClone(new Map([[1, 2]])).get(1), 10n ** 3n === 1000n]
         } }",
    )
    .run()
    .await
    .expect_ok(json!([
        5, 1, true, { "b": 2, "c": 3 }, 6, [1, 2, 3], 1000, 8, 3, "d", [1, 3], [1, 2, 3], "c", "2024", [1, 2, 3], 2,
        "t1", "\\n", 2, true
    ]));
}

#[tokio::test]
async fn a_syntax_error_in_a_long_line_shows_a_part_of_it() {
    let line = format!(
        "const a = [{}]; const b = = 2; /* {} */",
        "'text', ".repeat(100),
        "x".repeat(1 << 20)
    );
    for name in ["long.js", "long.ts", "long.cjs"] {
        let column = line.find("= = 2").expect("the error") + 3;
        let run = Case::js(format!("import './{name}'; export default {{ run() {{}} }}"))
            .file(name, line.clone())
            .run()
            .await;
        let text = run.error().to_string();
        assert!(text.contains(&format!("{name}:1:{column}")), "{text}");
        assert!(text.contains("const b = = 2;") && text.len() < 1000, "{text}");
        let lines: Vec<_> = text.lines().collect();
        let shown = lines.iter().position(|line| line.contains("const b")).expect("the line");
        let mark = lines[shown + 1].find('^').expect("a mark");
        assert_eq!(lines[shown].as_bytes().get(mark), Some(&b'='), "{text}");
    }
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
async fn stacks_of_common_js_name_its_own_columns() {
    let source = "exports.fail = () => { throw new RangeError('first') };\nexports.later = () => { throw new RangeError('second') };";
    let worker =
        Case::js("import lib from './lib.cjs'; export default { run: name => lib[name]() }")
            .file("lib.cjs", source)
            .worker();
    for (method, line) in [("fail", 1), ("later", 2)] {
        let run = call(&worker, method).await;
        let stack = run.exception().stack.clone().expect("a stack");
        let place = stack.split_once(&format!("lib.cjs:{line}:")).expect("its frame").1;
        let column = place.split(|c: char| !c.is_ascii_digit()).next().expect("digits");
        let column: usize = column.parse().expect("a column");
        let text = source.lines().nth(line - 1).expect("a line");
        let begin = text.find("new RangeError").expect("it") + 1;
        // The engine counts columns from 0 on the first line.
        assert!((begin - 1..begin + 16).contains(&column), "{stack}");
    }
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
async fn a_module_that_failed_fails_the_same_way_at_every_require() {
    let run = Case::js("import told from './main.cjs'; export default { run: () => told }")
        .file(
            "main.cjs",
            "module.exports = ['./throws.cjs', './bad.cjs', './bad.json', './esm.js'].map(name => {
                const errors = [];
                for (let i = 0; i < 3; i++) try { require(name) } catch (error) { errors.push(error) }
                return [errors[0].name, errors.length, errors[0].message === errors[2].message];
             });",
        )
        .file("throws.cjs", "globalThis.n = (globalThis.n ?? 0) + 1; throw new RangeError(`run ${globalThis.n}`);")
        .file("bad.cjs", "let x = ;")
        .file("bad.json", "{")
        .file("esm.js", "throw new TypeError(`once ${globalThis.m = (globalThis.m ?? 0) + 1}`);")
        .run()
        .await;
    let _ = run.expect_ok(json!([
        ["RangeError", 3, true],
        ["SyntaxError", 3, true],
        ["SyntaxError", 3, true],
        ["TypeError", 3, true]
    ]));
}

#[tokio::test]
async fn an_es_module_that_was_required_can_still_be_imported() {
    let _ = Case::js(
        "import './a.cjs'; export default { run: async () => (await import('./esm.js')).default }",
    )
    .file("a.cjs", "try { require('./esm.js') } catch {}")
    .file("esm.js", "export default 'esm'")
    .run()
    .await
    .expect_ok("esm");
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
