//! TypeScript: the syntax that is erased, transformed or refused.

use isolet::{Module, TranspileOptions};
use serde_json::json;

use crate::harness::Case;

#[tokio::test]
async fn types_are_taken_out() {
    let _ = Case::ts(
        "import type { Nothing } from './types.ts';
         import { type Also, value } from './types.ts';
         interface Input<T extends object = {}> { readonly value?: T }
         type Alias = Input<{ a: number }> | null;
         declare const ambient: string;
         declare module 'x' { const y: number }
         abstract class Base<T> { abstract make(): T; protected x!: number; constructor(public readonly n: number) {} }
         class Real extends Base<string> implements Input { override make(): string { return `${this.n}` } }
         function over(a: string): string; function over(a: number): number;
         function over(a: any): any { return a as unknown as any }
         const assert = (v: unknown): asserts v is string => {};
         const generic = <T,>(x: T): T => x;
         export default {
            async run(this: unknown, arg: Alias, env?: Nothing): Promise<unknown> {
                const x = generic<number>(5)!; const y = <const>['a']; const z = { a: 1 } satisfies object;
                let late!: number; late = over(3);
                return [new Real(7).make(), x, y, z, late, value, arg!.value];
            },
         };",
    )
    .file("types.ts", "export interface Nothing {} export type Also = 1; export const value: number = 9")
    .arg(json!({ "value": { "a": 1 } }))
    .run()
    .await
    .expect_ok(json!(["7", 5, ["a"], { "a": 1 }, 3, 9, { "a": 1 }]));
}

#[tokio::test]
async fn what_must_be_transformed_is() {
    let _ = Case::ts(
        "enum Colour { Red, Green = 5, Blue, Text = 'text' }
         const enum Fast { A = 1 << 3 }
         namespace Space { export const inner = 'inner'; export namespace Deep { export const x = 1 } }
         class P { constructor(private a: number, public readonly b = 'b') {} sum() { return this.a + this.b } }
         export default { run: () => [Colour.Blue, Colour[5], Colour.Text, Fast.A, Space.inner, Space.Deep.x, new P(1).sum()] }",
    )
    .run()
    .await
    .expect_ok(json!([6, "Green", "text", 8, "inner", 1, "1b"]));
}

#[tokio::test]
async fn jsx_calls_what_its_author_names() {
    let source = "
        /** @jsx h */
        /** @jsxFrag Frag */
        const h = (type: any, props: any, ...children: any[]) => ({ type: typeof type === 'string' ? type : type.name, props, children });
        function Frag() {}
        const Item = (props: { n: number }) => null;
        export default { run: () => <><div id=\"a\" {...{ b: 1 }}>text<Item n={1} /></div></> };";
    let _ = Case::named("main.tsx", source).run().await.expect_ok(json!({
        "type": "Frag", "props": null, "children": [{
            "type": "div", "props": { "id": "a", "b": 1 },
            "children": ["text", { "type": "Item", "props": { "n": 1 }, "children": [] }],
        }],
    }));
    let plain = "const React = { createElement: (...all) => all }; export default { run: () => <a b=\"c\">d</a> }";
    let _ = Case::named("main.jsx", plain).run().await.expect_ok(json!(["a", { "b": "c" }, "d"]));
}

#[tokio::test]
async fn standard_decorators() {
    let _ = Case::ts(
        "const log: string[] = [];
         function dec(tag: string): any {
            log.push(`eval ${tag}`);
            return (value: any, context: any) => {
                log.push(`${context.kind} ${String(context.name)} ${context.static} ${context.private}`);
                context.addInitializer(function (this: any) { log.push(`init ${tag}`) });
                if (context.kind === 'field') return (v: number) => v + 1;
                if (context.kind === 'method') return function (this: any, ...a: any[]) { return `<${value.apply(this, a)}>` };
                if (context.kind === 'accessor') return { init: (v: number) => v * 10 };
            };
         }
         class Base { hello() { return 'hello' } }
         @dec('class') class C extends Base {
            @dec('method') m(n: number): string { return this.hello() + n }
            @dec('#private') #p() { return super.hello() }
            @dec('field') static f = 1;
            @dec('accessor') accessor a = 2;
            accessor plain = 3; static accessor count = 0;
            @dec('instance') i: number = 4;
            all() { C.count++; return [this.m(1), this.#p(), C.f, this.a, this.plain, this.i, C.count, C.name] }
         }
         const replace: any = () => class { who = 'replaced' };
         @replace class Gone { who = 'written'; static self() { return Gone } }
         const named = @dec('expression') class {};
         export default { run: () => [new C().all(), log, new Gone().who, named.name] }",
    )
    .run()
    .await
    .expect_ok(json!([
        ["<hello1>", "<hello>", 2, 20, 3, 5, 1, "C"],
        [
            "eval class", "eval method", "eval #private", "eval field", "eval accessor",
            "eval instance", "method m false false", "method #p false true",
            "accessor a false false", "field f true false", "field i false false",
            "class C undefined undefined", "init field", "init class", "eval expression",
            "class named undefined undefined", "init expression", "init method", "init #private",
            "init accessor", "init instance",
        ],
        "replaced",
        "named",
    ]));
}

#[tokio::test]
async fn decorators_from_before_the_standard() {
    let worker = Case::ts(
        "const log: any[] = [];
         const on = (...all: any[]) => { log.push(all.map(it => typeof it)) };
         @on class C { @on field = 1; @on method(@on parameter: number) {} }
         export default { run: () => log }",
    )
    .code(|it| it.transpile_options(TranspileOptions::default().legacy_decorators(true)));
    let _ = worker.run().await.expect_ok(json!([
        ["object", "string", "undefined"],
        ["object", "string", "number"],
        ["object", "string", "object"],
        ["function"],
    ]));
}

#[tokio::test]
async fn namespaces_are_live_and_merge() {
    let _ = Case::ts(
        "namespace N { export let count = 1; export const add = () => ++count; export function get() { return count } }
         namespace N { export const { a, b: [c] } = { a: count, b: [count + 1] }; export namespace Deep.Er { export const d = get() } }
         import Alias = N.Deep.Er;
         enum E { A, B = A + 5, C } enum E { D = B, T = `t${D}` as any }
         N.add(); N.count += 10;
         export default { run: () => [N.get(), N.a, N.c, Alias.d, E.C, E[6], E.D, Object.keys(N)] }",
    )
    .run()
    .await
    .expect_ok(json!([
        12, 1, 2, 1, 6, "C", 5, ["count", "add", "get", "a", "c", "Deep"]
    ]));
}

#[tokio::test]
async fn an_export_assignment_makes_a_file_commonjs() {
    let _ = Case::ts(
        "import whole = require('./whole.ts'); import same from './whole.ts'; import json = require('./data.json');
         import esm = require('./esm.ts');
         export default { run: () => [whole(1), whole === same, whole.extra, json.x, esm.y] }",
    )
    .file(
        "whole.ts",
        "import other = require('./other.cjs'); import { z } from './other.cjs';
         function whole(n: number): any[] { return [n, other.z, z, this === undefined] }
         namespace whole { export let extra = 'more' }
         export = whole;",
    )
    .file("other.cjs", "exports.z = 'z'")
    .file("data.json", "{\"x\": 7}")
    .file("esm.ts", "export const y: number = 8")
    .run()
    .await
    .expect_ok(json!([[1, "z", "z", true], true, "more", 7, 8]));
}

#[tokio::test]
async fn elements_are_made_by_the_module_that_is_chosen() {
    let runtime = "export const jsx = (type, props) => ({ type, props }); export const jsxs = jsx;";
    let expected = json!({ "type": "a", "props": { "b": "c", "children": "d" } });
    let by_option = Case::named("main.tsx", "export default { run: () => <a b=\"c\">d</a> }")
        .code(|it| it.transpile_options(TranspileOptions::default().jsx_import_source("made")))
        .module("made/jsx-runtime", Module::JavaScript(runtime.to_owned()));
    let _ = by_option.run().await.expect_ok(expected.clone());
    let by_comment = Case::named(
        "main.jsx",
        "/** @jsxImportSource other */ export default { run: () => <a b=\"c\">d</a> }",
    )
    .module("other/jsx-runtime", Module::JavaScript(runtime.to_owned()));
    let _ = by_comment.run().await.expect_ok(expected);
}

#[tokio::test]
async fn decorated_classes_throw_at_the_lines_of_their_author() {
    let run = Case::ts(
        "const dec: any = (f: any) => f;\nclass C {\n  @dec\n  m() {\n    throw new Error('here');\n  }\n}\n\
         export default { run: () => new C().m() }",
    )
    .run()
    .await;
    let text = format!("{:?}", run.exception());
    assert!(text.contains("main.ts:5:"), "{text}");
}

#[tokio::test]
async fn specifiers_find_typescript() {
    let _ = Case::ts(
        "import { a } from './a.js'; import { b } from './b'; import { c } from './c.ts'; import { d } from './d';
         import { e } from './e.js';
         export default { run: (): string => a + b + c + d + e }",
    )
    .file("a.ts", "export const a: string = 'a'")
    .file("b.ts", "export const b: string = 'b'")
    .file("c.ts", "export const c: string = 'c'")
    .file("d/index.ts", "export const d: string = 'd'")
    .file("e.tsx", "export const e: string = 'e'")
    .run()
    .await
    .expect_ok("abcde");
    // A file with exactly that name comes first.
    let _ = Case::ts("import { a } from './a.js'; export default { run: () => a }")
        .file("a.js", "export const a = 'js'")
        .file("a.ts", "export const a = 'ts'")
        .run()
        .await
        .expect_ok("js");
}

#[tokio::test]
async fn a_syntax_error_names_its_place_and_shows_the_line() {
    let run = Case::js("import './lib/bad.ts'; export default { run() {} }")
        .file("lib/bad.ts", "interface Fine {}\nconst broken: number = = 2;\n")
        .run()
        .await
        .expect_load_error(&["lib/bad.ts:2:24", "const broken: number = = 2;"]);
    let text = run.error().to_string();
    let lines: Vec<_> = text.lines().collect();
    let shown = lines.iter().position(|line| line.contains("const broken")).expect("the line");
    let mark = lines[shown + 1].find('^').expect("a mark");
    let start = lines[shown].find("const").expect("its begin");
    assert_eq!(mark - start, 23, "{text}");
}

#[tokio::test]
async fn a_syntax_error_that_only_the_engine_sees() {
    // The source parses as TypeScript, and fails when it runs as a module.
    let run =
        Case::ts("type A = 1;\nexport default { run() { return 1 } };\nlet a: A; let a: A;\n")
            .run()
            .await;
    let _ = run.expect_load_error(&["main.ts:3"]);
}

#[tokio::test]
async fn control_characters_of_the_source_are_not_shown() {
    for run in [
        Case::ts("const a = \u{1b}[31m;\n").run().await,
        Case::js("const a = \u{1b}[31m;\n").run().await,
    ] {
        let text = run.error().to_string();
        let (_, shown) = text.split_once("\n  ").expect("a line of the source");
        assert!(!shown.contains('\u{1b}'), "{text:?}");
    }
}

#[tokio::test]
async fn typescript_costs_the_caller_no_fuel_and_is_done_once() {
    let worker = Case::ts("export default { run(x: number): number { return x + 1 } }").worker();
    let first = crate::harness::call(&worker.fresh_per_call(), 1).await.expect_ok(2);
    let second = crate::harness::call(&worker.fresh_per_call(), 1).await.expect_ok(2);
    assert_eq!(first.fuel(), second.fuel());
}

#[tokio::test]
async fn a_module_that_does_not_parse_is_parsed_once() {
    // Each parse ends at a limit of the transpiler and takes a good part of a second. A thousand of
    // them would reach the deadline.
    let deep = format!("export default {}", "(".repeat(20_000));
    let _ = Case::js(
        "export default { async run() {
            let failed = 0;
            for (let i = 0; i < 1000; i++) await import('./deep.ts').catch(() => failed++);
            return failed } }",
    )
    .file("deep.ts", &deep)
    .run()
    .await
    .expect_ok(1000);
}
