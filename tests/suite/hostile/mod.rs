//! Hostile code. Each attack ends with the fitting error, the same worker can be called again, and
//! the engine goes on.

mod memory;
mod peers;
mod streams;
mod trees;

use std::time::Duration;

use isolet::{LimitKind, Limits, Outcome};
use serde_json::json;

use crate::harness::{Case, Run, assert_alive, call, fresh_engine};

/// Sets limits that are enough for honest work and are soon used up by an attack.
fn tight(limits: Limits) -> Limits {
    limits.fuel(400_000_000).memory_bytes(16 << 20).log_bytes(32 << 10).wall(Duration::from_mins(1))
}

/// Runs the attack in a warm worker. Asserts that the worker's next call and another worker are not
/// affected.
async fn attack(body: &str) -> Run {
    let worker = Case::js(format!(
        "export default {{ async run(attack, env, ctx) {{ if (!attack) return 'fine'; {body} }} }}"
    ))
    .limits(tight)
    .worker();
    let attacked = call(&worker, true).await;
    let _ = call(&worker, false).await.expect_ok("fine");
    assert_alive().await;
    attacked
}

#[tokio::test]
async fn endless_loop() {
    let _ = attack("while (true) {}").await.expect_limit(LimitKind::Fuel);
}

#[tokio::test]
async fn endless_loop_that_catches_everything() {
    let _ = attack("for (;;) { try { for (;;) { throw 1 } } catch {} finally { continue } }")
        .await
        .expect_limit(LimitKind::Fuel);
}

#[tokio::test]
async fn array_that_contains_itself_over_and_over() {
    let _ = Case::body("const a = []; for (;;) a.push(a)")
        .limits(|limits| limits.memory_bytes(16 << 20))
        .run()
        .await
        .expect_limit(LimitKind::Memory);
    assert_alive().await;
}

#[tokio::test]
async fn strings_that_double() {
    // Concatenated strings take no memory until they are read, so the engine's limit on their
    // length comes first.
    let run = attack("let s = 'x'; for (;;) s += s + 'y'").await;
    let _ = run.expect_exception("RangeError", "Invalid string length");
    let run = attack("let s = 'x'; for (;;) { s += s + 'y'; s.charCodeAt(0) }").await;
    let _ = run.expect_limit(LimitKind::Memory);
}

#[tokio::test]
async fn catastrophic_regular_expression() {
    let _ =
        attack("return /(a+)+$/.test('a'.repeat(50) + 'b')").await.expect_limit(LimitKind::Fuel);
}

#[tokio::test]
async fn array_buffer_of_a_gibibyte() {
    let _ = attack("new ArrayBuffer(1 << 30)").await.expect_limit(LimitKind::Memory);
    let _ = attack("return new Uint8Array(2 ** 31)").await.expect_limit_or_exception("RangeError");
    let _ = attack("return new ArrayBuffer(2 ** 53)").await.expect_exception("RangeError", "");
}

impl Run {
    /// Asserts one of two clean ends: a limit or an exception.
    #[track_caller]
    fn expect_limit_or_exception(self, name: &str) -> Self {
        if matches!(self.0.outcome(), Outcome::Exception) {
            assert_eq!(self.exception().name, name);
        } else {
            assert!(matches!(self.error(), isolet::Error::Limit(_)), "{self:?}");
        }
        self
    }
}

#[tokio::test]
async fn huge_results_of_small_calls() {
    for body in [
        "return 'x'.repeat(2 ** 29)",
        "return 'x'.padEnd(2 ** 29).length",
        "return new Array(2 ** 28).fill(0).length",
        "return Array.from({ length: 2 ** 32 - 1 }).length",
        "return 2n ** (2n ** 24n) > 1n",
        "return JSON.stringify(Array(2 ** 24).fill('xxxxxxxx')).length",
        "return [...(function* () { for (;;) yield 1 })()].length",
        "const a = []; a.length = 2 ** 32 - 1; return a.sort().length",
        "const a = []; a.length = 2 ** 32 - 1; return a.join('x').length",
        "return new Map(Array.from({ length: 1e7 }, (_, i) => [i, i])).size",
        "return structuredClone(new Uint8Array(30 << 20)).length",
        "return new TextEncoder().encode('ä'.repeat(2 ** 26)).length",
        "return btoa('x'.repeat(2 ** 26)).length",
        "const o = {}; for (let i = 0; ; i++) o['k' + i] = i",
        "const q = []; for (;;) q.push(setTimeout(() => {}, 1e6))",
        "const q = []; for (;;) q.push(Promise.resolve().then(() => {}))",
        "for (;;) ctx.waitUntil(new Promise(() => {}))",
        "for (;;) Promise.reject(new Error('x'))",
        "return new Intl.NumberFormat('en', { maximumFractionDigits: 100 }).format(2n ** (2n ** 24n))",
        "return new Intl.ListFormat().format(Array(2 ** 24).fill('x')).length",
        "return [...new Intl.Segmenter().segment('x'.repeat(2 ** 26))].length",
        "return ['x'.repeat(2 ** 26)].sort(new Intl.Collator('sv').compare)[0].toLocaleUpperCase('tr').length",
    ] {
        let run = attack(body).await;
        let outcome = run.0.outcome();
        assert!(
            matches!(
                outcome,
                Outcome::ExceededMemory
                    | Outcome::ExceededCpu
                    | Outcome::ExceededOutput
                    | Outcome::Exception
            ),
            "{body}: {run:?}"
        );
    }
}

#[tokio::test]
async fn infinite_recursion_is_catchable_at_the_same_depth_everywhere() {
    let source = "export default {
        run(kind) {
            let depth = 0;
            const shapes = {
                plain() { depth++; shapes.plain() },
                spread(...all) { depth++; shapes.spread(...all, 1) },
                getter: () => { const o = { get x() { depth++; return o.x } }; return o.x },
                proxy: () => { const p = new Proxy({}, { get(t, k, r) { depth++; return r[k] } }); return p.x },
                toString: () => { const o = { toString() { depth++; return `${o}` } }; return `${o}` },
                sort: () => { depth++; [2, 1].sort(() => shapes.sort()) },
                json: () => { depth++; JSON.stringify({ toJSON: () => shapes.json() }) },
                replace: () => { depth++; 'a'.replace(/a/, () => shapes.replace()) },
                construct: () => { depth++; Reflect.construct(class { constructor() { shapes.construct() } }, []) },
                bind: () => { depth++; shapes.bind.bind(null)() },
                iterate: () => { depth++; for (const x of { [Symbol.iterator]: () => shapes.iterate() }); },
                generate: () => { function* g() { depth++; yield* g() } [...g()] },
                evaluate: () => { depth++; globalThis.again = shapes.evaluate; eval('again()') },
                clone: () => { depth++; structuredClone({ get x() { return shapes.clone() } }) },
                log: () => { depth++; console.log({ get [Symbol.toStringTag]() { return shapes.log() } }); },
            };
            try { shapes[kind](); return [kind, 'returned'] } catch (error) {
                return [kind, depth, error instanceof RangeError, error.message];
            }
        }
    }";
    for kind in [
        "plain",
        "spread",
        "getter",
        "proxy",
        "toString",
        "sort",
        "json",
        "replace",
        "construct",
        "bind",
        "iterate",
        "generate",
        "evaluate",
        "clone",
    ] {
        let first = Case::js(source).arg(kind).run().await.json();
        assert_eq!(first[2], true, "{first}");
        assert_eq!(first[3], "Maximum call stack size exceeded", "{first}");
        // The same sandbox is used twice, because its stack must not wear out.
        let worker = Case::js(source).worker();
        for _ in 0..2 {
            let _ = call(&worker, kind).await.expect_ok(&first);
        }
        let _ = Case::js(source).arg(kind).seed(99).run().await.expect_ok(&first);
    }
    let first = Case::js(source).arg("plain").run().await.json();
    let _ = Case::js(source).arg("plain").engine(&fresh_engine()).run().await.expect_ok(&first);
    // Printing may do anything with the error, as long as it ends.
    let _ = Case::js(source).arg("log").run().await;
    assert_alive().await;
}

#[tokio::test]
async fn recursion_inside_the_engine_ends_too() {
    for body in [
        "let a = []; for (let i = 0; i < 1e5; i++) a = [a]; return JSON.stringify(a).length",
        "return JSON.parse('['.repeat(1e5) + ']'.repeat(1e5)).length",
        "return JSON.parse('{\"a\":'.repeat(1e5) + '1' + '}'.repeat(1e5)) !== null",
        "let a = []; for (let i = 0; i < 1e5; i++) a = [a]; return a.flat(Infinity).length",
        "let a = []; for (let i = 0; i < 1e5; i++) a = [a]; return String(a).length",
        "let a = {}; for (let i = 0; i < 1e5; i++) a = { a }; console.log(a); return 1",
        "let a = {}; for (let i = 0; i < 1e5; i++) a = Object.create(a); return a.x === undefined",
        "let f = () => 1; for (let i = 0; i < 1e5; i++) f = f.bind(null); return f()",
        "let p = {}; for (let i = 0; i < 1e5; i++) p = new Proxy(p, {}); return p.x === undefined",
        "let s = ''; for (let i = 0; i < 1e5; i++) s = 'a' + s + 'b'; return s.length",
        "return new RegExp('('.repeat(1e5) + ')'.repeat(1e5)).test('')",
        "return new RegExp('(?:'.repeat(3e4) + 'a' + ')?'.repeat(3e4)).test('a')",
        "return eval('('.repeat(1e5) + '1' + ')'.repeat(1e5))",
        "return new Function('return ' + '['.repeat(1e5) + ']'.repeat(1e5))().length",
        "let e = new Error('0'); for (let i = 0; i < 1e5; i++) e = new Error('x', { cause: e }); throw e",
        "let e = new Error('0'); for (let i = 0; i < 1e5; i++) e = new Error('x', { cause: e }); console.log(e)",
        "let m = new Map(); for (let i = 0; i < 1e5; i++) m = new Map([[m, m]]); console.log(m)",
        "let m = new Map(); for (let i = 0; i < 1e4; i++) m = new Map([[m, m]]); return structuredClone(m).size",
        "let p = Promise.resolve(1); for (let i = 0; i < 1e5; i++) { const q = p; p = (async () => q)() } return p",
    ] {
        let run = attack(body).await;
        assert!(!matches!(run.0.outcome(), Outcome::InternalError), "{body}: {run:?}");
        if let Err(isolet::Error::Limit(limit)) = &run.0.result {
            assert_ne!(limit.kind, LimitKind::Stack, "{body}: {run:?}");
        }
    }
}

#[tokio::test]
async fn endless_microtasks() {
    for body in [
        "const f = () => { Promise.resolve().then(f) }; f(); await new Promise(() => {})",
        "const f = () => { queueMicrotask(f) }; f(); return 1",
        "for (;;) await null",
        "for await (const x of (async function* () { for (;;) yield 1 })());",
    ] {
        let _ = attack(body).await.expect_limit(LimitKind::Fuel);
    }
}

#[tokio::test]
async fn endless_timers_end_at_the_limits_of_their_call() {
    let worker = Case::body("setInterval(() => {}, 0); await new Promise(() => {})")
        .limits(|limits| limits.wall(Duration::from_millis(100)))
        .worker();
    let _ = call(&worker, ()).await.expect_limit(LimitKind::Wall);
    let _ = Case::body(
        "const f = () => { setTimeout(f, 0); for (let i = 0; i < 1e5; i++); }; f(); \
         await new Promise(() => {})",
    )
    .limits(tight)
    .run()
    .await
    .expect_limit(LimitKind::Fuel);
    // A call that returns ends its timers.
    let _ = Case::body("setInterval(() => {}, 0); return 'gone'").run().await.expect_ok("gone");
    assert_alive().await;
}

#[tokio::test]
async fn endless_log() {
    for body in [
        "for (;;) console.log('again')",
        "for (;;) console.log()",
        "for (;;) console.error(new Error('x'))",
        "for (;;) console.group('x')",
        "console.log('x'.repeat(2 << 20))",
        "for (;;) reportError(new Error('x'))",
        "for (;;) console.count()",
    ] {
        let run = attack(body).await;
        let _ = run.expect_limit(LimitKind::Log);
    }
}

#[tokio::test]
async fn promise_that_never_settles_is_hung_at_once() {
    // A call that waited for its deadline would end with another error.
    for body in [
        "await new Promise(() => {})",
        "return new Promise(() => {})",
        "await { then() {} }",
        "await Promise.race([])",
        "const id = setTimeout(() => {}, 1e6); clearTimeout(id); await new Promise(() => {})",
    ] {
        let run = attack(body).await.expect_outcome(Outcome::Hung);
        assert!(run.error().to_string().contains("hung"), "{}", run.error());
        assert!(run.0.usage.wall < Duration::from_secs(20));
    }
}

#[tokio::test]
async fn hung_while_loading() {
    let worker =
        Case::js("await new Promise(() => {}); export default { run() { return 1 } }").worker();
    let _ = call(&worker, ()).await.expect_outcome(Outcome::Hung);
    let _ = call(&worker.fresh_per_call(), ()).await.expect_outcome(Outcome::Hung);
    assert_alive().await;
}

#[tokio::test]
async fn a_wait_until_that_never_settles_ends_as_hung_with_its_value_kept() {
    let worker = Case::body("ctx.waitUntil(new Promise(() => {})); return 'value'").worker();
    let value: String =
        crate::harness::soon(worker.entrypoint().call("run", ())).await.expect("a value");
    assert_eq!(value, "value");
    let _ = call(&worker, ()).await.expect_ok("value");
}

#[tokio::test]
async fn anything_can_be_thrown() {
    let run = attack("throw null").await.expect_exception("Uncaught", "null");
    assert!(run.exception().stack.is_none());
    let _ = attack("throw undefined").await.expect_exception("Uncaught", "");
    let _ = attack("throw 'text'").await.expect_exception("Uncaught", "text");
    let _ = attack("throw 42").await.expect_exception("Uncaught", "42");
    let _ = attack("throw { code: 1 }").await.expect_exception("Uncaught", "{\"code\":1}");
    let _ = attack("throw Symbol('x')").await.expect_outcome(Outcome::Exception);
    let _ = attack("throw () => {}").await.expect_outcome(Outcome::Exception);
    let _ = attack("throw Object.create(null)").await.expect_outcome(Outcome::Exception);
    let _ = attack("throw new Proxy({}, {})").await.expect_outcome(Outcome::Exception);
    let _ = attack("throw globalThis").await.expect_outcome(Outcome::Exception);
    let _ = attack("throw new (class Mine extends Error { name = 'Mine' })('own')")
        .await
        .expect_exception("Mine", "own");
    let cause = attack("throw new TypeError('outer', { cause: new RangeError('inner') })").await;
    let cause = cause.expect_exception("TypeError", "outer");
    let chain = cause.exception().value.error_chain();
    let names: Vec<_> = chain.iter().map(|error| error.name.as_str()).collect();
    assert_eq!(names, ["TypeError", "RangeError"]);
}

#[tokio::test]
async fn a_message_is_short_however_much_was_thrown() {
    let run = attack("throw Array(2000).fill((1n << 2047n) + 1n)").await;
    let exception = run.exception();
    assert!(exception.message.starts_with("[\"16158") && exception.message.ends_with('…'));
    assert_eq!(exception.message.len(), 4096 + '…'.len_utf8());
    let thrown: Vec<String> = exception.value.to().expect("all of it");
    assert_eq!((thrown.len(), thrown[1999].len()), (2000, 617));
}

#[tokio::test]
async fn errors_whose_parts_throw() {
    for body in [
        "throw { get name() { throw 1 }, get message() { throw 2 }, get stack() { throw 3 } }",
        "const e = new Error('x'); Object.defineProperty(e, 'message', { get() { throw 1 } }); throw e",
        "const e = new Error('x'); Object.defineProperty(e, 'name', { get() { throw e } }); throw e",
        "const e = new Error('x'); Object.defineProperty(e, 'stack', { get() { throw e } }); throw e",
        "const e = new Error('x'); e.cause = e; throw e",
        "const e = new Error('x'); e.name = Symbol('x'); e.message = {}; throw e",
        "const e = new Error('x'); e.extra = () => {}; throw e",
        "throw new Proxy(new Error('x'), { get() { throw 1 }, getPrototypeOf() { throw 2 }, ownKeys() { throw 3 } })",
        "throw new AggregateError([new Error('x'), null, Symbol()], 'many')",
        "Object.defineProperty(Error.prototype, 'name', { get() { throw 1 } }); throw new Error('x')",
        "Error.prepareStackTrace = () => { throw 1 }; throw new Error('x')",
        "Error.prepareStackTrace = (e, frames) => frames; throw new Error('x')",
        "Error.stackTraceLimit = Infinity; throw new Error('x')",
        "throw { toString() { throw 1 }, [Symbol.toPrimitive]() { throw 2 } }",
    ] {
        let _ = attack(body).await.expect_outcome(Outcome::Exception);
    }
}

#[tokio::test]
async fn getter_that_throws_on_the_result() {
    let _ = attack("return { get value() { throw new RangeError('mine') } }")
        .await
        .expect_exception("RangeError", "mine");
    let _ = attack("return [1, { get value() { throw null } }]")
        .await
        .expect_exception("Uncaught", "null");
    let _ = attack("return { get value() { while (true); } }").await.expect_limit(LimitKind::Fuel);
}

#[tokio::test]
async fn poisoned_results() {
    // Values do not cross as JSON, so `toJSON` is an ordinary property.
    let _ = attack("return { toJSON() { throw new Error('never') } }")
        .await
        .expect_ok(json!({ "toJSON": "[Capability]" }));
    let _ = attack("return { get toJSON() { throw new RangeError('asked') } }")
        .await
        .expect_exception("RangeError", "asked");
    let _ = attack("return { get then() { throw new RangeError('then') } }")
        .await
        .expect_exception("RangeError", "then");
    let _ = attack("return { then(resolve, reject) { reject(new RangeError('no')) } }")
        .await
        .expect_exception("RangeError", "no");
    let _ = attack("return { then() { while (true); } }").await.expect_limit(LimitKind::Fuel);
    let _ =
        attack("return { toJSON: 1, then: 2 }").await.expect_ok(json!({ "toJSON": 1, "then": 2 }));
    let _ = attack("return { __proto__: null, a: 1 }").await.expect_ok(json!({ "a": 1 }));
    let _ = attack("return JSON.parse('{\"__proto__\": {\"a\": 1}, \"b\": 2}')").await.expect_ok(
        serde_json::from_str::<serde_json::Value>(r#"{"__proto__":{"a":1},"b":2}"#).expect("JSON"),
    );
    let changing = "let n = 0; const a = [1, { get x() { a.length = 0; a.push(9, 9, 9, 9); return n++ } }, 3]; return a";
    let _ = attack(changing).await;
    let growing = "const o = { get a() { o['k' + Math.random()] = 1; return 1 }, b: 2 }; return o";
    let _ = attack(growing).await;
    let detached =
        "const b = new ArrayBuffer(8); const v = new Uint8Array(b); b.transfer(); return v";
    let _ = attack(detached).await;
    let resizable = "const b = new ArrayBuffer(8, { maxByteLength: 64 }); const v = new Uint8Array(b); \
                     return [v, { get x() { b.resize(0); return 1 } }, v]";
    let _ = attack(resizable).await;
}

#[tokio::test]
async fn poisoned_builtins_stay_inside_their_sandbox() {
    for body in [
        "Array.prototype[Symbol.iterator] = () => { throw new Error('poison') }; return [1, 2]",
        "Object.defineProperty(Object.prototype, '0', { set() { throw new Error('poison') } }); return [1]",
        "Object.defineProperty(Object.prototype, 'invocation', { get() { throw 1 }, set() { throw 2 } }); return 1",
        "Promise.prototype.then = () => { throw new Error('poison') }; return Promise.resolve(1)",
        "Promise.resolve = Promise.prototype.constructor = undefined; return 1",
        "globalThis.Promise = globalThis.Error = globalThis.Array = globalThis.Map = undefined; return 1",
        "for (const key of Object.getOwnPropertyNames(globalThis)) { try { delete globalThis[key] } catch {} } return 1",
        "Map.prototype.forEach = Map.prototype.entries = () => { throw 1 }; return new Map([[1, 2]])",
        "Object.keys = Object.entries = Reflect.ownKeys = () => { throw 1 }; return { a: 1 }",
        "Symbol.prototype.toString = Function.prototype.call = Function.prototype.apply = () => { throw 1 }; console.log({}); return 1",
        "Date.prototype.getTime = RegExp.prototype.exec = BigInt.prototype.toString = () => { throw 1 }; return [new Date(0), /a/, 1n]",
        "Object.freeze(Object.prototype); Object.freeze(Array.prototype); return [{ a: [1] }]",
        "Object.prototype.then = () => {}; return { a: 1 }",
        "Object.setPrototypeOf(globalThis, new Proxy({}, { get() { throw 1 }, has() { throw 2 } })); return 1",
    ] {
        let engine_is_fine = Case::body(body).limits(tight).run().await;
        assert!(
            !matches!(engine_is_fine.0.outcome(), Outcome::InternalError),
            "{body}: {engine_is_fine:?}"
        );
        assert_alive().await;
    }
}

#[tokio::test]
async fn nothing_blocks_the_thread() {
    let run = attack("return Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)").await;
    assert!(matches!(run.0.outcome(), Outcome::Exception | Outcome::ExceededCpu), "{run:?}");
}

#[tokio::test]
async fn names_that_mean_something_elsewhere() {
    for name in ["__proto__.js", "constructor.js", "toString.js", "..js", "\u{202e}.js", "a\nb.js"]
    {
        let _ = Case::named(name, "export default { run() { return 1 } }").run().await.expect_ok(1);
    }
    let none = Case::body("return 1").call("__proto__").run().await;
    let _ = none.expect_exception("TypeError", "does not implement");
    for method in ["constructor", "toString", "hasOwnProperty", "__defineGetter__", "valueOf"] {
        let none = Case::body("return 1").call(method).run().await;
        let _ = none.expect_exception("TypeError", "does not implement");
    }
    for entrypoint in ["__proto__", "toString", "then", "", "a\u{0}b"] {
        let none = Case::body("return 1").entrypoint(entrypoint).run().await;
        let _ = none.expect_exception("TypeError", "no such entrypoint");
    }
}

#[tokio::test]
async fn the_guest_has_no_way_out() {
    let _ = attack(
        "return ['process', 'require', 'Deno', 'Bun', 'std', 'os', 'bjson', 'scriptArgs', 'print',
                 'WebAssembly', 'XMLHttpRequest', 'Worker', 'importScripts', 'load', 'read']
                .filter(name => name in globalThis)",
    )
    .await
    .expect_ok(json!([]));
    let _ = attack("await fetch('https://example.com')").await.expect_exception(
        "Error",
        "This worker is not permitted to access the internet via global functions like fetch(). \
         It must use capabilities (such as bindings in 'env') to talk to the outside world.",
    );
    for specifier in [
        "std",
        "bjson",
        "qjs:os",
        "node:ffi",
        "file:///etc/passwd",
        "/etc/passwd",
        "https://example.com/a.js",
    ] {
        let run = attack(&format!("await import({specifier:?})")).await;
        let _ = run.expect_outcome(Outcome::Exception);
    }
}
