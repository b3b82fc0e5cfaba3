//! The syntax of modules, and the errors for code that does not parse.

use serde_json::json;

use crate::harness::Case;

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
async fn a_dynamic_import_of_a_syntax_error_can_be_caught() {
    let _ = Case::body("try { await import('./bad.js') } catch (e) { return e.name }")
        .file("bad.js", "let = = 1")
        .run()
        .await
        .expect_ok("SyntaxError");
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
