//! The text, the level and the time of what `console` writes.

use std::sync::{Arc, Mutex};

use isolet::Level;

use crate::harness::{Case, assert_alive, call};

async fn logged(body: &str) -> Vec<String> {
    let run = Case::body(body).run().await;
    let _ = run.value();
    run.logs().into_iter().map(str::to_owned).collect()
}

#[tokio::test]
async fn levels_are_kept() {
    let run = Case::body(
        "console.debug('d'); console.info('i'); console.log('l'); console.warn('w'); console.error('e')",
    )
    .run()
    .await
    .expect_logs(&["d", "i", "l", "w", "e"]);
    assert_eq!(run.levels(), [Level::Debug, Level::Info, Level::Log, Level::Warn, Level::Error]);
    assert_eq!(run.lines()[3].level.to_string(), "warn");
}

#[tokio::test]
async fn values_are_printed_as_a_person_expects() {
    for (body, expected) in [
        (
            "console.log('text', 1, -0, 1n, true, null, undefined)",
            "text 1 -0 1n true null undefined",
        ),
        ("console.log()", ""),
        ("console.log({ a: 1, b: 'x' })", "{ a: 1, b: 'x' }"),
        ("console.log([1, 'x', [2]])", "[ 1, 'x', [ 2 ] ]"),
        ("console.log({}, [])", "{} []"),
        ("console.log(new Map([[1, { a: 2 }]]))", "Map(1) { 1 => { a: 2 } }"),
        ("console.log(new Set(['x']))", "Set(1) { 'x' }"),
        ("console.log(new Date(0))", "1970-01-01T00:00:00.000Z"),
        ("console.log(/a/g)", "/a/g"),
        ("console.log('%s is %d', 'x', 42)", "x is 42"),
        ("console.log('%o', 1, 'rest')", "1 rest"),
        ("console.log('100%')", "100%"),
        ("console.log(new (class Foo { a = 1 }))", "Foo { a: 1 }"),
        ("const o = {}; o.o = o; console.log(o)", "<ref *1> { o: [Circular *1] }"),
        ("console.log(Symbol('x'))", "Symbol(x)"),
        ("console.log([undefined, null])", "[ undefined, null ]"),
        ("console.log(new Uint8Array([1, 2]))", "Uint8Array(2) [ 1, 2 ]"),
        ("console.log([1, , 3])", "[ 1, <1 empty item>, 3 ]"),
        ("console.log(function named() {})", "[Function: named]"),
        ("console.log(class A {})", "[class A]"),
    ] {
        assert_eq!(logged(body).await, [expected], "{body}");
    }
}

#[tokio::test]
async fn errors_are_printed_with_their_stack() {
    let lines = logged("console.log(new TypeError('no', { cause: new Error('inner') }))").await;
    assert_eq!(lines.len(), 1);
    assert!(lines[0].starts_with("TypeError: no\n    at Object.run (main.js:1:"), "{}", lines[0]);
    assert!(lines[0].contains("inner"), "{}", lines[0]);
}

#[tokio::test]
async fn lines_of_typescript_in_logs_name_the_authors_place() {
    let run = Case::ts(
        "enum A { X }\nexport default {\n  run(): void {\n    console.log(new Error('x'), A.X);\n  },\n};\n",
    )
    .run()
    .await;
    assert!(run.logs()[0].contains("main.ts:4:"), "{:?}", run.logs());
}

#[tokio::test]
async fn assertions_counts_and_groups() {
    assert_eq!(
        logged(
            "console.assert(true, 'never'); console.assert(false, 'said'); console.count(); console.count();
             console.group('outer'); console.log('inside'); console.groupEnd(); console.log('out')"
        )
        .await,
        ["Assertion failed: said", "default: 1", "default: 2", "outer", "  inside", "out"]
    );
}

#[tokio::test]
async fn printing_has_no_effect_on_what_is_printed() {
    let lines = logged(
        "let asked = 0;
         const o = { get a() { asked++; return 1 }, toJSON() { asked++ }, toString() { asked++ } };
         console.log(o, [o]); console.log(asked)",
    )
    .await;
    assert_eq!(lines[1], "0");
}

#[tokio::test]
async fn what_is_poisoned_can_still_be_printed() {
    for value in [
        "new Proxy({}, { get() { throw 1 }, ownKeys() { throw 2 }, getPrototypeOf() { throw 3 } })",
        "{ get [Symbol.toStringTag]() { throw 1 } }",
        "Object.create({ get constructor() { throw 1 } })",
        "Object.defineProperty(new Error('x'), 'stack', { get() { throw 1 } })",
        "{ [Symbol.for('nodejs.util.inspect.custom')]() { throw 1 } }",
        "Object.create(null)",
        "globalThis",
    ] {
        let run = Case::body(&format!("console.log({value}); return 'printed'")).run().await;
        assert_eq!(run.logs().len(), 1, "{value}: {run:?}");
        let _ = run.expect_ok("printed");
    }
    assert_alive().await;
}

#[tokio::test]
async fn a_sink_sees_each_line_as_it_is_written() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let sink = Arc::clone(&seen);
    let worker = Case::js(
        "console.log('top');
         export default { async run(n) {
            console.log('one', n); await new Promise(resolve => setTimeout(resolve, 1)); console.error('two', n);
            if (n === 2) for (;;) console.log('x'.repeat(100));
         } }",
    )
    .limits(|limits| limits.log_bytes(300))
    .code(|code| {
        code.on_log(move |line| {
            sink.lock().expect("no panic").push(format!("{} {}", line.level, line.message));
        })
    })
    .worker();
    let first = call(&worker, 1).await;
    assert_eq!(first.logs(), ["top", "one 1", "two 1"]);
    let second = call(&worker, 2).await;
    // Lines before the limit reach the report and the sink.
    assert_eq!(second.logs()[..2], ["one 2", "two 2"]);
    let seen = seen.lock().expect("no panic");
    assert_eq!(seen[..5], ["log top", "log one 1", "error two 1", "log one 2", "error two 2"]);
    assert_eq!(seen.len(), first.logs().len() + second.logs().len());
}

#[tokio::test]
async fn a_log_belongs_to_its_call() {
    let worker = Case::body("console.log('call', arg)").worker();
    for index in 0..3 {
        let line = format!("call {index}");
        let _ = call(&worker, index).await.expect_logs(&[&line]);
    }
}

#[tokio::test]
async fn control_characters_are_kept_for_the_embedder_to_escape() {
    assert_eq!(logged("console.log('a\\u001b[31m\\nb\\u0000')").await, ["a\u{1b}[31m\nb\u{0}"]);
}

#[tokio::test]
async fn uncaught_errors_of_timers_are_logged() {
    let run = Case::body(
        "setTimeout(() => { throw new Error('in a timer') }, 0);
         await new Promise(resolve => setTimeout(resolve, 5)); return 'fine'",
    )
    .run()
    .await
    .expect_ok("fine");
    assert_eq!(run.levels(), [Level::Error]);
    assert!(run.logs()[0].contains("in a timer"), "{:?}", run.logs());
}
