//! Promise pipelining and the order of calls.

use serde_json::{Value as Json, json};

use crate::family::family;

const CHAIN: &str = "
    class B extends RpcTarget { c(n) { return n + 1 } get value() { return 7 } }
    class A extends RpcTarget { get b() { return new B() } make(n) { return n } }
    export default class extends WorkerEntrypoint {
        a() { return new A() } plain() { return { deep: { list: [1, 2] }, f: (n) => n * 2 } }
        fail() { throw new RangeError('failed') } number() { return 5 }
        async slow() { await new Promise((done) => setTimeout(done, 1)); return new A() }
        use(b, n) { return b.c(n) } read(value) { return value }
    };";

/// Evaluates an expression in a parent of `CHAIN`. Returns its value and the turns of the caller.
async fn turns(expression: &str) -> (Json, u64) {
    let run = family(CHAIN, &format!("const stub = child(env); return {expression}")).run().await;
    (run.json(), run.0.usage.turns)
}

#[tokio::test]
async fn a_chain_of_calls_is_one_round_trip() {
    let idle = turns("1").await.1;
    for (expression, expected) in [
        ("await stub.number()", json!(5)),
        ("await stub.a().b.c(1)", json!(2)),
        ("await stub.a().b.value", json!(7)),
        ("await stub.plain().deep.list[1]", json!(2)),
        ("await stub.plain().f(21)", json!(42)),
        ("await stub.slow().b.c(1)", json!(2)),
        ("await stub.use(stub.a().b, 4)", json!(5)),
    ] {
        let (value, turns) = turns(expression).await;
        assert_eq!((&value, turns), (&expected, idle + 1), "{expression}");
    }
    // An `await` at each step takes three turns.
    let (value, stepwise) = turns("await (await (await stub.a()).b).c(1)").await;
    assert_eq!((value, stepwise), (json!(2), idle + 3));
}

#[tokio::test]
async fn what_a_call_returns_is_a_stub_and_a_promise() {
    let _ = family(
        CHAIN,
        "const promise = child(env).a();
         return [promise instanceof Promise, typeof promise.then, typeof promise.b, typeof promise.b.c,
                 await promise.b.c(1), await (await promise).b.c(2), await promise.b.c(3)]",
    )
    .run()
    .await
    .expect_ok(json!([true, "function", "function", "function", 2, 3, 4]));
}

#[tokio::test]
async fn a_failure_fails_everything_pipelined_on_it() {
    let _ = family(
        CHAIN,
        "const failed = child(env).fail();
         return [await caught(() => failed.b.c(1)), await caught(() => failed.x), await caught(() => failed),
                 await caught(() => child(env).fail().a().b.c()), await caught(() => child(env).use(child(env).fail(), 1))]",
    )
    .run()
    .await
    .expect_ok(json!([
        ["RangeError", "failed"],
        ["RangeError", "failed"],
        ["RangeError", "failed"],
        ["RangeError", "failed"],
        ["RangeError", "failed"]
    ]));
}

#[tokio::test]
async fn a_pipelined_call_of_what_is_no_function_says_so() {
    let run = family(
        CHAIN,
        "const stub = child(env);
         return [await caught(() => stub.number().x()), await caught(() => stub.plain().deep()), await caught(() => stub.plain().none()),
                 await caught(() => stub.a().none()), await caught(() => stub.a().b.value())]",
    )
    .run()
    .await
    .json();
    let missing = |name: &str| {
        json!(["TypeError", format!("The RPC receiver does not implement the method \"{name}\".")])
    };
    assert_eq!(run[0], missing("x"));
    assert_eq!(run[1], json!(["TypeError", "\"deep\" is not a function."]));
    assert_eq!(run[2], missing("none"));
    assert_eq!(run[3], missing("none"));
    assert_eq!(run[4], json!(["TypeError", "\"b.value\" is not a function."]));
}

#[tokio::test]
async fn calls_on_a_stub_arrive_in_the_order_in_which_they_were_made() {
    let _ = family(
        "const seen = []; export default class extends WorkerEntrypoint {
            note(n) { seen.push(n); return new Promise((done) => setTimeout(done, n % 3)) } seen() { return seen } }",
        "const stub = child(env), calls = [];
         for (let n = 0; n < 50; n++) calls.push(stub.note(n));
         const seen = await stub.seen(); await Promise.all(calls);
         return seen.join() === Array.from({ length: 50 }, (_, n) => n).join()",
    )
    .run()
    .await
    .expect_ok(true);
}

#[tokio::test]
async fn calls_on_a_promise_keep_their_order_too() {
    let _ = family(
        "class Log extends RpcTarget { #seen = []; note(n) { this.#seen.push(n) } get seen() { return this.#seen } }
         export default class extends WorkerEntrypoint { async open() { await new Promise((done) => setTimeout(done, 1)); return new Log() } }",
        "const log = child(env).open(), calls = [];
         for (let n = 0; n < 20; n++) calls.push(log.note(n));
         // A property that is only read is asked for when it is awaited.
         const pipelined = log.seen.then((seen) => seen);
         const opened = await log;
         for (let n = 20; n < 40; n++) calls.push(opened.note(n));
         await Promise.all(calls);
         return [(await pipelined).length, (await opened.seen).join() === Array.from({ length: 40 }, (_, n) => n).join()]",
    )
    .run()
    .await
    .expect_ok(json!([20, true]));
}

#[tokio::test]
async fn calls_through_a_third_party_keep_their_order() {
    let _ = family(
        "export default class extends WorkerEntrypoint {
            async flood(f, from, to) { const calls = []; for (let n = from; n < to; n++) calls.push(f(n)); await Promise.all(calls) }
            relay(other, f, from, to) { return other.flood(f, from, to) } }",
        "const seen = []; const f = (n) => { seen.push(n) };
         await child(env).relay(child(env), f, 0, 30);
         return seen.join() === Array.from({ length: 30 }, (_, n) => n).join()",
    )
    .run()
    .await
    .expect_ok(true);
}

#[tokio::test]
async fn a_call_that_nobody_awaits_is_made_all_the_same() {
    let _ = family(
        "const seen = []; export default class extends WorkerEntrypoint { note(n) { seen.push(n) } seen() { return seen } }",
        "const stub = child(env); stub.note(1); stub.note(2); return stub.seen()",
    )
    .run()
    .await
    .expect_ok([1, 2]);
}

#[tokio::test]
async fn a_promise_that_is_passed_on_is_what_it_will_be() {
    let _ = family(
        CHAIN,
        "const stub = child(env), other = child(env);
         const a = stub.a();
         return [await other.use(a.b, 1), await other.use(stub.slow().b, 2), await (await other.read(stub.plain().f))(4)]",
    )
    .run()
    .await
    .expect_ok(json!([2, 3, 8]));
}
