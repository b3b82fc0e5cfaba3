//! Deeply nested source text. Each kind ends with an error or runs, nothing crashes, and the host
//! goes on.

use isolet::{Error, LimitKind, Outcome};

use crate::harness::{Case, Run, assert_alive};

const LEVELS: usize = 200_000;

/// Returns each kind of nesting, as one expression or statement.
fn kinds() -> Vec<(&'static str, String)> {
    let around = |open: &str, middle: &str, close: &str| {
        format!("{}{middle}{}", open.repeat(LEVELS), close.repeat(LEVELS))
    };
    vec![
        ("parentheses", around("(", "1", ")")),
        ("brackets", around("[", "", "]")),
        ("braces", around("{", "", "}")),
        ("sums", format!("x = 1{}", "+1".repeat(LEVELS))),
        ("members", format!("a{}", ".b".repeat(LEVELS))),
        ("else if", format!("if (a) ;{}", " else if (a) ;".repeat(LEVELS))),
        ("not", format!("x = {}1", "!".repeat(LEVELS))),
        ("arrows", format!("x = {}1", "a=>".repeat(LEVELS))),
        ("ternaries", format!("x = {}1", "a?b:".repeat(LEVELS))),
        ("templates", around("`${", "1", "}`")),
        ("functions", around("function f(){", "", "}")),
        ("calls", format!("f{}", "()".repeat(LEVELS))),
        ("new", format!("{}a", "new ".repeat(LEVELS))),
        ("powers", format!("x = 1{}", "**1".repeat(LEVELS))),
        ("assignments", format!("{}1", "x=".repeat(LEVELS))),
        ("labels", (0..LEVELS).map(|i| format!("l{i}:")).collect::<Vec<_>>().concat() + ";"),
        ("objects", format!("x = {}", around("{a:", "1", "}"))),
        ("patterns", format!("var {} = 1", around("[", "y", "]"))),
        ("classes", around("class A { static x = ", "1", "}")),
        ("commas", format!("x = [{}]", "1,".repeat(LEVELS))),
        ("optional members", format!("a{}", "?.b".repeat(LEVELS))),
        ("blocks", around("{", ";", "}")),
        ("loops", format!("{};", "for(;;)".repeat(LEVELS))),
        ("open parentheses", "(".repeat(LEVELS)),
    ]
}

fn types() -> Vec<(&'static str, String)> {
    let around = |open: &str, middle: &str, close: &str| {
        format!("type T = {}{middle}{};", open.repeat(LEVELS), close.repeat(LEVELS))
    };
    vec![
        ("type arguments", around("A<", "1", ">")),
        ("tuples", around("[", "1", "]")),
        ("function types", around("(a: ", "1", ") => void")),
        ("array types", around("a", "", "[]")),
        ("unions", format!("type T = 1{};", "|1".repeat(LEVELS))),
        ("conditional types", format!("type T = {}1;", "A extends B ? C : ".repeat(LEVELS))),
        ("assertions", format!("x = 1{};", " as any".repeat(LEVELS))),
        ("not null", format!("x = a{};", "!".repeat(LEVELS))),
        ("namespaces", format!("namespace a{} {{}}", ".a".repeat(LEVELS))),
    ]
}

#[track_caller]
fn assert_clean(kind: &str, run: &Run) {
    let outcome = run.0.outcome();
    assert!(
        matches!(
            outcome,
            Outcome::Ok
                | Outcome::Exception
                | Outcome::LoadFailed
                | Outcome::ExceededCpu
                | Outcome::ExceededMemory
        ),
        "{kind}: {run:?}"
    );
    if let Err(Error::Limit(limit)) = &run.0.result {
        assert_ne!(limit.kind, LimitKind::Stack, "{kind}: the engine's own limit comes first");
    }
}

#[tokio::test]
async fn in_javascript() {
    for (kind, text) in kinds() {
        let run =
            Case::js(format!("{text}\nexport default {{ run() {{ return 1 }} }};")).run().await;
        assert_clean(kind, &run);
        assert_alive().await;
    }
}

#[tokio::test]
async fn in_typescript() {
    for (kind, text) in kinds().into_iter().chain(types()) {
        // An enum makes the whole module go through the transformer.
        for before in ["", "enum E { A }\n"] {
            let source =
                format!("{before}{text}\nexport default {{ run(): number {{ return 1 }} }};");
            let run = Case::ts(source).run().await;
            assert_clean(kind, &run);
        }
        assert_alive().await;
    }
}

#[tokio::test]
async fn in_jsx() {
    let text = format!("x = {}{};", "<a>".repeat(LEVELS), "</a>".repeat(LEVELS));
    let run = Case::named("main.tsx", format!("{text}\nexport default {{}};")).run().await;
    assert_clean("elements", &run);
    assert_alive().await;
}

#[tokio::test]
async fn in_common_js_json_and_eval() {
    for (kind, text) in kinds().into_iter().take(8) {
        let run = Case::js("import './deep.cjs'; export default { run() { return 1 } }")
            .file("deep.cjs", text.clone())
            .run()
            .await;
        assert_clean(kind, &run);
        let run = Case::body("try { eval(arg) } catch (e) { return e.name }").arg(text).run().await;
        assert_clean(kind, &run);
    }
    let json = format!("{}{}", "[".repeat(LEVELS), "]".repeat(LEVELS));
    let run = Case::js("import './deep.json'; export default { run() { return 1 } }")
        .file("deep.json", json)
        .run()
        .await;
    assert_clean("JSON", &run);
    assert_alive().await;
}

#[tokio::test]
async fn a_chain_of_many_modules() {
    let mut case = Case::js("import './m0.js'; export default { run() { return globalThis.n } }");
    const MODULES: usize = 300;
    for index in 0..MODULES {
        let next = if index + 1 < MODULES {
            format!("import './m{}.js';", index + 1)
        } else {
            String::new()
        };
        case = case.file(
            &format!("m{index}.js"),
            format!("{next} globalThis.n = (globalThis.n ?? 0) + 1;"),
        );
    }
    let run = case.run().await;
    let _ = run.expect_ok(MODULES);
}

#[tokio::test]
async fn a_very_long_chain_of_modules_ends_cleanly() {
    let mut case = Case::js("import './m0.js'; export default { run() { return globalThis.n } }");
    for index in 0..5000 {
        case = case.file(&format!("m{index}.js"), format!("import './m{}.js';", index + 1));
    }
    let run = case.file("m5000.js", "globalThis.n = 1").run().await;
    assert_clean("modules", &run);
    assert_alive().await;
}

#[tokio::test]
async fn ordinary_depth_is_fine() {
    for (open, close) in [("(", ")"), ("[", "]")] {
        let text = format!("x = {}1{}", open.repeat(50), close.repeat(50));
        let _ = Case::js(format!("let x; {text}; export default {{ run: () => 1 }};"))
            .run()
            .await
            .expect_ok(1);
        let _ = Case::ts(format!("let x: any; {text}; export default {{ run: () => 1 }};"))
            .run()
            .await
            .expect_ok(1);
    }
    let sum = format!("x = 1{}", "+1".repeat(1000));
    let _ = Case::ts(format!("let x: any; {sum}; export default {{ run: () => x }};"))
        .run()
        .await
        .expect_ok(1001);
}
