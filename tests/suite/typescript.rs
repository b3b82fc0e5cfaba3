//! TypeScript: what is taken out, what is transformed, and whose lines a stack
//! names.

use serde_json::json;

use crate::harness::{Case, Run};

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
    // A file of that very name comes first.
    let _ = Case::ts("import { a } from './a.js'; export default { run: () => a }")
        .file("a.js", "export const a = 'js'")
        .file("a.ts", "export const a = 'ts'")
        .run()
        .await
        .expect_ok("js");
}

/// A frame that names `function` lies inside `needle`: the engine may mark an
/// expression at any of its parts.
#[track_caller]
fn assert_inside(run: &Run, function: &str, source: &str, needle: &str) {
    let place = place(run, function);
    let numbers = |text: &str| -> (usize, usize) {
        let (line, column) = text.split_once(':').expect("a column");
        (line.parse().expect("a number"), column.parse().expect("a number"))
    };
    let ((line, column), (expected, begin)) = (numbers(&place), numbers(&position(source, needle)));
    assert_eq!(line, expected, "{place}");
    assert!((begin..=begin + needle.len()).contains(&column), "{place} is not inside {needle:?}");
}

/// The place `line:column` of the frame that names `function`.
#[track_caller]
fn place(run: &Run, function: &str) -> String {
    let stack = run.exception().stack.clone().expect("a stack");
    let frame =
        stack.lines().find(|line| line.contains(&format!("at {function} "))).unwrap_or_else(|| {
            panic!("no frame of {function}:\n{stack}");
        });
    frame.trim_end().trim_end_matches(')').split_once(".ts:").expect("a place").1.to_owned()
}

/// Where `needle` begins in the source, as `line:column`.
#[track_caller]
fn position(source: &str, needle: &str) -> String {
    let (line, text) =
        source.lines().enumerate().find(|(_, text)| text.contains(needle)).expect("the needle");
    format!("{}:{}", line + 1, text.find(needle).expect("the needle") + 1)
}

#[tokio::test]
async fn stacks_of_erased_types_name_the_authors_place() {
    let source = "\
interface Long<T> {
  a: T;
}
type Other = { b: string };

function fail<T extends Other>(x: T | null, y: Long<number>): never {
  const z: string = x!.b as string; throw new Error(z);
}

export default {
  run(input: Long<string>): void { const a: number = 1; fail<Other>(({ b: 'x' }) as Other, { a } satisfies Long<number>) },
};
";
    let run = Case::ts(source).run().await.expect_exception("Error", "x");
    assert_inside(&run, "fail", source, "new Error(z)");
    assert_inside(&run, "run", source, "fail<Other>(");
}

#[tokio::test]
async fn stacks_of_transformed_code_name_the_authors_place() {
    let source = "\
enum Colour {
  Red,
  Green,
}

class Point {
  constructor(
    private x: number,
    public y: number,
  ) {}

  fail(): never {
    throw new RangeError(`${this.x}${this.y}`);
  }
}

export default {
  run(): void {
    new Point(Colour.Green, 2).fail();
  },
};
";
    let run = Case::ts(source).run().await.expect_exception("RangeError", "12");
    assert_inside(&run, "fail", source, "new RangeError(");
    assert_inside(&run, "run", source, "new Point(Colour.Green, 2).fail()");
}

#[tokio::test]
async fn error_stacks_inside_the_guest_name_javascript_of_the_same_lines() {
    // What is only erased keeps its place, so the guest's own view is right too.
    let source = "export default {\n  run(): string {\n    const x: number = 1;\n    return new Error('x').stack as string;\n  },\n};\n";
    let run = Case::ts(source).run().await.json();
    assert!(run.as_str().expect("a stack").contains("main.ts:4:"), "{run}");
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
    // It parses as TypeScript; what is wrong shows when it runs as a module.
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
    // Each parse ends at a limit of the transpiler's and takes a good part of a
    // second: a thousand of them would reach the deadline.
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
