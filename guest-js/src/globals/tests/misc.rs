//! Small topics: clones, randomness, time, `fetch`, the global object itself.

use super::Realm;
use crate::Effect;
use crate::state::Invocation;

#[test]
fn clones_are_deep() {
    Realm::new().check(&[
        ("JSON.stringify(structuredClone({ a: [1, { b: 2 }] }))", r#"{"a":[1,{"b":2}]}"#),
        ("structuredClone(new Map([[1, 2]])).get(1)", "2"),
        ("var o = {}; o.o = o; var c = structuredClone(o); c.o === c && c !== o", "true"),
        ("structuredClone(new TypeError('x')) instanceof TypeError", "true"),
        ("try { structuredClone(() => {}) } catch (e) { e.name + e.code }", "DataCloneError25"),
        ("try { structuredClone(Symbol()) } catch (e) { e.name }", "DataCloneError"),
        ("try { structuredClone() } catch (e) { e.name }", "TypeError"),
    ]);
}

#[test]
fn buffers_can_be_transferred() {
    Realm::new().check(&[
        (
            "var b = new ArrayBuffer(8); var c = structuredClone({ b }, { transfer: [b] }); \
             [b.detached, b.byteLength, c.b.byteLength].join()",
            "true,0,8",
        ),
        ("try { structuredClone(1, { transfer: [b] }) } catch (e) { e.name }", "DataCloneError"),
        (
            "var b = new ArrayBuffer(8); \
             try { structuredClone(b, { transfer: [b, b] }) } catch (e) { e.name + b.byteLength }",
            "DataCloneError8",
        ),
        ("try { structuredClone(1, { transfer: [{}] }) } catch (e) { e.name }", "DataCloneError"),
    ]);
}

#[test]
fn randomness_is_the_seed_s() {
    let realm = Realm::new();
    let draw = "[Math.random(), crypto.randomUUID(), crypto.getRandomValues(new Uint32Array(2))]";
    let drawn = |seed| {
        realm.state.seed(seed);
        realm.eval(&format!("String({draw})"))
    };
    assert_eq!(drawn(1), drawn(1));
    assert_ne!(drawn(1), drawn(2));
    realm.check(&[
        (
            "/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/\
             .test(crypto.randomUUID())",
            "true",
        ),
        ("Math.random() >= 0 && Math.random() < 1", "true"),
        (
            "var all = new Uint8Array(8); crypto.getRandomValues(all.subarray(4)) === all || \
             String(all.slice(0, 4))",
            "0,0,0,0",
        ),
        ("crypto.getRandomValues(new BigInt64Array(1)).length", "1"),
        (
            "try { crypto.getRandomValues(new Float32Array(1)) } catch (e) { e.name }",
            "TypeMismatchError",
        ),
        ("try { crypto.getRandomValues([1]) } catch (e) { e.name }", "TypeMismatchError"),
        ("try { crypto.getRandomValues() } catch (e) { e.name }", "TypeError"),
        (
            "try { crypto.getRandomValues(new Uint8Array(65537)) } catch (e) { e.name + e.code }",
            "QuotaExceededError22",
        ),
    ]);
}

#[test]
fn time_stands_still() {
    let realm = Realm::new();
    crate::clock::set(1_500.0);
    realm.state.time_origin.set(1_000.0);
    realm.check(&[
        ("performance.now()", "500"),
        ("performance.timeOrigin", "1000"),
        ("for (let i = 0; i < 1e5; i++); performance.now()", "500"),
        ("new Date(0).getTimezoneOffset()", "0"),
        ("JSON.stringify(performance)", r#"{"timeOrigin":1000}"#),
    ]);
    crate::clock::set(0.0);
}

#[test]
fn there_is_no_network() {
    let realm = Realm::new();
    realm.eval("var told; fetch('http://a').catch((error) => { told = error })");
    realm.check(&[
        (
            "told.name + ': ' + told.message",
            "Error: This worker is not permitted to access the internet via global functions \
             like fetch(). It must use capabilities (such as bindings in 'env') to talk to the \
             outside world.",
        ),
        ("fetch() instanceof Promise", "true"),
    ]);
}

#[test]
fn exceptions_are_errors() {
    Realm::new().check(&[
        (
            "var e = new DOMException('m', 'DataCloneError'); \
             [e.name, e.message, e.code, e instanceof Error, typeof e.stack, e].join()",
            "DataCloneError,m,25,true,string,DataCloneError: m",
        ),
        ("new DOMException().name + new DOMException('x').code", "Error0"),
        ("DOMException.ABORT_ERR", "20"),
    ]);
}

#[test]
fn the_global_object_is_tidy() {
    let realm = Realm::new();
    assert_eq!(
        realm.eval("delete globalThis.internals; Object.keys(globalThis).sort().join()"),
        "clearInterval,clearTimeout,crypto,fetch,navigator,performance,queueMicrotask,\
         reportError,scheduler,setInterval,setTimeout,structuredClone"
    );
    for absent in [
        "InternalError",
        "gc",
        "print",
        "std",
        "os",
        "require",
        "process",
        "setImmediate",
        "WebAssembly",
        "importScripts",
    ] {
        assert_eq!(realm.eval(&format!("typeof {absent}")), "undefined", "{absent}");
    }
    realm.check(&[
        ("self === globalThis", "true"),
        (
            "String(Object.getOwnPropertySymbols(globalThis).map(String))",
            "Symbol(Symbol.toStringTag)",
        ),
    ]);
}

#[test]
fn classes_are_interfaces() {
    let realm = Realm::new();
    for name in [
        "AbortController",
        "AbortSignal",
        "Crypto",
        "CryptoKey",
        "CustomEvent",
        "DOMException",
        "Event",
        "EventTarget",
        "Performance",
        "SubtleCrypto",
        "TextDecoder",
        "TextEncoder",
        "URL",
        "URLSearchParams",
    ] {
        let properties = format!(
            "var d = Object.getOwnPropertyDescriptor(globalThis, '{name}'); \
             [d.enumerable, d.writable, d.configurable, {name}.name, \
             {name}.prototype[Symbol.toStringTag]].join()"
        );
        assert_eq!(realm.eval(&properties), format!("false,true,true,{name},{name}"));
        let called = format!("try {{ {name}('http://a'); 'none' }} catch (e) {{ e.name }}");
        assert_eq!(realm.eval(&called), "TypeError", "{name}");
    }
    realm.check(&[
        ("Object.keys(TextDecoder.prototype).join()", "encoding,fatal,ignoreBOM,decode"),
        ("URL.prototype.toString.toString()", "function toString() {\n    [native code]\n}"),
        (
            "var get = Object.getOwnPropertyDescriptor(URL.prototype, 'hash').get; get.name",
            "get hash",
        ),
    ]);
}

#[test]
fn a_context_keeps_an_invocation_open() {
    let realm = Realm::new();
    let open = |settled| {
        let invocation = Invocation { settled, ..Invocation::default() };
        realm.state.invocations.borrow_mut().insert(3, invocation);
    };
    open(false);
    realm.eval("var ctx = new internals.ExecutionContext(3, { p: 1 }); var done; var fail");
    realm.eval("ctx.waitUntil(new Promise((resolve) => { done = resolve })); ctx.waitUntil(1)");
    realm.eval("ctx.waitUntil(new Promise((_, reject) => { fail = reject }))");
    assert_eq!(realm.state.invocations.borrow()[&3].waiting, 2);
    realm.state.invocations.borrow_mut().entry(3).and_modify(|known| known.settled = true);
    realm.eval("fail('why')");
    assert_eq!(realm.logged(), ["Uncaught (in promise) why"]);
    assert!(realm.state.outbox.effects.borrow().is_empty());
    realm.eval("done()");
    assert!(matches!(realm.state.outbox.effects.borrow()[..], [Effect::Waited(3)]));
    assert!(!realm.state.invocations.borrow().contains_key(&3));
    realm.check(&[
        ("ctx.props.p", "1"),
        ("String(ctx.waitUntil(1))", "undefined"),
        ("String(ctx.passThroughOnException())", "undefined"),
        ("JSON.stringify(new internals.WorkerEntrypoint(1, 2))", r#"{"ctx":1,"env":2}"#),
        ("internals.inspect(ctx)", "ExecutionContext { props: { p: 1 } }"),
    ]);

    open(false);
    realm.context.with(|ctx| crate::context::enter(&ctx, 3));
    realm.eval("internals.waitUntil(new Promise(() => {}))");
    assert_eq!(realm.state.invocations.borrow()[&3].waiting, 1);
    realm.context.with(|ctx| crate::context::enter(&ctx, 0));
}
