//! `CommonJS`.

use serde_json::json;

use crate::harness::{Case, call};

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
async fn a_syntax_error_of_common_js_names_its_place() {
    let run = Case::js("import './bad.cjs'; export default { run() {} }")
        .file("bad.cjs", "let a;\nlet b = ;\n")
        .run()
        .await;
    let text = run.error().to_string();
    assert!(text.contains("bad.cjs:2"), "{text}");
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
