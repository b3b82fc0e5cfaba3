//! Printing of values.

use super::Realm;
use super::forms::FORMS;

fn inspected(source: &str) -> String {
    Realm::new().eval(&format!("internals.inspect({source})"))
}

#[test]
fn values_have_the_forms_that_people_know() {
    let realm = Realm::new();
    for (source, expected) in FORMS {
        let printed = realm.eval(&format!("internals.inspect({source})"));
        assert_eq!(printed, *expected, "{source}");
    }
}

#[test]
fn errors_say_what_where_and_why() {
    assert_eq!(
        inspected(
            "(() => { function f() { const error = new TypeError('outer', \
             { cause: new Error('inner') }); error.code = 7; return error } return f() })()"
        )
        .lines()
        .map(|line| line.split(" (eval_script").next().unwrap_or(""))
        .collect::<Vec<_>>(),
        [
            "TypeError: outer",
            "    at f",
            "    at <anonymous>",
            "    at <eval>",
            "  code: 7,",
            "  [cause]: Error: inner",
            "      at f",
            "      at <anonymous>",
            "      at <eval>",
            "}",
        ]
    );
    let class = "new (class MyError extends Error {})('m')";
    assert!(inspected(class).starts_with("MyError: m\n    at MyError"), "{}", inspected(class));
    let exception = inspected("new DOMException('m', 'AbortError')");
    assert!(exception.starts_with("DOMException [AbortError]: m\n    at"), "{exception}");
    let aggregate = inspected("new AggregateError([new Error('a')], 'all')");
    assert!(aggregate.contains("{\n  [errors]: [\n    Error: a\n"), "{aggregate}");
}

#[test]
fn what_is_huge_is_cut() {
    let realm = Realm::new();
    for source in [
        "Array(1e6).fill(1)",
        "Array(4294967295)",
        "new Uint8Array(1e6)",
        "new ArrayBuffer(1e6)",
        "new Set(Array(1e5).keys())",
        "new Map(Array.from({ length: 1e5 }, (_, i) => [i, i]))",
        "Object.fromEntries(Array.from({ length: 1e5 }, (_, i) => ['k' + i, i]))",
        "({ text: 'x'.repeat(1e6) })",
        "({ text: '\\n'.repeat(1e6) })",
        "new Error('x'.repeat(1e6))",
        "({ ['x'.repeat(1e6)]: 1 })",
        "Symbol('x'.repeat(1e6))",
        "(() => { let x = []; for (let i = 0; i < 1e4; i++) x = [x]; return x })()",
        "(() => { let x = {}; for (let i = 0; i < 1e4; i++) x = { x, y: [x, x] }; return x })()",
        "(() => { let x = new Error(); for (let i = 0; i < 1e3; i++) \
         x = new Error('e', { cause: x }); return x })()",
        "(() => { let x = {}; for (let i = 0; i < 1e3; i++) x = new Proxy(x, {}); return x })()",
        "(() => { let x = {}; for (let i = 0; i < 1e3; i++) x = Object.create(x); return x })()",
        "(() => { const x = []; for (let i = 0; i < 100; i++) x.push(x, [x]); return x })()",
        "Array.from({ length: 100 }, () => Array.from({ length: 100 }, () => Array(100).fill('xyz')))",
        "'x'.repeat(1e6)",
        "10n ** 5000n",
    ] {
        let length = realm.eval(&format!("internals.inspect({source}).length"));
        let length: usize = length.parse().unwrap_or(usize::MAX);
        assert!(length < 400_000, "{source} gives {length}");
    }
    let deep = "(() => { let x = {}; for (let i = 0; i < 1e4; i++) x = { x }; return x })()";
    let dumped = realm.log_of(&format!("console.dir({deep}, {{ depth: Infinity }})"));
    assert!(dumped.contains("[Object]") && dumped.len() < 400_000);
}

#[test]
fn looking_runs_no_code() {
    let realm = Realm::new();
    realm.eval("var ran = []");
    for source in [
        "({ get a() { ran.push('getter') } })",
        "({ toString() { ran.push('toString') }, toJSON() { ran.push('toJSON') } })",
        "({ get [Symbol.toStringTag]() { ran.push('tag') } })",
        "({ get constructor() { ran.push('constructor') } })",
        "new Proxy({}, new Proxy({}, { get(_, trap) { ran.push(trap) } }))",
        "new Proxy(class {}, new Proxy({}, { get(_, trap) { ran.push(trap) } }))",
        "Object.create(new Proxy({}, new Proxy({}, { get(_, trap) { ran.push(trap) } })))",
        "Object.defineProperty(new Error(), 'name', { get() { ran.push('name') } })",
        "Object.defineProperty(new Error(), 'stack', { get() { ran.push('stack') } })",
        "Object.defineProperty([1], 0, { get() { ran.push('0') } })",
        "Object.defineProperty(() => {}, 'name', { get() { ran.push('name') } })",
    ] {
        realm.eval(&format!("console.log({source}, '%s', [{source}])"));
    }
    assert_eq!(realm.eval("String(ran)"), "");
    assert_eq!(realm.logged().len(), 11);
}

#[test]
fn tampering_with_built_in_objects_changes_nothing() {
    let realm = Realm::new();
    realm.eval(
        "var values = [new Map([[1, 2]]), new Set([3]), new Date(0), [4], Symbol('s'), \
         Object(5), Promise.reject, new DOMException('m', 'AbortError')]; \
         for (const type of [Map, Set, Date, Array, String, Number, Symbol, Promise, Object]) \
         for (const key of Reflect.ownKeys(type.prototype)) \
         if (key !== 'constructor') try { \
         Object.defineProperty(type.prototype, key, { value() { throw 1 } }) } catch {}",
    );
    realm.eval("Reflect.apply = JSON.stringify = parseInt = Object.keys = () => { throw 2 }; 0");
    let line = realm.log_of(
        "console.log(values[0], values[1], values[2], values[3], values[4], values[5], \
         values[6], values[7])",
    );
    let expected = "Map(1) { 1 => 2 } Set(1) { 3 } 1970-01-01T00:00:00.000Z [ 4 ] Symbol(s) \
                    [Number: 5] [Function: reject] DOMException [AbortError]: m\n    at";
    assert!(line.starts_with(expected), "{line}");
}

#[test]
fn what_is_met_again_is_numbered() {
    let realm = Realm::new();
    realm.check(&[
        (
            "var a = { b: {} }; a.b.a = a; internals.inspect(a)",
            "<ref *1> { b: { a: [Circular *1] } }",
        ),
        (
            "var m = new Map(); m.set(m, m); internals.inspect(m)",
            "<ref *1> Map(1) { [Circular *1] => [Circular *1] }",
        ),
        ("var same = {}; internals.inspect([same, same])", "[ {}, {} ]"),
    ]);
}

#[test]
fn proxies_are_seen_through() {
    let realm = Realm::new();
    realm.check(&[
        ("internals.inspect(new Proxy({ a: 1 }, {}))", "{ a: 1 }"),
        ("internals.inspect(new Proxy(function f() {}, {}))", "[Function: f]"),
        (
            "var r = Proxy.revocable({}, {}); r.revoke(); internals.inspect(r.proxy)",
            "<Revoked Proxy>",
        ),
    ]);
}
