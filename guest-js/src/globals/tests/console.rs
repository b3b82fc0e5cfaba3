//! `console`.

use super::Realm;
use crate::{Level, context};

/// Arguments of `console.log`, and the line that they print.
const LINES: &[(&str, &str)] = &[
    ("", ""),
    ("'a'", "a"),
    ("'a', 'b', 1, { c: 'd' }", "a b 1 { c: 'd' }"),
    ("1, 'b'", "1 b"),
    ("'%s is %d years', 'Bob', 42", "Bob is 42 years"),
    ("'%i %f', '42.9px', '1.5x'", "42 1.5"),
    ("'%d %i', 5n, 7n", "5n 7n"),
    ("'%d', '0x10'", "16"),
    ("'%d', {}", "NaN"),
    ("'%d %i %f', Symbol(), Symbol(), Symbol()", "NaN NaN NaN"),
    ("'%s', Symbol('q')", "Symbol(q)"),
    ("'%s %s %s', -0, 5n, null", "-0 5n null"),
    ("'%s', { a: { b: 1 } }", "{ a: [Object] }"),
    ("'%s', new Date(0)", "1970-01-01T00:00:00.000Z"),
    ("'%j', { a: [1] }", "{\"a\":[1]}"),
    ("'%O', { a: { b: { c: { d: 1 } } } }", "{ a: { b: { c: [Object] } } }"),
    ("'%c red', 'css'", " red"),
    ("'100%', 'x'", "100% x"),
    ("'%%', 1", "% 1"),
    ("'%%'", "%%"),
    ("'%s'", "%s"),
    ("'%s %s', 1", "1 %s"),
    ("'%x', 1", "%x 1"),
    ("'a%sb', 1, 2", "a1b 2"),
    ("'', 'a'", " a"),
    ("'%s', '%s', 1", "%s 1"),
    ("'\\ud800'", "\u{FFFD}"),
    ("'a\\0b'", "a\0b"),
    ("'%j', (() => { const a = {}; a.a = a; return a })()", "<ref *1> { a: [Circular *1] }"),
    ("'%j', { toJSON() { throw 1 } }", "{ toJSON: [Function: toJSON] }"),
];

#[test]
fn arguments_become_one_line() {
    let realm = Realm::new();
    for (arguments, expected) in LINES {
        assert_eq!(realm.log_of(&format!("console.log({arguments})")), *expected, "{arguments}");
    }
}

#[test]
fn methods_have_levels_and_invocations() {
    let realm = Realm::new();
    realm.context.with(|ctx| context::enter(&ctx, 7));
    for (method, level) in [
        ("debug", Level::Debug),
        ("info", Level::Info),
        ("log", Level::Log),
        ("warn", Level::Warn),
        ("error", Level::Error),
        ("trace", Level::Log),
        ("dir", Level::Log),
        ("dirxml", Level::Log),
        ("group", Level::Log),
        ("groupCollapsed", Level::Log),
    ] {
        realm.eval(&format!("console.{method}('x')"));
        let lines = realm.lines.take();
        assert_eq!(lines.len(), 1, "{method}");
        assert_eq!((lines[0].0, lines[0].1), (7, level), "{method}");
    }
    realm.context.with(|ctx| context::enter(&ctx, 0));
}

#[test]
fn groups_indent() {
    let realm = Realm::new();
    realm.eval(
        "console.group('a'); console.log('b\\nc'); console.group(); console.log('d'); \
         console.groupEnd(); console.groupEnd(); console.groupEnd(); console.log('e')",
    );
    assert_eq!(realm.logged(), ["a", "  b\n  c", "    d", "e"]);
    realm.eval("for (let i = 0; i < 1e4; i++) console.group(); console.log('x')");
    assert!(realm.logged()[0].len() < 200);
}

#[test]
fn counters_and_timers_are_named() {
    let realm = Realm::new();
    realm.eval(
        "console.count(); console.count(); console.countReset(); console.count(); \
         console.count('x'); console.countReset('y'); console.count('__proto__')",
    );
    assert_eq!(
        realm.logged(),
        [
            "default: 1",
            "default: 2",
            "default: 1",
            "x: 1",
            "Count for 'y' does not exist",
            "__proto__: 1",
        ]
    );
    realm.eval("console.time('t'); console.time('t')");
    crate::clock::set(12.0);
    realm.eval("console.timeLog('t', 'so far'); console.timeEnd('t'); console.timeEnd('t')");
    assert_eq!(
        realm.logged(),
        ["Timer 't' already exists", "t: 12ms so far", "t: 12ms", "Timer 't' does not exist"]
    );
    crate::clock::set(0.0);
}

#[test]
fn assertions_are_errors() {
    let realm = Realm::new();
    realm.eval("console.assert(true, 'no'); console.assert(false); console.assert()");
    realm.eval("console.assert(0, '%d of', 1, 2); console.assert(0, { a: 1 })");
    assert_eq!(
        realm.logged(),
        [
            "Assertion failed",
            "Assertion failed",
            "Assertion failed: 1 of 2",
            "Assertion failed: { a: 1 }"
        ]
    );
}

#[test]
fn traces_end_with_the_caller() {
    let realm = Realm::new();
    let trace = realm.log_of("function f() { console.trace('here %d', 1) } f()");
    assert!(trace.starts_with("Trace: here 1\n    at f (eval_script:1"), "{trace}");
}

#[test]
fn tables_have_columns() {
    let realm = Realm::new();
    assert_eq!(
        realm.log_of("console.table([{ a: 1, b: 'x' }, { a: 2, c: true }, 5])"),
        "\
┌─────────┬───┬─────┬──────┬────────┐
│ (index) │ a │ b   │ c    │ Values │
├─────────┼───┼─────┼──────┼────────┤
│ 0       │ 1 │ 'x' │      │        │
│ 1       │ 2 │     │ true │        │
│ 2       │   │     │      │ 5      │
└─────────┴───┴─────┴──────┴────────┘"
    );
    assert!(
        realm.log_of("console.table({ k: { a: 1, b: 2 } }, ['b'])").contains("│ k       │ 2 │")
    );
    assert!(
        realm.log_of("console.table(new Map([['k', 1]]))").contains("│ 0       │ 'k' │ 1     │")
    );
    assert_eq!(realm.log_of("console.table(5)"), "5");
    let huge = "console.table(Array.from({ length: 1e5 }, () => ({ a: 'x'.repeat(100) })))";
    assert!(realm.log_of(huge).len() < 100_000);
}

#[test]
fn lines_are_bounded() {
    let realm = Realm::new();
    let line = realm.log_of("console.log('x'.repeat(1e6))");
    assert!(line.len() < 70_000 && line.ends_with("more bytes"), "{}", line.len());
    let line = realm.log_of("console.group(); console.log('\\n'.repeat(1e6))");
    assert!(line.len() < 70_000);
    let line = realm.log_of("console.log(...Array(1e4).fill({ a: 'x'.repeat(1e3) }))");
    assert!(line.len() < 70_000);
}

#[test]
fn console_is_a_namespace() {
    Realm::new().check(&[
        ("String(console)", "[object console]"),
        ("Object.keys(globalThis).includes('console')", "false"),
        ("const { log } = console; log('x'); log.name", "log"),
    ]);
}
