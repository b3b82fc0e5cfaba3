//! The lifetime of stubs: `dup`, disposal, and callbacks that outlive their call.

use isolet::{LimitKind, Stub, Value};
use serde_json::json;

use crate::family::{family, family_js, lone};
use crate::harness::{call, run, soon};

const DISPOSED: &str = "RPC stub used after being disposed.";

/// Makes targets that record their disposal.
const MAKER: &str = "
    const disposed = [];
    class Thing extends RpcTarget { #id; constructor(id) { super(); this.#id = id } id() { return this.#id } [Symbol.dispose]() { disposed.push(this.#id) } }
    export default class extends WorkerEntrypoint {
        make(id) { return new Thing(id) } both(a, b) { return { a: new Thing(a), b: new Thing(b), n: 1 } }
        disposed() { return disposed } same() { return this.kept ??= new Thing('same') } };";

#[tokio::test]
async fn a_disposed_stub_cannot_be_used() {
    let _ = family(
        MAKER,
        "const stub = await child(env).make(1);
         const before = await stub.id();
         stub[Symbol.dispose](); stub[Symbol.dispose]();
         return [before, await caught(() => stub.id()), await caught(() => stub.dup()), await caught(() => child(env).make(stub))]",
    )
    .run()
    .await
    .expect_ok(json!([1, ["Error", DISPOSED], ["Error", DISPOSED], ["Error", DISPOSED]]));
}

#[tokio::test]
async fn the_object_is_disposed_of_with_the_last_of_its_stubs() {
    let _ = family(
        MAKER,
        "const stub = child(env), thing = await stub.make(1), dup = thing.dup(), third = dup.dup();
         const seen = [];
         for (const one of [thing, dup, third]) { seen.push(await one.id()); one[Symbol.dispose](); seen.push((await stub.disposed()).length) }
         return [seen, await stub.disposed()]",
    )
    .run()
    .await
    .expect_ok(json!([[1, 0, 1, 0, 1, 1], [1]]));
}

#[tokio::test]
async fn a_result_disposes_of_all_that_came_with_it() {
    let _ = family(
        MAKER,
        "const stub = child(env), both = await stub.both(1, 2);
         const kept = both.a.dup();
         both[Symbol.dispose]();
         return [await caught(() => both.b.id()), await caught(() => both.a.id()), await kept.id(), await stub.disposed()]",
    )
    .run()
    .await
    .expect_ok(json!([["Error", DISPOSED], ["Error", DISPOSED], 1, [2]]));
}

#[tokio::test]
async fn every_object_that_is_returned_can_be_disposed_of() {
    let _ = family(
        "export default class extends WorkerEntrypoint { make(kind) {
            return [{ n: 1 }, [1], new Map(), new Date(1), new Error('e'), new Uint8Array(1), new Response('r')][kind] } }",
        "const stub = child(env), seen = [];
         for (let kind = 0; kind < 7; kind++) {
            using value = await stub.make(kind);
            seen.push(typeof value[Symbol.dispose]);
         }
         return [seen, Object.keys(await stub.make(0)), await stub.make(0)]",
    )
    .run()
    .await
    .expect_ok(json!([vec!["function"; 7], ["n"], { "n": 1 }]));
}

#[tokio::test]
async fn the_disposer_of_a_result_is_hidden() {
    let run = family(
        "export default class extends WorkerEntrypoint { make() { return { n: [1] } } echo(value) { return value }
            text() { return 'text' } nothing() { return null } }",
        "const stub = child(env), value = await stub.make(), frozen = Object.freeze(await stub.make());
         const { value: dispose, enumerable } = Object.getOwnPropertyDescriptor(value, Symbol.dispose);
         console.log(value);
         const again = await stub.echo(value), given = { ...value };
         dispose(); dispose(); frozen[Symbol.dispose](); delete value[Symbol.dispose];
         return [enumerable, Object.keys(again), JSON.stringify(again), Object.hasOwn(structuredClone(again), Symbol.dispose),
            Object.hasOwn(given, Symbol.dispose), Object.isFrozen(dispose), again.n, await stub.text(), await stub.nothing(),
            Object.hasOwn(again.n, Symbol.dispose), Symbol.dispose in value]",
    )
    .run()
    .await
    .expect_ok(json!([false, ["n"], "{\"n\":[1]}", false, false, true, [1], "text", null, false, false]));
    assert_eq!(run.logs(), ["{ n: [ 1 ] }"]);
}

#[tokio::test]
async fn a_results_own_disposer_runs_once_and_at_the_latest_when_its_caller_is_done() {
    let source = "const told = [];
        const of = (name) => ({ name, [Symbol.dispose]() { told.push(this.name) } });
        export class Other extends WorkerEntrypoint { pass(stub) { return stub.plain('passed') } }
        export default class extends WorkerEntrypoint {
            plain(name) { return of(name) } nested() { return { in: of('nested') } } list() { return Object.assign([1], of('list')) }
            odd() { return { [Symbol.dispose]: 5 } } throws() { return { n: Symbol(), [Symbol.dispose]() { told.push('throws') } } }
            told() { return told } };";
    let _ = family(
        source,
        "const worker = load(env), stub = worker.getEntrypoint();
         const caller = load(env, `export default { async run(stub) { const kept = await stub.plain('kept'); return kept.name } }`);
         const seen = [await caller.getEntrypoint().run(stub)];
         { using twice = await stub.plain('twice'); twice[Symbol.dispose]() }
         { using nested = await stub.nested() } { using list = await stub.list() } { using odd = await stub.odd() }
         seen.push((await caught(() => stub.throws()))[0]);
         stub.plain('promise')[Symbol.dispose]();
         const passed = await worker.getEntrypoint('Other').pass(stub);
         seen.push(passed.name);
         let told; do { told = await stub.told() } while (told.length < 4);
         return [seen, told.sort()]",
    )
    .run()
    .await
    .expect_ok(json!([
        ["kept", "DataCloneError", "passed"],
        ["kept", "passed", "promise", "twice"]
    ]));
}

#[tokio::test]
async fn a_results_own_disposer_runs_when_rust_has_decoded_it() {
    let worker = lone(
        "const told = [];
         export default class extends WorkerEntrypoint {
            data() { return { n: 1, [Symbol.dispose]() { told.push('data') } } } told() { return told } }",
    )
    .worker();
    let stub = worker.entrypoint().stub();
    let data: Value = soon(stub.call("data", ())).await.expect("a result");
    assert_eq!((data.to_json(), data.capabilities().len()), ("{\"n\":1}".to_owned(), 0));
    let told: Vec<String> = soon(stub.call("told", ())).await.expect("a list");
    assert_eq!(told, ["data"]);
}

#[tokio::test]
async fn a_results_own_disposer_runs_when_it_is_disposed_of() {
    let _ = family(
        "const told = [];
         export default class extends WorkerEntrypoint {
            data() { return { n: 1, [Symbol.dispose]() { told.push('data') } } }
            stubs() { return { f: () => 1, [Symbol.dispose]() { told.push('stubs') } } }
            told() { return told } };",
        "const stub = child(env), seen = [];
         { using data = await stub.data(); seen.push(data.n, (await stub.told()).length) }
         { using both = await stub.stubs(); seen.push(await both.f(), (await stub.told()).length) }
         return [seen, await stub.told()]",
    )
    .run()
    .await
    .expect_ok(json!([[1, 0, 1, 1], ["data", "stubs"]]));
}

#[tokio::test]
async fn a_promise_can_be_disposed_of_before_it_is_settled() {
    let _ = family(
        MAKER,
        "const stub = child(env), promise = stub.make(1);
         promise[Symbol.dispose]();
         await promise;
         return (await stub.disposed())",
    )
    .run()
    .await
    .expect_ok([1]);
}

#[tokio::test]
async fn calls_that_were_made_before_a_stub_was_disposed_of_are_answered() {
    let _ = family(
        MAKER,
        "const stub = child(env), thing = await stub.make(1);
         const calls = [thing.id(), thing.id()];
         thing[Symbol.dispose]();
         const later = stub.make(2), call = later.id();
         later[Symbol.dispose]();
         return [await Promise.all(calls), await call, await stub.disposed()]",
    )
    .run()
    .await
    .expect_ok(json!([[1, 1], 2, [1, 2]]));
}

#[tokio::test]
async fn a_pipelined_call_does_not_keep_what_it_went_through() {
    let _ = family(
        MAKER,
        "const stub = child(env); const id = await stub.make(4).id(); return [id, await stub.disposed()]",
    )
    .run()
    .await
    .expect_ok(json!([4, [4]]));
}

#[tokio::test]
async fn stubs_in_parameters_end_with_the_call_unless_they_are_duplicated() {
    let _ = family(
        "let kept, dup; export default class extends WorkerEntrypoint {
            async keep(f) { kept = f; dup = f.dup(); return f(1) }
            async use() { let error; try { await kept(2) } catch (e) { error = e.message } return [error, await dup(3)] } }",
        "let calls = []; const stub = child(env);
         return [await stub.keep((n) => { calls.push(n); return n }), await stub.use(), calls]",
    )
    .run()
    .await
    .expect_ok(json!([1, [DISPOSED, 3], [1, 3]]));
}

#[tokio::test]
async fn a_parameter_stub_lives_as_long_as_the_call_waits() {
    let _ = family(
        "export default class extends WorkerEntrypoint {
            async later(f) { await new Promise((done) => setTimeout(done, 1)); return [await f(1), await f(2)] } }",
        "return child(env).later((n) => n * 10)",
    )
    .run()
    .await
    .expect_ok([10, 20]);
}

#[tokio::test]
async fn returned_stubs_end_with_the_callers_invocation() {
    let parent = family_js(
        MAKER,
        "let thing, dup, disposed; export default {
            async run(arg, env) { thing = await (disposed = child(env)).make(1); dup = thing.dup(); return thing.id() },
            async again() { return [await caught(() => thing.id()), await dup.id()] } }",
    )
    .worker();
    let _ = call(&parent, ()).await.expect_ok(1);
    let _ = run(&parent.entrypoint(), Some("again"), ())
        .await
        .expect_ok(json!([["Error", DISPOSED], 1]));
}

#[tokio::test]
async fn a_chat_rooms_subscribers_are_called_long_after_they_subscribed() {
    let room = lone(
        "const members = new Map();
         class Subscription extends RpcTarget { #name; constructor(name) { super(); this.#name = name }
            leave() { members.delete(this.#name) } [Symbol.dispose]() { this.leave() } }
         export default class extends WorkerEntrypoint {
            subscribe(name, callback) { members.set(name, callback.dup()); return new Subscription(name) }
            async post(text) { for (const member of members.values()) await member(text); return members.size } }",
    )
    .worker();
    let member = || {
        lone(
            "const heard = []; let subscription; export default {
                async join(name, { ROOM }) { subscription = (await ROOM.subscribe(name, (text) => { heard.push(text) })).dup() },
                heard() { return heard }, leave() { return subscription.leave() } }",
        )
        .env("ROOM", room.entrypoint().stub())
        .worker()
    };
    let (ann, bob) = (member(), member());
    let room = room.entrypoint();
    let _ = run(&ann.entrypoint(), Some("join"), ("ann",)).await.expect_undefined();
    let _ = run(&bob.entrypoint(), Some("join"), ("bob",)).await.expect_undefined();
    let _ = run(&room, Some("post"), ("one",)).await.expect_ok(2);
    let _ = run(&ann.entrypoint(), Some("leave"), ()).await.expect_undefined();
    let _ = run(&room, Some("post"), ("two",)).await.expect_ok(1);
    let _ = run(&ann.entrypoint(), Some("heard"), ()).await.expect_ok(["one"]);
    let _ = run(&bob.entrypoint(), Some("heard"), ()).await.expect_ok(["one", "two"]);
}

#[tokio::test]
async fn a_stub_of_ones_own_object_calls_it() {
    let _ = lone(
        "class Counter extends RpcTarget { n = 0; up() { return ++this.n } [Symbol.dispose]() { this.n = -1 } }
         export default { async run() {
            const counter = new Counter(), stub = new RpcStub(counter), dup = stub.dup(), f = new RpcStub((n) => n + counter.n);
            const refused = [undefined, 5, {}, new Date()].map((value) => { try { new RpcStub(value); return 'no error' } catch (e) { return e.name } });
            const seen = [stub instanceof RpcStub, await stub.up(), await dup.up(), await f(10), counter.n];
            stub[Symbol.dispose](); seen.push(counter.n); await dup.up();
            return [seen, refused] } }",
    )
    .run()
    .await
    .expect_ok(json!([[true, 1, 2, 12, 2, 2], ["TypeError", "TypeError", "no error", "TypeError"]]));
}

#[tokio::test]
async fn on_rpc_broken_tells_when_the_other_side_is_gone() {
    let _ = family(
        "export default class extends WorkerEntrypoint {
            target() { return new (class extends RpcTarget { ok() { return 'ok' } }) } loop() { for (;;); } }",
        "const stub = child(env, { limits: { fuel: 100_000_000 } });
         const target = await stub.target(); let told = 0;
         const broken = new Promise((resolve) => target.onRpcBroken((error) => { told++; resolve(error) }));
         const before = [await target.ok(), told];
         const end = (await caught(() => stub.loop()))[1];
         const error = await broken;
         return [before, end.startsWith('exceeded the CPU limit'), error instanceof Error, told, (await caught(() => target.ok()))[0]]",
    )
    .run()
    .await
    .expect_ok(json!([["ok", 0], true, true, 1, "Error"]));
}

#[tokio::test]
async fn on_rpc_broken_takes_a_function_and_tells_late_comers() {
    let _ = family(
        "export default class extends WorkerEntrypoint { f() { return () => 1 } loop() { for (;;); } }",
        "const stub = child(env, { limits: { fuel: 100_000_000 } }), f = await stub.f();
         const refused = [undefined, 5, {}].map((value) => { try { f.onRpcBroken(value); return 'no error' } catch (e) { return e.name } });
         await stub.loop().catch(() => {});
         const first = await new Promise((resolve) => f.onRpcBroken(resolve));
         const late = await new Promise((resolve) => f.onRpcBroken(resolve));
         return [refused, first.message === late.message, (await caught(() => f()))[0] === 'Error']",
    )
    .run()
    .await
    .expect_ok(json!([["TypeError", "TypeError", "TypeError"], true, true]));
}

#[tokio::test]
async fn a_stub_is_disposed_of_at_the_end_of_its_block() {
    let _ = family(
        MAKER,
        "const stub = child(env); let kept; const seen = [];
         { using thing = await stub.make(1); kept = thing; seen.push(await thing.id()) }
         { using both = await stub.both(2, 3); seen.push(both.n) }
         return [seen, await caught(() => kept.id()), (await stub.disposed()).sort()]",
    )
    .run()
    .await
    .expect_ok(json!([[1, 1], ["Error", DISPOSED], [1, 2, 3]]));
}

#[tokio::test]
async fn a_call_that_waits_for_nothing_is_hung_and_so_is_its_caller_told() {
    let run = family(
        "export default { never() { return new Promise(() => {}) } }",
        "return (await caught(() => child(env).never()))[1]",
    )
    .run()
    .await
    .json();
    assert!(run.as_str().is_some_and(|text| text.contains("the code had hung")), "{run}");
    let alone = lone("export default { run() { return new Promise(() => {}) } }").run().await;
    assert!(alone.error().to_string().contains("the code had hung"));
}

#[tokio::test]
async fn a_call_of_the_same_worker_that_waits_for_nothing_is_hung() {
    let run = lone(
        "const wake = [];
         export class E extends WorkerEntrypoint {
             never() { return new Promise(() => {}) }
             through(n) { return n ? this.ctx.exports.E.through(n - 1) : this.never() }
             wait() { return new Promise((resolve) => wake.push(resolve)) }
             wake(value) { wake.shift()(value) } }
         export default { async run(_, env, ctx) {
             const { E } = ctx.exports, told = [];
             for (const call of [E.never(), E.through(3), E.wait()]) {
                 told.push((await call.catch((e) => e.message)).includes('the code had hung'));
             }
             wake.length = 0;
             // One that the others may wake goes on.
             const waiting = E.wait();
             await E.wake('woken');
             return [...told, await waiting];
         } }",
    )
    .run()
    .await;
    let _ = run.expect_ok(json!([true, true, true, "woken"]));
}

const SELF: &str = "
    class Thing extends RpcTarget { never() { return new Promise(() => {}) } echo(x) { return x } list() { return [this, this] } }
    export class E extends WorkerEntrypoint {
        thing() { return new Thing() } things() { return [new Thing(), new Thing()] } list() { return [1, 2] }
        never() { return new Promise(() => {}) } later() { return scheduler.wait(5).then(() => 'later') } with(f) { return f() } }
    const hung = (call) => Promise.resolve(call).then(() => 'answered', (e) => e.message.includes('the code had hung'));";

#[tokio::test]
async fn objects_that_only_the_worker_itself_holds_wake_nothing() {
    let _ = lone(&format!(
        "{SELF}
         export default {{ async run(_, env, ctx) {{
             const {{ E }} = ctx.exports, told = [], own = new RpcStub(new Thing()), thing = await E.thing();
             const kept = E.thing(); await kept.echo(1);
             const never = () => new Promise(() => {{}});
             for (const call of [E.never(), thing.never(), own.never(), E.thing().never(), E.never().more.of.it(),
                 E.with(never), E.with(() => thing.never()), kept.never()]) told.push(await hung(call));
             return [told, await thing.echo(await E.later()), await own.echo(2)];
         }} }}",
    ))
    .limits(|limits| limits.concurrency(4))
    .run()
    .await
    .expect_ok(json!([[true, true, true, true, true, true, true, true], "later", 2]));
}

#[tokio::test]
async fn a_mapper_that_waits_for_its_own_worker_is_hung() {
    let _ = lone(&format!(
        "{SELF}
         export default {{ async run(_, env, ctx) {{
             const {{ E }} = ctx.exports, told = [];
             for (const call of [E.list().map((n) => E.never())]) {{
                 told.push(await hung(call));
             }}
             return [told, await E.list().map((n) => [n, E.later()])];
         }} }}",
    ))
    .code(|code| code.map_promises(true))
    .run()
    .await
    .expect_ok(json!([[true], [[1, "later"], [2, "later"]]]));
}

#[tokio::test]
async fn a_call_of_itself_that_a_child_can_wake_is_not_hung() {
    let _ = family(
        "export default class extends WorkerEntrypoint { keep(f) { const kept = f.dup(); this.ctx.waitUntil(scheduler.wait(20).then(() => kept())); } }",
        "let wake; const woken = new Promise((resolve) => { wake = resolve });
         class Own extends RpcTarget { wait() { return woken } }
         const own = new RpcStub(new Own()), f = () => wake('woken');
         await child(env).keep(f);
         return [await own.wait(), await own.wait()]",
    )
    .run()
    .await
    .expect_ok(json!(["woken", "woken"]));

    // The child reaches an entrypoint, which is in no table of exported objects.
    let _ = family_js(
        "export default class extends WorkerEntrypoint {
            go() { this.ctx.waitUntil(scheduler.wait(20).then(() => this.env.CALLER.wake())); } }",
        "let wake; const woken = new Promise((resolve) => { wake = resolve });
         class Own extends RpcTarget { wait() { return woken } }
         export class Waker extends WorkerEntrypoint { wake() { wake('called') } }
         export default { async run(_, env, ctx) {
             const own = new RpcStub(new Own()), stub = child(env, { env: { CALLER: ctx.exports.Waker({}) } });
             await stub.go();
             return own.wait();
         } };",
    )
    .run()
    .await
    .expect_ok("called");
}

#[tokio::test]
async fn a_call_that_a_live_stub_can_wake_is_not_hung() {
    let worker = lone(
        "let wake; export default {
            handle() { return () => wake('woken') },
            wait() { return new Promise((resolve) => { wake = resolve }) } }",
    )
    .worker();
    let entrypoint = worker.entrypoint();
    let wake: Stub = soon(entrypoint.call("handle", ())).await.expect("a stub");
    let waiting = tokio::spawn(entrypoint.call::<String>("wait", ()));
    // The stub is called after this call, which has therefore begun.
    tokio::task::yield_now().await;
    soon(async {
        while soon(wake.call_function::<()>(())).await.is_err() {
            tokio::task::yield_now().await;
        }
    })
    .await;
    assert_eq!(soon(waiting).await.expect("no panic").expect("an answer"), "woken");
    // Without the stub, the same call is hung.
    drop(wake);
    let error = soon(entrypoint.call::<String>("wait", ())).await.expect_err("nothing can wake it");
    assert!(error.to_string().contains("the code had hung"), "{error}");
}

#[tokio::test]
async fn two_sandboxes_that_wait_for_each_other_end_at_their_deadline() {
    let _ = family(
        "export default class extends WorkerEntrypoint { cross(f) { return f() } }",
        "let own; own = child(env).cross(() => own); return own",
    )
    .limits(|limits| limits.wall(std::time::Duration::from_millis(100)))
    .run()
    .await
    .expect_limit(LimitKind::Wall);
}

#[tokio::test]
async fn wait_until_keeps_a_call_open_in_a_child_too() {
    let worker = lone(
        "let done = []; export default class extends WorkerEntrypoint {
            run() { this.ctx.waitUntil((async () => { await new Promise((r) => setTimeout(r, 1)); done.push('late') })()); return done.length }
            done() { return done } }",
    )
    .worker();
    // A report waits for `waitUntil`, and `Entrypoint::call` does not.
    let _ = call(&worker, ()).await.expect_ok(0);
    let _ = run(&worker.entrypoint(), Some("done"), ()).await.expect_ok(["late"]);
    let _ = family(
        "let finish; const finished = new Promise((resolve) => finish = resolve);
         export default class extends WorkerEntrypoint {
            run(f) { f = f.dup(); this.ctx.waitUntil((async () => { await new Promise((r) => setTimeout(r, 1)); finish(await f()) })()); return 'first' }
            finished() { return finished } }",
        "const stub = child(env); return [await stub.run(() => 'called back'), await stub.finished()]",
    )
    .run()
    .await
    .expect_ok(["first", "called back"]);
}
