//! The language as the standard defines it, where the unmodified engine differs.

mod memory;
mod modules;
mod promises;

use serde_json::{Value, json};

use crate::harness::Case;

/// Asserts that `run` returns `value` if its body is `body`.
async fn gives(body: &str, value: Value) {
    let code = format!(
        "const caught = (f) => {{ try {{ return f() }} catch (e) {{ return e.name }} }};
         export default {{ async run() {{ {body} }} }}"
    );
    let _ = Case::js(code).run().await.expect_ok(value);
}

#[tokio::test]
async fn closures_in_parameters_see_what_the_body_assigns() {
    gives(
        "return [
            (function (b = 1, c = () => b) { b = 9; return c() })(),
            (function (b = 1, c = (x) => b = x) { c(5); return b })(),
            (function ({ b } = { b: 1 }, c = () => b) { b = 7; return c() })(),
            (function (c = () => d, ...d) { d = 7; return c() })(),
            (function (b = 1, c = () => b) { return (() => { b = 3; return c() })() })(),
            [...(function* (b = 1, c = () => b) { b = 2; yield c(); b = 3; yield c() })()],
            await (async (b = 1, c = () => b) => { await 0; b = 4; await 0; return c() })(),
            (function (a, b = () => a) { a = 2; return [arguments[0], b()] })(1),
            new (class { constructor(b = 1, c = () => b) { b += 1; this.r = c() } })().r,
        ]",
        json!([9, 5, 7, 7, 3, [2, 3], 4, [1, 2], 2]),
    )
    .await;
}

#[tokio::test]
async fn what_a_body_declares_again_is_its_own() {
    gives(
        "return [
            (function (b = 1, c = () => b) { var b; b = 9; return c() })(),
            (function (b = 1, c = () => b) { var b; return b })(),
            (function (b = 1, c = () => b) { function b() {} return c() })(),
            (function (b = 1, c = () => b) { { let b = 5; b = 6 } return c() })(),
            caught(() => (function (a = b, b = 1) {})()),
            caught(() => (function (a = () => b, c = a(), b = 1) { b = 2 })()),
        ]",
        json!([1, 1, 1, 1, "ReferenceError", "ReferenceError"]),
    )
    .await;
}

#[tokio::test]
async fn strings_have_characters_to_spread() {
    gives(
        "const { ...r } = 'ab', { length, 0: first, ...rest } = 'hi';
         return [{ ...'hi' }, { ...Object('hi') }, r, length, first, rest,
                 { ...null, ...5, ...true, ...Symbol(), ...[1] }, Object.assign({}, 'ab')]",
        json!([
            { "0": "h", "1": "i" }, { "0": "h", "1": "i" }, { "0": "a", "1": "b" }, 2, "h",
            { "1": "i" }, { "0": 1 }, { "0": "a", "1": "b" }
        ]),
    )
    .await;
}

#[tokio::test]
async fn sort_writes_every_element() {
    gives(
        "const shrunk = [5, 4, 3, 2, 1];
         shrunk.sort((x, y) => { shrunk.length = 0; return x - y });
         const changed = [1, 2, , undefined];
         changed.sort((x, y) => { changed[0] = 9; return x - y });
         const writes = [];
         new Proxy([1, 2], { set(t, k, v) { writes.push(k); return Reflect.set(t, k, v) } }).sort();
         return [shrunk, changed.slice(0, 3), 3 in changed, writes,
                 caught(() => Object.freeze([1, 2]).sort()), caught(() => [].sort.call('ab')),
                 caught(() => Object.seal([2, 1]).sort()), Object.freeze([]).sort()]",
        json!([
            [1, 2, 3, 4, 5],
            [1, 2, null],
            false,
            ["0", "1"],
            "TypeError",
            "TypeError",
            [1, 2],
            []
        ]),
    )
    .await;
}

#[tokio::test]
async fn json_knows_the_objects_around_an_object() {
    gives(
        "const around = { a: 1 }; around.c = around;
         const twice = [caught(() => JSON.stringify(around)), caught(() => JSON.stringify(around))];
         delete around.c;
         const inner = { x: { y: 1 }, toJSON() { return JSON.stringify([inner.x, { x: inner.x }]) } };
         return [...twice, JSON.stringify([around, around]), JSON.stringify([inner.x, inner])]",
        json!([
            "TypeError",
            "TypeError",
            r#"[{"a":1},{"a":1}]"#,
            r#"[{"y":1},"[{\"y\":1},{\"x\":{\"y\":1}}]"]"#
        ]),
    )
    .await;
}

#[tokio::test]
async fn keys_are_converted_when_the_standard_says() {
    gives(
        "const log = [], key = (name) => ({ toString() { log.push('key ' + name); return name } });
         const value = (x) => (log.push('value'), x);
         const out = () => log.splice(0).join();
         const object = {};
         object[key('a')] = value(1);
         const first = out();
         const made = { [key('b')]: value(2) };
         const second = out();
         [object[key('c')]] = [value(3)];
         const third = out();
         caught(() => { null[key('d')] = value(4) });
         const fourth = out();
         object[key('a')] += value(5);
         return [first, second, third, fourth, out(), object, made,
                 caught(() => { undefined[0] = 1 }), (() => { 'use strict'; const a = []; a[1] = 2; return a.length })()]",
        json!([
            "value,key a",
            "key b,value",
            "value,key c",
            "value",
            "key a,value",
            { "a": 6, "c": 3 },
            { "b": 2 },
            "TypeError",
            2
        ]),
    )
    .await;
}

#[tokio::test]
async fn numbers_print_with_the_fewest_digits() {
    gives(
        "let wrong = 0;
         for (let e = -1074; e < 1024; e++) if (Number(String(2 ** e)) !== 2 ** e) wrong++;
         return [String(7.120236347223045e-307), String(2 ** -1074), String(2 ** -1017), String(2 ** 1023), wrong]",
        json!(["7.120236347223045e-307", "5e-324", "7.120236347223045e-307", "8.98846567431158e+307", 0]),
    )
    .await;
}

#[tokio::test]
async fn dates_as_rfc_3339_writes_them() {
    gives(
        "return ['2020-01-02t03:04:05z', '2020-01-02T03:04:05.5z', '2020-01-02T03:04:05.1234567891Z',
                 '2020-01-02T03:04:05,123Z', '2020-01-02 03:04:05,123Z', 'Jan 2 2020 3:04:05,5',
                 '2020-01-02T03:04:05+01:00', '2020-01-02T03:04:05+0100', '2020-01-02T03:04:05+01', '2020-01-02T03:04-01']
                .map((text) => Date.parse(text))",
        json!([1_577_934_245_000_u64, 1_577_934_245_500_u64, 1_577_934_245_123_u64, null, null, null,
            1_577_930_645_000_u64, 1_577_930_645_000_u64, null, null]),
    )
    .await;
}

#[tokio::test]
async fn names_of_groups_may_repeat_in_alternatives() {
    gives(
        "const group = (source, text) => caught(() => new RegExp(source).exec(text).groups.a);
         return [group('(?<a>x)|' + 'b|'.repeat(1000) + '(?<a>y)', 'y'), group('(?:(?<a>x)|y)(?<a>z)', 'yz'),
                 group('(?:(?<a>x)|(?<a>y))(?<b>z)', 'yz'), group('(?<a>x|(?<a>y))', 'y'),
                 group('(?:a|(?<a>x))|(?:b|(?<a>y))', 'y'), group('(?<a>x)(?:y|(?<a>z))', 'xy')]",
        json!(["y", "SyntaxError", "y", "SyntaxError", "y", "SyntaxError"]),
    )
    .await;
}

#[tokio::test]
async fn a_string_that_is_too_long_is_a_range_error() {
    gives(
        "const half = 'x'.repeat(2 ** 20); let s = half;
         return [caught(() => { for (;;) s += s }), caught(() => 'ab'.repeat(2 ** 29)),
                 caught(() => ''.padEnd(2 ** 31))]",
        json!(["RangeError", "RangeError", "RangeError"]),
    )
    .await;
}

#[tokio::test]
async fn what_parses_and_what_does_not() {
    gives(
        "const parse = (text) => caught(() => (Function(text), 'ok'));
         class Fields { get
            *a() {} set
            *b() {} }
         const tag = () => 1;
         return [
            Object.keys(new Fields()), parse('1 + {} = 0'), parse('class A { #x; f() { #x in {} = 0 } }'),
            parse('x = {} = 0; [y] = {z} = {}'), parse('f() = 1'), parse('f()++; for (f() of []);'),
            parse('\"use strict\"; f() = 1'), parse('f`` = 1'), parse('new f() = 1'), parse('[f()] = 1'),
            parse('f() &&= 1'), caught(() => Function('let n = 0; try { (() => 1)() = n++ } catch (e) { return e.name + n }')()),
         ]",
        json!([
            ["get", "set"],
            "SyntaxError",
            "SyntaxError",
            "ok",
            "ok",
            "ok",
            "SyntaxError",
            "SyntaxError",
            "SyntaxError",
            "SyntaxError",
            "SyntaxError",
            "ReferenceError0"
        ]),
    )
    .await;
}

#[tokio::test]
async fn with_asks_again() {
    gives(
        "return Function(`
            const log = [];
            const env = new Proxy({ p: 1 }, {
                has(t, k) { log.push('has ' + String(k)); return k in t },
                get(t, k) { log.push('get ' + String(k)); return t[k] },
            });
            with (env) { p; p = 2 }
            const gone = { q: 1, get [Symbol.unscopables]() { delete gone.q } };
            let name;
            with (gone) { try { (function () { 'use strict'; return q })() } catch (e) { name = e.name } }
            return [log.filter((line) => line.endsWith('p')), name];
         `)()",
        json!([["has p", "has p", "get p", "has p", "has p"], "ReferenceError"]),
    )
    .await;
}

/// The target of an assignment is resolved first, also if a direct eval declares another variable of that name.
#[tokio::test]
async fn an_assignment_resolves_its_variable_first() {
    gives(
        r#"return Function(`
            const run = (f) => { try { return f() } catch (e) { return e.name } };
            const inner = (text) => run(() => { var x = 1; return [eval('(function () { ' + text + '; return x })')(), x] });
            return [
                inner('x = (eval("var x = 2"), 4)'), inner('x = (eval("var x"), 4)'), inner('x += (eval("var x = 2"), 4)'),
                inner('x **= (eval("var x = 2"), 4)'), inner('x <<= eval ("var x = 2; 4")'), inner('var x = (eval("x = 2"), 4)'),
                inner('x += 1'), inner('for (var i = 0; i < 3; i++) x += i'),
                run(() => { const c = 1; c += eval('2'); return c }),
                run(() => { missing += eval('var missing = 1'); return missing }),
                run(() => { early += eval('1'); let early; return early }),
                run(() => (function named() { named += eval('1'); return typeof named })()),
                run(() => (function (a) { a += eval('a = 7'); return [a, arguments[0]] })(1)),
                run(() => { var f; f = function () {}; eval(''); return f.name }),
                run(() => { let l = 1; l += eval('l = 5'); return l }),
            ];
         `)()"#,
        json!([
            [2, 4],
            [null, 4],
            [2, 5],
            [2, 1],
            [2, 16],
            [4, 1],
            [2, 2],
            [4, 4],
            "TypeError",
            "ReferenceError",
            "ReferenceError",
            "function",
            [8, 8],
            "f",
            6,
        ]),
    )
    .await;
}

#[tokio::test]
async fn missing_arguments() {
    gives(
        "return [caught(() => atob()), caught(() => btoa()), caught(() => crypto.getRandomValues()),
                 btoa(undefined)]",
        json!(["TypeError", "TypeError", "TypeError", "dW5kZWZpbmVk"]),
    )
    .await;
}
