//! The export that is called, and how its result is printed.

use crate::folder::Folder;

#[test]
fn a_method_of_the_default_export() {
    let folder =
        Folder::js("method", "export default { double: ({ value }) => ({ doubled: value * 2 }) }");
    let _ = folder
        .run(&["main.js", "--call", "double", "--arg", "{\"value\":21}"])
        .expect_out(r#"{"doubled":42}"#);
    let _ = folder
        .run(&["--arg", "{\"value\":1}", "--call", "double", "./main.js"])
        .expect_out(r#"{"doubled":2}"#);
}

#[test]
fn typescript_of_every_kind() {
    let folder = Folder::new("typescript")
        .file("main.ts", "enum A { X = 3 } export default { f: (x: number): number => x + A.X }")
        .file(
            "main.tsx",
            "/** @jsx h */ const h = (a: string) => a; export default (): string => <b />",
        )
        .file("main.mts", "export default (): number => 1")
        .file("main.jsx", "const React = { createElement: a => a }; export default () => <b />")
        .file("main.mjs", "export default () => 2");
    let _ = folder.run(&["main.ts", "--call", "f", "--arg", "4"]).expect_out("7");
    let _ = folder.run(&["main.mts"]).expect_out("1");
    let _ = folder.run(&["main.mjs"]).expect_out("2");
    let _ = folder.run(&["main.jsx"]).expect_out("\"b\"");
    let _ = folder.run(&["main.tsx"]).expect_out("\"b\"");
}

#[test]
fn a_default_export_that_is_a_function_is_called() {
    let folder =
        Folder::js("function", "export default async (x, env, ctx) => [x, typeof ctx.waitUntil]");
    let _ = folder.run(&["main.js", "--arg", "1"]).expect_out(r#"[1,"function"]"#);
    let _ = folder.run(&["main.js"]).expect_out(r#"[null,"function"]"#);
}

#[test]
fn a_file_without_one_is_only_evaluated() {
    let folder = Folder::js("evaluated", "console.log('evaluated'); export const a = 1;");
    let said = folder.run(&["main.js"]);
    assert_eq!((said.code, said.out.as_str(), said.err.as_str()), (Some(0), "", "| evaluated\n"));
}

#[test]
fn named_entrypoints_and_many_arguments() {
    let folder = Folder::js(
        "entrypoint",
        "import { WorkerEntrypoint } from 'cloudflare:workers';
         export class Sum extends WorkerEntrypoint { of(...all) { return all.reduce((a, b) => a + b, 0) } }
         export const plain = { of: x => x };
         export function direct(x) { return [x] }",
    );
    let _ = folder
        .run(&["main.js", "--entrypoint", "Sum", "--call", "of", "--arg", "1", "--arg", "2"])
        .expect_out("3");
    let _ = folder.run(&["main.js", "--entrypoint", "Sum", "--call", "of"]).expect_out("0");
    let _ = folder.run(&["main.js", "--entrypoint", "direct", "--arg", "5"]).expect_out("[5]");
    let _ = folder
        .run(&["main.js", "--entrypoint", "Nope", "--call", "of"])
        .expect_failure(1, &["error: TypeError: Worker has no such entrypoint: Nope"]);
    let _ = folder
        .run(&["main.js", "--entrypoint", "plain", "--call", "of", "--arg", "1", "--arg", "2"])
        .expect_failure(1, &["wrong number of arguments"]);
}

#[test]
fn what_json_lacks_has_its_mapping() {
    let folder = Folder::js(
        "mapping",
        "const cycle = { name: 'c' }; cycle.self = cycle;
         export default { all: () => ({
            u: undefined, n: null, list: [undefined, NaN, -0], big: 2n ** 64n, date: new Date(0), re: /a/g,
            map: new Map([['a', 1]]), pairs: new Map([[1, 2]]), set: new Set([1]), error: new TypeError('no'),
            bytes: new Uint8Array([1, 2]), cycle, text: '\"\\u2028<\\u0000',
         }), nothing() {}, lone: () => '\\ud800' }",
    );
    let said = folder.run(&["main.js", "--call", "all"]);
    let json: serde_json::Value = serde_json::from_str(&said.out).expect("JSON");
    assert_eq!(
        json,
        serde_json::json!({
            "n": null, "list": [null, null, 0], "big": "18446744073709551616", "date": "1970-01-01T00:00:00.000Z",
            "re": "/a/g", "map": { "a": 1 }, "pairs": [[1, 2]], "set": [1],
            "error": { "name": "TypeError", "message": "no" }, "bytes": [1, 2],
            "cycle": { "name": "c", "self": "[Circular]" }, "text": "\"\u{2028}<\u{0}",
        })
    );
    assert!(!said.out.contains('\u{0}'));
    let _ = folder.run(&["main.js", "--call", "lone"]).expect_out("\"\\ud800\"");
    let nothing = folder.run(&["main.js", "--call", "nothing"]);
    assert_eq!((nothing.code, nothing.out.as_str()), (Some(0), ""));
}

#[test]
fn what_cannot_be_cloned_is_an_exception() {
    let folder = Folder::js(
        "clone",
        "export default { f: () => new WeakMap(), i: () => new (class Foo { own = 1 })(), g: () => ({ get a() { throw new RangeError('asked') } }) }",
    );
    let _ = folder
        .run(&["main.js", "--call", "f"])
        .expect_failure(1, &["error: DataCloneError: ", "WeakMap"]);
    let _ = folder.run(&["main.js", "--call", "i"]).expect_out(r#"{"own":1}"#);
    let _ =
        folder.run(&["main.js", "--call", "g"]).expect_failure(1, &["error: RangeError: asked"]);
}

#[test]
fn deep_results_are_printed() {
    let folder = Folder::js(
        "deep",
        "export default n => { let a = []; for (let i = 1; i < n; i++) a = [a]; return a }",
    );
    let said = folder.run(&["main.js", "--arg", "10000"]);
    assert_eq!((said.code, said.out.len()), (Some(0), 20_001));
}

/// The stream is printed as a capability, and nothing waits for its end.
#[test]
fn a_stream_is_not_read() {
    let endless = "new ReadableStream({ pull(c) { c.enqueue(new Uint8Array(1)) } })";
    let folder = Folder::js("stream", &format!("export default () => new Response({endless})"));
    let _ = folder.run(&["main.js", "--timeout", "1h"]).expect_out(
        r#"{"status":200,"statusText":"OK","headers":[],"body":{"source":"[Capability]"}}"#,
    );
}
