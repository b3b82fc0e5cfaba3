//! The classes of stubs, their properties and their answers, and the possible targets of a stub.

use serde_json::json;

use crate::family::{family, family_js, lone};
use crate::harness::soon;

const CHILD: &str = "
export class Target extends RpcTarget { up() { return 1 } }
export default class extends WorkerEntrypoint {
    target() { return new Target() }
    call(f, ...args) { return f(...args) }
    async up(target, by) { return await target.up(by) }
    async read(target, name) { return await target[name] }
    async caught(f) { try { return await f() } catch (e) { return [e.name, e.message] } }
    identity(value) { return value }
};";

#[tokio::test]
async fn each_is_an_instance_of_its_class() {
    let run = family_js(
        CHILD,
        "import { RpcPromise, RpcProperty, ServiceStub } from 'cloudflare:workers';
         export default { async run(arg, env) {
            const service = child(env), stub = await service.target();
            const of = (value) => [RpcStub, ServiceStub, RpcProperty, RpcPromise].map((Class) => value instanceof Class);
            const made = [RpcPromise, RpcProperty, ServiceStub].map((Class) => { try { return new Class() } catch (e) { return e.name } });
            return [of(service), of(stub), of(stub.a.b), of(service.a), of(service.target()), of(service.target().a), made,
                [service, stub, stub.x, service.target()].map(String), `${stub}`, stub + '', Object.prototype.toString.call(stub)] } }",
    );
    let tags =
        ["[object Fetcher]", "[object RpcStub]", "[object RpcProperty]", "[object RpcPromise]"];
    let _ = run.run().await.expect_ok(json!([
        [false, true, false, false],
        [true, false, false, false],
        [false, false, true, false],
        [false, false, true, false],
        [false, false, false, true],
        [false, false, true, false],
        ["TypeError", "TypeError", "TypeError"],
        tags,
        tags[1],
        tags[1],
        tags[1]
    ]));
}

#[tokio::test]
async fn what_every_object_has_is_not_asked_of_another() {
    let run = family(
        CHILD,
        "const stub = await child(env).target();
         return ['anything' in stub, 'then' in stub, 'then' in stub.x, 'toString' in stub, Symbol.iterator in stub,
            Symbol.dispose in stub, stub.hasOwnProperty('up'), stub.valueOf() === stub, Object.keys(stub),
            stub.__proto__ === Object.getPrototypeOf(stub), RpcStub.prototype.isPrototypeOf(stub)]",
    );
    let _ = run.run().await.expect_ok(json!([
        true,
        false,
        true,
        true,
        false,
        true,
        false,
        true,
        [],
        true,
        true
    ]));
}

#[tokio::test]
async fn a_stub_may_be_of_any_plain_object_function_or_proxy() {
    let run = lone(
        "class Counter extends RpcTarget { n = 4; up(by) { return this.n += by } }
         const tell = async (f) => { try { return await f() } catch (e) { return [e.name, e.message] } };
         export default { async run() {
            const f = Object.assign((a, b) => a + b, { own: 'hello', twice: (n) => 2 * n });
            const plain = new RpcStub({ sum: (a, b) => a + b, n: { m: 3 } }), of = new RpcStub(f);
            const proxy = new RpcStub(new Proxy(new Counter(), {}));
            const refused = [1, null, 'x', Symbol(), [], new Map(), new (class Foo {}), plain.sum, of(1, 2)].map((value) => {
                try { return String(new RpcStub(value)) } catch (e) { return e.message } });
            return [await plain.sum(1, 2), await plain.n.m, await of(3, 4), await of.own, await of.twice(5), await of.name,
                await proxy.up(5), await tell(() => proxy.n), await tell(() => of.call(null, 1, 2)), await tell(() => plain.toJson()), [...new Set(refused)]] } }",
    );
    let missing = |name: &str| {
        json!(["TypeError", format!("The RPC receiver does not implement the method \"{name}\".")])
    };
    let _ = run.run().await.expect_ok(json!([
        3,
        3,
        7,
        "hello",
        10,
        "",
        9,
        missing("n"),
        missing("call"),
        missing("toJson"),
        ["RpcStubs can only wrap plain objects, functions, and RpcTarget derivatives."]
    ]));
}

const NO_PROXY: &str = "Proxy could not be serialized because it is not a valid RPC receiver type. \
     The Proxy must emulate either a plain object or an RpcTarget, as indicated by the Proxy's \
     prototype chain.";

#[tokio::test]
async fn a_proxy_crosses_as_what_it_stands_for() {
    let run = family(
        CHILD,
        "const stub = child(env), asked = [];
         class Counter extends RpcTarget { n = 0; up(by) { return this.n += by } }
         class Other { n = 0; up(by) { return this.n += by } }
         const get = (target, name) => name === 'up' ? (by) => target.up(by + 100) : target[name];
         const target = new Proxy(new Counter(), { get }), plain = new Proxy({ n: 0, up(by) { return this.n += by } }, { get });
         const own = Object.assign((n) => 3 * n, { own: 123 });
         const f = new Proxy(own, { apply: (f, _, args) => f(...args) + 2 });
         const faked = new Proxy(new Other(), { getPrototypeOf: () => RpcTarget.prototype });
         const callable = new Proxy(own, {
            get: (_, name) => name === 'up' ? (by) => by + 7 : own[name], getPrototypeOf: () => Counter.prototype });
         const wrong = [new Proxy(new Other(), {}), new Proxy(new Counter(), { getPrototypeOf: () => Other.prototype }), new Proxy([], {})];
         const told = [];
         for (const value of wrong) told.push((await caught(() => stub.up(value, 1))));
         return [await stub.up(target, 1), await stub.up(plain, 1), await stub.call(f, 2), await stub.read(f, 'own'),
            await (await stub.identity(() => ({ x: f })))().x(4), await (await stub.identity(() => ({ x: f })))().x.own, await stub.up(faked, 5),
            await stub.call(callable, 3), (await caught(() => stub.read(callable, 'own')))[0], await stub.up(callable, 1),
            (await caught(() => stub.read(target, 'n')))[0], told]",
    );
    let _ = run.run().await.expect_ok(json!([
        101,
        101,
        8,
        123,
        14,
        123,
        5,
        9,
        "TypeError",
        8,
        "TypeError",
        [["DataCloneError", NO_PROXY], ["DataCloneError", NO_PROXY], ["DataCloneError", NO_PROXY]]
    ]));
}

#[tokio::test]
async fn properties_of_a_function_are_reached_and_of_a_target_never() {
    let run = family(
        "class Target extends RpcTarget { secret = 's'; static key = 'k'; get seen() { return 'seen' } }
         export default class extends WorkerEntrypoint {
            f() { return Object.assign(() => 1, { label: 'L', deep: { g: () => 2 }, target: new Target() }) }
            held() { const f = () => 5; f.own = 6; return { f } } };",
        "const stub = child(env), f = await stub.f(), read = await stub.held().f;
         return [await f.label, await f.deep.g(), await f.target.seen, (await caught(() => f.target.secret))[1],
            (await caught(() => f.bind(null)))[1], (await caught(() => f.caller))[0], await read(), await read.own]",
    );
    let _ = run.run().await.expect_ok(json!([
        "L",
        2,
        "seen",
        "The RPC receiver does not implement the method \"secret\".",
        "The RPC receiver does not implement the method \"bind\".",
        "TypeError",
        5,
        6
    ]));
}

/// Properties that every object has are not members, whoever asks.
#[tokio::test]
async fn rust_reaches_nothing_that_every_object_has() {
    let worker = crate::harness::Case::js(
        "import { WorkerEntrypoint } from 'cloudflare:workers';
         export default class extends WorkerEntrypoint { f() {} }",
    )
    .worker();
    for name in ["toString", "hasOwnProperty", "__proto__", "valueOf", "constructor", "dup"] {
        let error = soon(worker.entrypoint().call::<isolet::Value>(name, ())).await.unwrap_err();
        assert!(error.to_string().contains("does not implement"), "{name}: {error}");
    }
}

#[tokio::test]
async fn an_object_with_dup_is_duplicated_when_it_is_passed() {
    let run = family(
        CHILD,
        "let made = 0, ended = 0;
         class Counter extends RpcTarget {
            n = { is: 0 }; up(by) { return this.n.is += by }
            dup() { made++; const other = new Counter(); other.n = this.n; return other }
            [Symbol.dispose]() { ended++ } }
         const stub = child(env), counter = new Counter();
         const f = Object.assign((by) => by, { dup: () => { made++; return f }, [Symbol.dispose]() { ended++ } });
         const wrong = Object.assign(() => 1, { dup: () => 5 });
         const sums = [await stub.up(counter, 2), await stub.up(counter, 3), await stub.up(new Proxy(counter, {}), 4), await stub.call(f, 5)];
         await new Promise((resolve) => setTimeout(resolve, 20));
         return [sums, made, ended, (await caught(() => stub.call(wrong)))[0]]",
    );
    let _ = run.run().await.expect_ok(json!([[2, 5, 9, 5], 4, 4, "DataCloneError"]));
}

#[tokio::test]
async fn what_is_thrown_arrives_as_an_error_that_was_elsewhere() {
    let run = family(
        "export default { a() { throw 'text' }, b() { throw null }, c() { throw undefined }, d() { throw 42 }, e() { throw 1n },
            f() { throw Object.assign(new RangeError('r'), { code: 5 }) }, g() { throw { code: 6 } }, h() { throw new DOMException('d', 'AbortError') } }",
        "const stub = child(env), told = [];
         for (const name of 'abcdefgh') await stub[name](0).catch((e) => told.push([e instanceof Error, e.name, e.message, e.remote, e.code]));
         return told",
    );
    let _ = run.run().await.expect_ok(json!([
        [true, "Error", "text", true, null],
        [true, "Error", "null", true, null],
        [true, "Error", "undefined", true, null],
        [true, "Error", "42", true, null],
        [true, "Error", "1", true, null],
        [true, "RangeError", "r", true, 5],
        [false, null, null, null, 6],
        [true, "AbortError", "d", true, 20]
    ]));
}

#[tokio::test]
async fn sockets_can_be_imported_and_refuse() {
    let run = lone(
        "import { connect } from 'cloudflare:sockets';
         export default { run() { try { connect('a:1') } catch (e) { return [e.name, e.message.slice(0, 54)] } } }",
    );
    let refused = "This worker is not permitted to access the internet vi";
    let _ = run.run().await.expect_ok(json!(["Error", refused]));
}

#[tokio::test]
async fn wait_until_needs_an_invocation() {
    let run = lone(
        "import { waitUntil } from 'cloudflare:workers';
         let told; try { waitUntil(null) } catch (e) { told = e.message.slice(0, 48) }
         export default { run() { waitUntil(Promise.resolve()); return told } }",
    );
    let _ = run.run().await.expect_ok("Disallowed operation called within global scope.");
}

/// A service stub stays usable, because there is always another one.
#[tokio::test]
async fn a_stub_that_is_passed_is_gone_if_the_flags_say_so() {
    let run = family(
        "class Counter extends RpcTarget { n = 0; up(by) { return this.n += by } }
         const tell = async (f) => { try { return await f() } catch (e) { return e.message } };
         export class Other extends WorkerEntrypoint { async up(target, by) { return await target.up(by) } one() { return 1 } call(service) { return service.one() } }
         export default class extends WorkerEntrypoint { async run() {
            const other = this.ctx.exports.Other, stub = new RpcStub(new Counter()), kept = stub.dup();
            const service = other({ props: {} });
            return [await other.up(stub, 1), await tell(() => stub.up(1)), await kept.up(1), await other.call(service), await service.one()] } }",
        "const run = (compatibilityFlags) => child(env, { compatibilityFlags }).run();
         return [await run(['rpc_params_transfer_stubs']), await run([]), await run(['rpc_params_dup_stubs'])]",
    );
    let run = run.run().await.expect_ok(json!([
        [1, "RPC stub used after being disposed.", 2, 1, 1],
        [1, 2, 3, 1, 1],
        [1, 2, 3, 1, 1]
    ]));
    assert!(run.logs().is_empty(), "{:?}", run.logs());
}
