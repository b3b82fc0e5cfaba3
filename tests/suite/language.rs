//! The language as the standard defines it, where the unmodified engine differs.

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
async fn for_await_waits_for_the_end_of_its_iterator() {
    gives(
        "const log = [], one = async () => ({ value: 1, done: false });
         const slow = async () => { log.push('return'); await 0; await 0; log.push('done'); return {} };
         const from = (next, end) => ({ [Symbol.asyncIterator]: () => ({ next, return: end }) });
         const loop = async (it, body) => {
            try { for await (const x of it) { log.push(x); body?.(x); break } } catch (e) { log.push(e.message) }
            return log.splice(0).join(' ');
         };
         const fail = () => { throw Error('body') };
         async function* generator() { try { yield 1 } finally { await 0; await 0; log.push('cleaned') } }
         async function returns() { for await (const x of from(one, slow)) return 'v' }
         async function* yields() { for await (const x of from(one, slow)) yield x }
         const thrown = yields();
         await thrown.next();
         return [
            await loop(from(one, slow), fail), await loop(generator(), fail), await loop(from(one, slow)),
            await loop(from(one, async () => { throw Error('end') }), fail),
            await loop(from(one, () => { throw Error('end') }), fail), await loop(from(one, () => 5), fail),
            await loop(from(async () => { throw Error('next') }, slow)),
            await loop(from(() => { throw Error('next') }, slow)),
            await loop(from(() => ({ get done() { throw Error('result') } }), slow)),
            await returns() + ' ' + log.splice(0).join(' '),
            await thrown.throw(Error('in')).catch((e) => log.splice(0).join(' ') + ' ' + e.message),
         ]",
        json!([
            "1 return done body",
            "1 cleaned body",
            "1 return done",
            "1 body",
            "1 body",
            "1 body",
            "next",
            "next",
            "result",
            "v return done",
            "return done in"
        ]),
    )
    .await;
}

#[tokio::test]
async fn a_rejected_value_closes_the_iterator_that_it_came_from() {
    gives(
        "const log = [];
         function* values() { try { yield Promise.reject(Error('value')) } finally { log.push('closed') } }
         try { for await (const x of values()) log.push(x) } catch (e) { log.push(e.message) }
         async function* all() { yield* values() }
         try { for await (const x of all()) log.push(x) } catch (e) { log.push(e.message) }
         return log",
        json!(["closed", "value", "closed", "value"]),
    )
    .await;
}

#[tokio::test]
async fn what_was_evaluated_can_be_imported() {
    let _ = Case::js(
        "import { a } from './a.js';
         export default { async run() {
            const late = await import('./a.js');
            const later = await import('./late.js');
            return [a, late.a, later.b, (await import('./dep.js')).x];
         } }",
    )
    .file("dep.js", "export const x = await 1")
    .file("a.js", "import { x } from './dep.js'; export const a = x")
    .file(
        "late.js",
        "import { a } from './a.js'; import { x } from './dep.js'; export const b = a + x",
    )
    .run()
    .await
    .expect_ok(json!([1, 1, 2, 1]));
}

#[tokio::test]
async fn modules_are_rejected_from_the_leaf_to_the_root() {
    let _ = Case::js(
        "export default { async run() {
            const log = [];
            const root = import('./root.js').catch((e) => log.push('root ' + e.message));
            const leaf = import('./leaf.js').catch((e) => log.push('leaf ' + e.message));
            await Promise.all([root, leaf]);
            await import('./root.js').catch((e) => log.push('again ' + e.message));
            await import('./other.js').catch((e) => log.push('other ' + e.message));
            return log;
         } }",
    )
    .file("leaf.js", "await 0; await 0; await 0; throw Error('no')")
    .file("root.js", "import './leaf.js'")
    .file("other.js", "import './root.js'")
    .run()
    .await
    .expect_ok(json!(["leaf no", "root no", "again no", "other no"]));
}

#[tokio::test]
async fn one_binding_by_two_ways_is_not_ambiguous() {
    let _ = Case::js(
        "import * as all from './all.js'; import { foo, ns } from './all.js';
         export default { run: () => [foo, ns.foo, Object.keys(all)] }",
    )
    .file("origin.js", "export const foo = 1; export const both = 2")
    .file("one.js", "export { foo } from './origin.js'; export * as ns from './origin.js'; export const both = 3")
    .file(
        "two.js",
        "import { foo } from './origin.js'; import * as ns from './origin.js'; export { foo, ns }; export const both = 4",
    )
    .file("all.js", "export * from './one.js'; export * from './two.js'")
    .run()
    .await
    .expect_ok(json!([1, 1, ["foo", "ns"]]));
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
async fn shared_memory_of_one_agent() {
    gives(
        "const shared = new SharedArrayBuffer(8, { maxByteLength: 64 });
         const ints = new Int32Array(shared), longs = new BigInt64Array(new SharedArrayBuffer(8));
         Atomics.add(ints, 0, 5); Atomics.store(longs, 0, -1n);
         shared.grow(64);
         return [
            Atomics.load(ints, 0), ints.length, String(Atomics.exchange(longs, 0, 3n)),
            Atomics.compareExchange(ints, 0, 5, 7), ints[0], Atomics.notify(ints, 0, 1),
            caught(() => Atomics.wait(ints, 0, 7, 0)), caught(() => shared.grow(1)),
            caught(() => Atomics.load(ints, 99)), Atomics.isLockFree(4),
            caught(() => structuredClone(shared)), caught(() => structuredClone({ view: ints })),
         ]",
        json!([
            5,
            16,
            "-1",
            5,
            7,
            0,
            "TypeError",
            "RangeError",
            "RangeError",
            true,
            "DataCloneError",
            "DataCloneError"
        ]),
    )
    .await;
}

#[tokio::test]
async fn shared_memory_is_counted_and_crosses_to_nobody() {
    let code = "export default { run(kind) {
        if (kind === 'big') return new SharedArrayBuffer(0, { maxByteLength: 1 << 30 }).byteLength;
        return new Uint8Array(new SharedArrayBuffer(4));
    } }";
    let big = Case::js(code).arg("big").run().await;
    assert!(!matches!(big.0.outcome(), isolet::Outcome::Ok), "{big:?}");
    let _ = Case::js(code)
        .arg("view")
        .run()
        .await
        .expect_exception("DataCloneError", "SharedArrayBuffer");
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

#[tokio::test]
async fn who_waits_for_an_invocation_looks_nothing_up() {
    gives(
        "const seen = [];
         Object.defineProperty(Promise.prototype, 'constructor', {
            get() { seen.push('constructor'); return Promise },
         });
         globalThis.seen = seen;
         return new Promise((resolve) => setTimeout(() => resolve(seen.length), 1))",
        // An async function that returns a promise calls `then` of it, which is the one lookup.
        json!(1),
    )
    .await;
}

/// The guest's own `memmove` has separate paths for lengths up to 32 bytes, up to a mebibyte and
/// above.
#[tokio::test]
async fn bytes_move_right_at_every_length_and_overlap() {
    gives(
        "const M = 1 << 20, wrong = [];
         const all = Uint8Array.from({ length: 3 * M + 99 }, (_, i) => (i * 7 + (i >> 8)) % 251);
         const lengths = [...Array(70).keys(), 127, M - 1, M, M + 1, 2 * M, 2 * M + 33];
         for (const n of lengths) for (const [from, to] of [[40, 40], [40, 41], [41, 40], [0, 57], [57, 0]]) {
             const b = all.slice(0, n + 99);
             b.copyWithin(to, from, from + n);
             const step = n < 200 ? 1 : 4099;
             for (let i = -9; i < n + 9; i += i < 9 || i > n - 9 ? 1 : Math.min(step, n - 9 - i) || 1) {
                 const at = to + i;
                 if (at < 0) continue;
                 const right = i >= 0 && i < n ? all[from + i] : all[at];
                 if (b[at] !== right) { wrong.push([n, from, to, i]); break }
             }
             const filled = all.slice(0, n + 99).fill(255, to, to + n);
             for (const i of [-1, 0, 1, 7, 8, 9, n >> 1, n - 9, n - 8, n - 1, n]) {
                 const at = to + i;
                 if (at >= 0 && filled[at] !== (i >= 0 && i < n ? 255 : all[at])) wrong.push(['fill', n, to, i]);
             }
         }
         return wrong",
        json!([]),
    )
    .await;
}

#[tokio::test]
async fn names_of_the_image_outlive_every_use() {
    gives(
        "const symbol = () => Symbol.for('nodejs.util.inspect.custom');
         const [dot, url] = ['', 'u'].map((it, i) => it + ['fetch', 'rl'][i]);
         let seen = 0;
         for (let i = 0; i < 20_000; i++) {
             const it = { [symbol()]: i, [url]: i, [dot]: i, p: { self: null } };
             it.p.self = it;
             seen += Object.getOwnPropertySymbols(it).length + Object.keys(it).length;
             delete it[url]; delete it[symbol()];
             if (Symbol.for(`own ${i % 7}`).description !== `own ${i % 7}`) return i;
         }
         return [seen, symbol() === symbol(), Symbol.keyFor(symbol()), symbol().description,
                 url in new Request('http://a/'), Object.keys({ url, dot, p: 1 }),
                 new WeakMap([[Symbol.iterator, 1]]).get(Symbol.iterator)]",
        json!([
            80_000,
            true,
            "nodejs.util.inspect.custom",
            "nodejs.util.inspect.custom",
            true,
            ["url", "dot", "p"],
            1
        ]),
    )
    .await;
}

/// A name that only values of the image hold is as good as one that shapes have.
#[tokio::test]
async fn names_of_the_image_outlive_its_values() {
    gives(
        "const signal = new AbortController().signal; signal.onabort = () => 1;
         delete AbortSignal.prototype.onabort;
         const keep = [];
         for (let i = 0; i < 50; i++) keep.push({ ['zz' + i]: i });
         const keys = Reflect.ownKeys(signal);
         let gone = 0;
         for (const of of [RegExp, Map, Set, Promise, ArrayBuffer, Symbol, Request, Response, URL, Event]) {
             for (const target of [of, of.prototype]) {
                 for (const key of Reflect.ownKeys(target)) {
                     const { get, set, configurable } = Object.getOwnPropertyDescriptor(target, key);
                     if (get && configurable) { delete get.name; gone++ }
                     if (set && configurable) { delete set.name; gone++ }
                     if (get && configurable) delete target[key];
                 }
             }
         }
         for (let i = 0; i < 50; i++) keep.push({ ['yy' + i]: i });
         return [keys.some((key) => key in keep[1] || String(key).startsWith('zz')), gone > 30,
                 keep.every((it, i) => it[(i < 50 ? 'zz' : 'yy') + i % 50] === i % 50), 'flags' in /a/]",
        json!([false, true, true, false]),
    )
    .await;
}

#[tokio::test]
async fn new_names_and_shapes_are_found_however_many_there_are() {
    gives(
        "const all = {}, shapes = new Map();
         for (let i = 0; i < 30_000; i++) all[`name${i}`] = i;
         for (let i = 0; i < 3_000; i++) shapes.set(i, { [`a${i}`]: i, [`b${i % 10}`]: 1, url: i });
         for (let i = 0; i < 30_000; i += 2) delete all[`name${i}`];
         for (let i = 0; i < 3_000; i += 3) shapes.delete(i);
         let wrong = 0;
         for (let i = 0; i < 30_000; i++) if (all[`name${i}`] !== (i % 2 ? i : undefined)) wrong++;
         for (let i = 0; i < 30_000; i++) all[`more${i}`] = i;
         for (let i = 0; i < 30_000; i++) if (all[`more${i}`] !== i) wrong++;
         for (const [i, it] of shapes) if (it[`a${i}`] !== i || it.url !== i) wrong++;
         return [wrong, Object.keys(all).length, shapes.size]",
        json!([0, 45_000, 2_000]),
    )
    .await;
}

#[tokio::test]
async fn import_meta_is_there_however_it_is_written() {
    let code = "const urls = [import.meta.url, import . /* - */ meta.url];
         export { own } from './other.js';
         export default { run: async () => [...urls, (await import('./third.js')).own] }";
    let _ = Case::js(code)
        .file("other.js", "export const own = 1")
        .file("third.js", "export const own = import\n.meta.url")
        .run()
        .await
        .expect_ok(json!(["file:///main.js", "file:///main.js", "file:///third.js"]));
}

/// The order is that of V8.
#[tokio::test]
async fn promises_settle_in_the_order_of_the_standard() {
    gives(
        "const log = [];
         const tick = async (name, count) => { for (let i = 1; i <= count; i++) { await 0; log.push(`${name}${i}`) } };
         const thenable = { then(resolve) { log.push('then'); resolve('t') } };
         class Sub extends Promise {}
         const self = Promise.resolve().then(() => self);
         const steps = [
         tick('-', 6),
         (async () => 'plain')().then((it) => log.push(it)),
         (async () => Promise.resolve('promised'))().then((it) => log.push(it)),
         (async () => { log.push(await thenable) })(),
         (async () => { log.push(await Sub.resolve('sub')) })(),
         (async () => { try { await Promise.reject(new Error('no')) } catch (error) { log.push(error.message) } })(),
         (async () => { throw new Error('thrown') })().catch((error) => log.push(error.message)),
         Promise.resolve(thenable).then((it) => log.push(`${it}2`)),
         Promise.resolve('late').then().then((it) => log.push(it)),
         Promise.reject('r').then(undefined, (it) => { log.push(it); return thenable }).then((it) => log.push(`${it}3`)),
         Promise.resolve({ get then() { throw 'getter' } }).catch((it) => log.push(it)),
         self.catch((error) => log.push(error.name)),
         Sub.resolve(1).then((it) => log.push(it)) instanceof Sub,
         (async () => { for await (const it of [1, Promise.resolve(2)]) log.push(`of${it}`) })(),
         ];
         await Promise.all(steps);
         return log.join(' ')",
        json!(
            "-1 plain then no thrown then r getter 1 TypeError -2 t t2 late then of1 -3 promised sub t3 -4 \
             of2 -5 -6"
        ),
    )
    .await;
}

#[tokio::test]
async fn an_await_that_fails_before_it_waits_can_be_caught() {
    gives(
        "const log = [];
         const throwing = (value) => Object.defineProperty(Promise.resolve(), 'constructor', { get() { throw value } });
         const once = async () => {
             try { await throwing('first') } catch (it) { log.push(it) } finally { log.push('finally') }
             for (const it of [1, 2]) try { await throwing(it) } catch (error) { log.push(error); await null }
             return 'ended';
         };
         log.push(await once());
         await (async () => { await throwing('out') })().catch((it) => log.push(it));
         return log",
        json!(["first", "finally", 1, 2, "ended", "out"]),
    )
    .await;
}
