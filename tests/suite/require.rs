//! `CommonJS` and ES modules that import one another. The expected values are those that Node
//! prints.

use serde_json::json;

use crate::family::family;
use crate::harness::Case;

#[tokio::test]
async fn es_modules_are_required_as_in_node() {
    let case = Case::named(
        "main.mjs",
        r#"import out from "./main.cjs"; import cycle from "./cycle.mjs";
           export default { run: () => [out, cycle] };"#,
    );
    let files = [
        (
            "named.mjs",
            r#"export let count = 0; export function up() { count++ } export const name = "named";"#,
        ),
        (
            "both.mjs",
            r#"export default function main() { return "main" } export let n = 1; export const more = () => { n++ };"#,
        ),
        ("flagged.mjs", "export const __esModule = false; export default 1;"),
        (
            "replaced.mjs",
            r#"const it = { replaced: true }; export { it as "module.exports" }; export default 2;"#,
        ),
        ("waits.mjs", "await null; export const x = 1;"),
        (
            "throws.mjs",
            r#"globalThis.runs = (globalThis.runs ?? 0) + 1; throw new RangeError("thrown");"#,
        ),
        (
            "cycle.mjs",
            r#"import cjs from "./cycle.cjs"; export const here = 1; export default cjs;"#,
        ),
        (
            "cycle.cjs",
            r#"let seen; try { seen = require("./cycle.mjs").here } catch (e) { seen = e.constructor.name } module.exports = { seen };"#,
        ),
        ("deep.cjs", r#"module.exports = require("./chain.mjs");"#),
        (
            "chain.mjs",
            r#"import deep, { } from "./leaf.cjs"; export { deep }; export * from "./named.mjs"; export * as all from "./named.mjs";"#,
        ),
        ("leaf.cjs", r#"exports.leaf = require("./named.mjs").name;"#),
        (
            "main.cjs",
            r#"const out = [];
const named = require("./named.mjs"); named.up();
out.push(named.count, named.name, Object.keys(named), "__esModule" in named);
const both = require("./both.mjs"); both.more();
out.push(both.default(), both.n, both.__esModule, both === require("./both.mjs"), Object.keys(both).sort());
out.push(require("./flagged.mjs").__esModule, require("./replaced.mjs"));
const caught = (f) => { try { return f() } catch (e) { return [e.name, e.message.split(/[.:]/)[0]] } };
out.push(caught(() => require("./waits.mjs"))[0], caught(() => require("./throws.mjs")), caught(() => require("./throws.mjs")), globalThis.runs);
out.push(require("./deep.cjs").deep.leaf, require("./deep.cjs").all.name, require("./deep.cjs").name);
module.exports = out;"#,
        ),
    ];
    let case = files.into_iter().fold(case, |case, (name, text)| case.file(name, text));
    let _ = case.run().await.expect_ok(json!([
        [
            1,
            "named",
            ["count", "name", "up"],
            false,
            "main",
            2,
            true,
            true,
            ["__esModule", "default", "more", "n"],
            false,
            { "replaced": true },
            "Error",
            ["RangeError", "thrown"],
            ["RangeError", "thrown"],
            1,
            "named",
            "named",
            "named"
        ],
        { "seen": "Error" }
    ]));
}

#[tokio::test]
async fn what_cannot_be_evaluated_at_once_says_why() {
    let run = Case::js("import told from './main.cjs'; export default { run: () => told }")
        .file(
            "main.cjs",
            "const told = [];
             for (const name of ['./waits.js', './needs.js', './waits.js']) try { told.push(require(name)) } catch (error) { told.push(error.message) }
             told.push(import('./needs.js').then(({ y }) => y));
             told.push(typeof require('cloudflare:workers').WorkerEntrypoint);
             module.exports = Promise.all(told);",
        )
        .file("waits.js", "await null; export const x = 1;")
        .file("needs.js", "export { x as y } from './waits.js';")
        .run()
        .await;
    let waits =
        "require() cannot be used on an ES module with top-level await. Use import() instead.";
    let _ = run.expect_ok(json!([waits, waits, waits, 1, "function"]));
}

/// A rejection that `require` has thrown is not reported as unhandled.
#[tokio::test]
async fn a_module_that_throws_is_not_unhandled() {
    let run = Case::js("import './main.cjs'; export default { run: () => 'fine' }")
        .file("main.cjs", "try { require('./throws.js') } catch {}")
        .file("throws.js", "throw 1")
        .run()
        .await
        .expect_ok("fine");
    assert!(run.logs().is_empty(), "{:?}", run.logs());
}

/// The engine would wait for ever for a module that is on another stack.
#[tokio::test]
async fn cycles_through_commonjs_end() {
    let b = "exports.early = 1;
        for (const name of ['first', 'second']) try { exports[name] = Object.keys(require('./c.js')) } catch (error) { exports[name] = error.message }
        exports.late = 2;";
    let c = "import b from './b.cjs'; export const seen = Object.keys(b);";
    let cycle =
        "Cannot require() an ES module in a cycle: it, or what it imports, is being evaluated.";
    let _ = Case::js("import b from './b.cjs'; export default { run: () => b }")
        .file("b.cjs", b)
        .file("c.js", c)
        .run()
        .await
        .expect_ok(json!({ "early": 1, "first": cycle, "second": cycle, "late": 2 }));
    // A module that is required first shows what it has exported so far.
    let _ = Case::js("import a from './a.cjs'; export default { run: async () => [a, (await import('./c.js')).seen] }")
        .file("a.cjs", "module.exports = require('./b.cjs');")
        .file("b.cjs", b)
        .file("c.js", c)
        .run()
        .await
        .expect_ok(json!([{ "early": 1, "first": ["seen"], "second": ["seen"], "late": 2 }, ["early"]]));
}

/// The names of modules in a map are not paths.
#[tokio::test]
async fn modules_are_required_by_what_they_are_called() {
    let code =
        "import c from './c.cjs'; import e from './e.js'; export default { run: () => [c, e] };";
    let run = family(
        "",
        "const modules = { './m.js': arg, './c.cjs': { cjs: 'module.exports = require(\"./e.js\").default' }, './e.js': 'export default \"right\"', 'e.js': 'export default \"wrong\"' };
         const worker = env.LOADER.load({ mainModule: './m.js', modules });
         return await worker.getEntrypoint().run()",
    )
    .arg(code)
    .run()
    .await;
    let answer = run.json();
    assert!(answer[0].is_string() && answer[0] == answer[1], "{answer}");
}

/// An error that is made in the middle of loading runs no code there.
#[tokio::test]
async fn nothing_runs_while_a_module_is_being_loaded() {
    let _ = Case::js("import said from './main.cjs'; export default { run: () => said }")
        .file(
            "main.cjs",
            "let n = 0; const said = [];
             Error.prepareStackTrace = () => { n++; require('./a.js') };
             Error.stackTraceLimit = { valueOf() { n++; require('./a.js') } };
             try { require('./a.js') } catch (error) { said.push(error.message) }
             Error.prepareStackTrace = undefined;
             module.exports = [said, n];",
        )
        .file("a.js", "import './missing.js'")
        .run()
        .await
        .expect_ok(json!([["No such module \"missing.js\", imported from \"a.js\"."], 0]));
}

/// One module of a cycle is required while another one still waits.
#[tokio::test]
async fn a_cycle_that_waits_is_not_required() {
    let _ = Case::body(
        "const first = import('./a.js');
         await null; await null;
         const { said } = await import('./try.cjs').then(({ default: it }) => it);
         await first;
         return [said, require_later()];
         function require_later() { return globalThis.again('./x.js').v }",
    )
    .file("a.js", "import './b.js'; for (let i = 0; i < 50; i++) await 0; export const done = 1;")
    .file("b.js", "import './a.js';")
    .file("x.js", "import './b.js'; export const v = 1;")
    .file(
        "try.cjs",
        "globalThis.again = require; try { exports.said = require('./x.js').v } catch (error) { exports.said = error.message }",
    )
    .run()
    .await
    .expect_ok(json!([
        "require() cannot be used on an ES module with top-level await. Use import() instead.",
        1
    ]));
}

#[tokio::test]
async fn exports_of_commonjs_are_imported_by_name_as_in_node() {
    let case = Case::named(
        "main.mjs",
        r#"import whole, { a, b, got, hidden, dropped, __esModule as flag } from "./named.cjs";
import * as ns from "./again.cjs";
import * as star from "./star.mjs";
import { early, late, pending } from "./cyc.cjs";
const caught = (p) => p.then((ns) => Object.keys(ns), (e) => e.name);
export default { async run() {
  b();
  const list = (o) => Object.keys(o).filter((k) => k !== "module.exports").sort();
  return [a, got, hidden, dropped === undefined, flag, whole.a, whole.default, list(ns), ns.default === star.default, list(star), star.x, star.first, star.whole === whole,
    await caught(import("./bad.mjs")), await caught(import("./undetected.cjs")), (await pending).seen, early, late];
} };"#,
    );
    let files = [
        (
            "named.cjs",
            r#"exports.a = 1; exports.b = () => exports.a++; exports.dropped = 1; delete exports.dropped;
Object.defineProperty(exports, "got", { enumerable: true, get: function () { return exports.a; } });
Object.defineProperty(exports, "hidden", { value: 2 });
exports.default = "own default"; exports.__esModule = true;"#,
        ),
        (
            "object.cjs",
            r#"const x = 1; module.exports = { x, y: x, ...require("./named.cjs"), f() {} };"#,
        ),
        ("again.cjs", r#"module.exports = require("./object.cjs");"#),
        (
            "star.mjs",
            r#"export * from "./again.cjs"; export { default as whole, a as first } from "./named.cjs"; export const x = "mine";"#,
        ),
        ("bad.mjs", r#"import { nothing } from "./named.cjs";"#),
        ("undetected.cjs", r#"module["exports"] = { q: 1 };"#),
        (
            "cyc.mjs",
            r#"import { early, late } from "./cyc.cjs"; export const seen = [typeof early, typeof late];"#,
        ),
        (
            "cyc.cjs",
            r#"exports.early = 1; exports.pending = import("./cyc.mjs"); exports.late = 2;"#,
        ),
    ];
    let case = files.into_iter().fold(case, |case, (name, text)| case.file(name, text));
    let exported = ["__esModule", "a", "b", "default", "dropped", "f", "got", "hidden", "x", "y"];
    let starred =
        ["__esModule", "a", "b", "dropped", "f", "first", "got", "hidden", "whole", "x", "y"];
    let _ = case.run().await.expect_ok(json!([
        1,
        1,
        2,
        true,
        true,
        2,
        "own default",
        exported,
        false,
        starred,
        "mine",
        1,
        true,
        "SyntaxError",
        ["default", "module.exports"],
        ["number", "number"],
        1,
        2
    ]));
}

/// The names of modules that may be required count. A missing module only matters when it is
/// required.
#[tokio::test]
async fn names_are_looked_for_in_modules_that_nobody_requires() {
    let _ = Case::js("import lib, { dev } from './lib.cjs'; export default { run: () => [dev, typeof lib.prod] }")
        .file("lib.cjs", "if (false) module.exports = require('./none.cjs'); if (!0) module.exports = require('./dev.cjs')")
        .file("dev.cjs", "exports.dev = 1; const __export = () => {}; false && __export(require('./lib.cjs')); false && __export(require('./none.cjs'))")
        .run()
        .await
        .expect_ok(json!([1, "undefined"]));
}

#[tokio::test]
async fn the_whole_of_module_exports_can_be_imported_by_that_name() {
    let files = [
        ("f.cjs", "module.exports = function f() { return 'f' }; module.exports.own = 1;"),
        ("n.cjs", "module.exports = 5;"),
        ("o.cjs", "exports['module.exports'] = 'not this'; exports.a = 1;"),
        ("r.mjs", r#"export { "module.exports" as whole } from "./f.cjs";"#),
        ("e.mjs", r#"import "./d.json" with { type: "json" }; export const x = 1;"#),
        ("d.json", "{}"),
    ];
    let case = Case::named(
        "main.mjs",
        r#"import f, { "module.exports" as whole, own } from "./f.cjs"; import { "module.exports" as five } from "./n.cjs";
           import * as o from "./o.cjs"; import { whole as again } from "./r.mjs"; import * as e from "./e.mjs";
           export default { run: async () => [f === whole, whole(), own, five, o["module.exports"] === o.default, o.default["module.exports"],
               Object.keys(o).sort(), again === f, "module.exports" in e, (await import("./f.cjs"))["module.exports"] === f] };"#,
    );
    let case = files.iter().fold(case, |case, (name, text)| case.file(name, *text));
    let _ = case.run().await.expect_ok(json!([
        true,
        "f",
        1,
        5,
        true,
        "not this",
        ["a", "default", "module.exports"],
        true,
        false,
        true
    ]));
}
