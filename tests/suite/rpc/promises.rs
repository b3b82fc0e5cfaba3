//! Promises of calls that are passed on. The receiver can await their results.

use isolet::{Stub, capability};
use serde_json::json;

use crate::family::{family, family_js};
use crate::harness::{call, run};

const CHILD: &str = "
    class Counter extends RpcTarget { #n = 0; up() { return ++this.#n } get n() { return this.#n } }
    let kept;
    export default class extends WorkerEntrypoint {
        number() { return 5 } echo(value) { return value } fail() { throw new RangeError('failed') }
        data() { return { deep: { list: [1, 2] }, map: new Map([['k', 'v']]), f: (n) => n * 2 } }
        counter() { return new Counter() } never() { return new Promise(() => {}) }
        async slow(value) { await new Promise((done) => setTimeout(done, 1)); return value }
        thens(...values) { return values.map((value) => typeof value.then) }
        async read(value) { return await value } async add(a, b) { return await a + await b }
        async sum({ list, map }) { return await list[0] + await list[1] + await map.get('k') }
        async tell(value) {
            const told = [];
            told.push(await value.then((it) => `then ${it}`, (error) => `thrown ${error.message}`));
            told.push(await value.catch((error) => `caught ${error.message}`));
            told.push(await value.finally(() => told.push('finally')).catch(() => 'after'));
            return told;
        }
        relay(other, value) { return other.read(value) } both(value) { return { value, number: this.env.OTHER?.number() } }
        up(counter) { return counter.up() }
        async first(counter) { const early = counter.up(), own = await counter; return [await early, await own.up(), await counter.n, typeof own.then] }
        keep(value, copy) { kept = [value, copy.dup()] } async kept() { return [await kept[1], await kept[0].then((it) => it, (error) => error.message)] }
        own() { return [this.env.N, this.ctx.props.n] } async awaited() { return [await this.env.N, await this.ctx.props.n] }
    };";

#[tokio::test]
async fn whoever_gets_one_can_await_it() {
    let _ = family(
        CHILD,
        "const a = child(env), b = child(env);
         const undef = await b.read(a.echo());
         return [await b.read(a.number()), await b.add(a.number(), a.slow(6)), undef === undefined, await b.read(a.echo(null)),
                 (await b.read(a.data())).map.get('k'), await b.read(a.data().deep.list[1]), await b.read(a.slow({ x: 1 }).x),
                 await b.sum({ list: [a.number(), a.slow(1)], map: new Map([['k', a.number()]]) })]",
    )
    .run()
    .await
    .expect_ok(json!([5, 11, true, null, "v", 2, 1, 11]));
}

/// A promise can be called like a stub. The call goes to its result.
#[tokio::test]
async fn it_can_be_called_itself() {
    let _ = family_js(
        &format!(
            "{CHILD}
            const double = (n) => n * 2; double.own = 'own';
            export class Functions extends WorkerEntrypoint {{
                double() {{ return double }} deep() {{ return () => () => ({{ f: double, n: 1 }}) }}
                number() {{ return 5 }} fail() {{ throw new RangeError('failed') }}
            }}"
        ),
        "export default { async run(arg, env) {
            const stub = load(env).getEntrypoint('Functions');
            const early = [await stub.double()(4), await stub.double().own, await stub.deep()()().f(5), await stub.deep()()().n];
            const come = stub.double(), deep = stub.deep();
            await come; await deep;
            const late = [await come(6), await come.own, await deep()().f(7), await deep()().n, typeof come, String(come)];
            const wrong = [await caught(() => stub.number()(1)), await caught(() => stub.fail()(1)), await caught(async () => Promise.resolve(1)(1)),
                           await caught(() => new come(1))];
            return [early, late, wrong];
        } };",
    )
    .run()
    .await
    .expect_ok(json!([
        [8, "own", 10, 1],
        [12, "own", 14, 1, "function", "[object RpcPromise]"],
        [
            ["TypeError", "\"default\" is not a function."],
            ["RangeError", "failed"],
            ["TypeError", "Promise.resolve(...) is not a function"],
            ["TypeError", "come is not a constructor"]
        ]
    ]));
}

/// This includes calls on an answer that has arrived, and calls that are never made.
#[tokio::test]
async fn whatever_is_called_returns_one() {
    let _ = family_js(
        CHILD,
        "import { RpcPromise } from 'cloudflare:workers';
         export default { async run(arg, env) {
            const come = child(env).data(), counter = await child(env).counter();
            await come;
            counter[Symbol.dispose]();
            const all = [come.f(1), come.f.call(null, 1), counter.up(), counter.n.then(), child(env).number()];
            const rejected = await caught(() => all[2]);
            return [all.map((promise) => promise instanceof RpcPromise && promise instanceof Promise), await all[0], rejected];
        } };",
    )
    .run()
    .await
    .expect_ok(json!([
        [true, true, true, false, true],
        2,
        ["Error", "RPC stub used after being disposed."]
    ]));
}

#[tokio::test]
async fn it_can_be_called_before_it_has_come() {
    let _ = family(
        CHILD,
        "const a = child(env), b = child(env);
         return [await b.up(a.counter()), await b.up(a.slow(a.counter())), await b.first(a.counter()), await (await b.read(a.data().f))(4)]",
    )
    .run()
    .await
    .expect_ok(json!([1, 1, [1, 2, 2, "undefined"], 8]));
}

#[tokio::test]
async fn it_fails_for_whoever_awaits_it() {
    let _ = family(
        CHILD,
        "const a = child(env), b = child(env), failed = a.fail();
         const told = [await b.tell(a.number()), await b.tell(a.fail()), await caught(() => b.read(failed)), await caught(() => failed)];
         // One that has failed already is not sent at all, and nobody has to await it.
         return [...told, await caught(() => b.read(failed)), (await caught(() => b.read(a.never())))[1].includes('the code had hung'), await b.both(a.fail()).number]",
    )
    .run()
    .await
    .expect_ok(json!([
        ["then 5", 5, "finally", 5],
        ["thrown failed", "caught failed", "finally", "after"],
        ["RangeError", "failed"],
        ["RangeError", "failed"],
        ["RangeError", "failed"],
        true,
        null
    ]));
}

#[tokio::test]
async fn json_asks_nothing_of_it() {
    let _ = family(
        "let asked = 0; export default class extends WorkerEntrypoint {
             get toJSON() { asked++ } counter() { return { n: 1 } } asked() { return asked } };",
        "const a = child(env), p = a.counter(), read = a.some.name;
         const text = JSON.stringify([{ p }, { read }, { a }]);
         await p;
         return [text, 'toJSON' in p, await a.asked()]",
    )
    .run()
    .await
    .expect_ok(json!(["[{},{},{}]", false, 0]));
}

#[tokio::test]
async fn one_that_has_come_is_what_it_is() {
    let _ = family(
        CHILD,
        "const a = child(env), b = child(env), number = a.number(), data = a.data(), counter = a.counter();
         await number; (await data).own = data; await counter;
         const got = await b.echo([number, data, data.deep.list]);
         return [await b.add(number, number), got[0], got[1] === got[1].own, got[1].deep.list === got[2], await b.read(data.deep.list[0]), await b.up(counter), await b.up(counter), await b.read(counter.n)]",
    )
    .run()
    .await
    .expect_ok(json!([10, 5, true, true, 1, 1, 2, 2]));
}

#[tokio::test]
async fn it_can_be_passed_on_and_returned() {
    let _ = family(
        CHILD,
        "const a = child(env), b = child(env), c = child(env);
         const number = a.slow(7), both = await child(env, { env: { OTHER: a } }).both(number);
         return [await b.relay(c, number), await b.relay(c, a.data().deep.list[0]), await b.echo(number), await both.value, await both.number, await number]",
    )
    .run()
    .await
    .expect_ok(json!([7, 1, 7, 7, 5, 7]));
}

#[tokio::test]
async fn it_may_be_in_an_environment_and_in_props() {
    let _ = family(
        CHILD,
        "const a = child(env), stub = load(env, CHILD, { env: { N: a.slow(7) } }).getEntrypoint(null, { props: { n: a.number() } });
         const own = await stub.own();
         return [await stub.awaited(), await own[0], await own[1], await stub.awaited()]",
    )
    .run()
    .await
    .expect_ok(json!([[7, 5], 7, 5, [7, 5]]));
}

#[tokio::test]
async fn a_stub_is_none() {
    let _ = family(
        CHILD,
        "const a = child(env), b = child(env), counter = await a.counter();
         const entrypoint = load(env).getEntrypoint(null, { props: {} });
         return [await b.thens(() => {}, new RpcStub(() => {}), counter, a, entrypoint, ctx.exports.default, ctx.exports.default({}), counter.dup()),
                 await b.thens(a.counter(), counter.n, a.number())]",
    )
    .run()
    .await
    .expect_ok(json!([vec!["undefined"; 8], vec!["function"; 3]]));
}

#[tokio::test]
async fn it_ends_with_the_call_unless_it_is_duplicated() {
    let _ = family(
        CHILD,
        "const a = child(env), b = child(env), number = a.number();
         await b.keep(a.number(), a.slow(6));
         return b.kept()",
    )
    .run()
    .await
    .expect_ok(json!([6, "RPC stub used after being disposed."]));
}

/// Calls the stub that it receives.
struct Relay;

#[capability]
impl Relay {
    pub async fn up(&self, counter: Stub) -> Result<u32, isolet::Error> {
        counter.call("up", ()).await
    }

    pub fn back(&self, stub: Stub) -> Stub {
        stub
    }
}

#[tokio::test]
async fn in_rust_it_is_a_stub_that_can_be_passed_on() {
    let worker = family_js(
        CHILD,
        "export default {
            async run(arg, env) { const a = child(env); return [await env.RELAY.up(a.slow(a.counter())), await child(env).read(env.RELAY.back(a.number()))] },
            async nothing() {} }",
    )
    .env("RELAY", Stub::new(Relay))
    .worker();
    let _ = call(&worker, ()).await.expect_ok([1, 5]);
    let _ = run(&worker.entrypoint(), Some("nothing"), ()).await.expect_undefined();
    let stats = worker.stats().await;
    assert_eq!((stats.calls, stats.answers, stats.exported), (0, 0, 0));
}
