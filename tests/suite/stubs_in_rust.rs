//! Stubs as Rust values.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use isolet::{Answer, Bytes, Call, Capability, Engine, Stub, Thrown, Value, WorkerCode};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::family::{family, lone};
use crate::harness::{Case, call, config, engine, run, soon};

const COUNTER: &str = "
const disposed = [];
export class Counter extends RpcTarget {
    #n = 0; #name; constructor(name) { super(); this.#name = name }
    up(by = 1) { return this.#n += by } get value() { return this.#n } [Symbol.dispose]() { disposed.push(this.#name) } }
export default class extends WorkerEntrypoint {
    make(name) { return new Counter(name) }
    makeAll(...names) { return names.map((name) => new Counter(name)) }
    maybe(name) { return name === null ? null : new Counter(name) }
    record(name) { return { counter: new Counter(name), label: name, more: { list: [new Counter(name + '2')] } } }
    fn() { return (a, b) => a + b }
    async use(counter, by) { return counter.up(by) }
    async useAll(counters) { const out = []; for (const counter of counters) out.push(await counter.up()); return out }
    same(a) { return a }
    disposed() { return disposed }
};";

#[derive(Serialize, Deserialize)]
struct Record {
    counter: Stub,
    label: String,
    more: More,
}

#[derive(Serialize, Deserialize)]
struct More {
    list: Vec<Stub>,
}

async fn up(stub: &Stub) -> u32 {
    soon(stub.call("up", ())).await.expect("a number")
}

/// Waits until the worker has disposed of that many objects. It is told of each by an event.
async fn disposed(entrypoint: &isolet::Entrypoint, count: usize) -> Vec<String> {
    soon(async {
        loop {
            let names: Vec<String> = entrypoint.call("disposed", ()).await.expect("names");
            if names.len() >= count {
                return names;
            }
            tokio::task::yield_now().await;
        }
    })
    .await
}

#[tokio::test]
async fn a_stub_is_called_and_read_from_rust() {
    let entrypoint = lone(COUNTER).worker().entrypoint();
    let counter: Stub = soon(entrypoint.call("make", ("a",))).await.expect("a stub");
    assert_eq!((up(&counter).await, up(&counter).await), (1, 2));
    assert_eq!(soon(counter.get::<u32>("value")).await.expect("a value"), 2);
    let add: Stub = soon(entrypoint.call("fn", ())).await.expect("a stub");
    assert_eq!(soon(add.call_function::<u32>((40, 2))).await.expect("a number"), 42);
    let error = soon(counter.call::<()>("none", ())).await.expect_err("there is none");
    assert!(error.to_string().contains("The RPC receiver does not implement the method \"none\"."));
}

#[tokio::test]
async fn stubs_are_anywhere_in_results() {
    let entrypoint = lone(COUNTER).worker().entrypoint();
    let all: Vec<Stub> = soon(entrypoint.call("makeAll", ("a", "b", "c"))).await.expect("stubs");
    assert_eq!(all.len(), 3);
    assert_eq!((up(&all[2]).await, up(&all[2]).await, up(&all[0]).await), (1, 2, 1));
    let none: Option<Stub> = soon(entrypoint.call("maybe", (None::<u8>,))).await.expect("none");
    assert!(none.is_none());
    let some: Option<Stub> = soon(entrypoint.call("maybe", ("m",))).await.expect("some");
    assert_eq!(up(&some.expect("a stub")).await, 1);
    let record: Record = soon(entrypoint.call("record", ("r",))).await.expect("a record");
    assert_eq!(
        (record.label.as_str(), up(&record.counter).await, up(&record.more.list[0]).await),
        ("r", 1, 1)
    );
    // A value that is not a stub is not taken for one.
    let error = soon(entrypoint.call::<Stub>("disposed", ())).await.expect_err("a list");
    assert!(matches!(error, isolet::Error::Decode(_)), "{error:?}");
}

#[tokio::test]
async fn stubs_are_anywhere_in_arguments() {
    let entrypoint = lone(COUNTER).worker().entrypoint();
    let a: Stub = soon(entrypoint.call("make", ("a",))).await.expect("a stub");
    let b: Stub = soon(entrypoint.call("make", ("b",))).await.expect("a stub");
    assert_eq!(soon(entrypoint.call::<u32>("use", (&a, 5))).await.expect("a number"), 5);
    let all: Vec<u32> =
        soon(entrypoint.call("useAll", (vec![a.clone(), b.clone()],))).await.expect("numbers");
    assert_eq!(all, [6, 1]);
    let map = BTreeMap::from([("a", Some(a.clone())), ("b", None)]);
    let back: BTreeMap<String, Option<Stub>> =
        soon(entrypoint.call("same", (map,))).await.expect("a map");
    assert!(back["b"].is_none());
    assert_eq!(up(back["a"].as_ref().expect("a stub")).await, 7);
}

#[tokio::test]
async fn a_stub_keeps_its_sandbox_alive() {
    let worker = lone(COUNTER).worker();
    let counter: Stub = soon(worker.entrypoint().call("make", ("a",))).await.expect("a stub");
    drop(worker);
    for expected in 1..=20 {
        assert_eq!(up(&counter).await, expected);
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_sandbox_that_nobody_holds_ends() {
    let engine = crate::harness::fresh_engine_of(1);
    let worker = lone(COUNTER).engine(&engine).worker();
    let counter: Stub = soon(worker.entrypoint().call("make", ("a",))).await.expect("a stub");
    drop(worker);
    let other = Case::body("return 1").engine(&engine).worker();
    assert!(matches!(call(&other, ()).await.error(), isolet::Error::Overloaded(_)));
    assert_eq!(up(&counter).await, 1);
    drop(counter);
    let _ = crate::harness::retry_overloaded(&other).await.expect_ok(1);
}

#[tokio::test]
async fn the_object_is_disposed_of_when_the_last_clone_is_dropped() {
    let entrypoint = lone(COUNTER).worker().entrypoint();
    let a: Stub = soon(entrypoint.call("make", ("a",))).await.expect("a stub");
    let b: Stub = soon(entrypoint.call("make", ("b",))).await.expect("a stub");
    let clone = a.clone();
    drop(a);
    drop(b);
    assert_eq!(disposed(&entrypoint, 1).await, ["b"]);
    assert_eq!(up(&clone).await, 1);
    drop(clone);
    assert_eq!(disposed(&entrypoint, 2).await, ["b", "a"]);
}

#[tokio::test]
async fn a_stub_passes_from_one_worker_to_another() {
    let owner = lone(COUNTER).worker().entrypoint();
    let counter: Stub = soon(owner.call("make", ("a",))).await.expect("a stub");
    let user = lone(COUNTER).worker().entrypoint();
    assert_eq!(soon(user.call::<u32>("use", (&counter, 2))).await.expect("a number"), 2);
    // The stub still refers to the same object after it has passed through the other sandbox and
    // back.
    let back: Stub = soon(user.call("same", (&counter,))).await.expect("a stub");
    drop(counter);
    assert_eq!(up(&back).await, 3);
    // A stub can also be in an environment.
    let holder = Case::body("return [await env.COUNTER.up(), await env.COUNTER.value]")
        .env("COUNTER", back.clone())
        .worker();
    let _ = call(&holder, ()).await.expect_ok([4, 4]);
    drop(back);
    let _ = call(&holder, ()).await.expect_ok([5, 5]);
    drop(holder);
    assert_eq!(disposed(&owner, 1).await, ["a"]);
}

#[tokio::test]
async fn calls_are_sent_when_they_are_made() {
    let entrypoint = lone(COUNTER).worker().entrypoint();
    let counter: Stub = soon(entrypoint.call("make", ("a",))).await.expect("a stub");
    let calls: Vec<_> = (0..20).map(|_| counter.call::<u32>("up", ())).collect();
    let mut got = Vec::new();
    for call in calls.into_iter().rev() {
        got.push(soon(call).await.expect("a number"));
    }
    got.reverse();
    assert_eq!(got, (1..=20).collect::<Vec<_>>());
}

#[tokio::test]
async fn an_entrypoint_is_a_stub() {
    let worker = lone(COUNTER).worker();
    let user = lone("export default { async run(maker) { const counter = await maker.make('x'); return [await counter.up(), await maker.make('y').up()] } }").worker();
    let _ =
        run(&user.entrypoint(), Some("run"), (worker.entrypoint().stub(),)).await.expect_ok([1, 1]);
}

/// Keeps stubs for workers.
#[derive(Default)]
struct Registry {
    kept: Mutex<Vec<Stub>>,
}

/// Any value, also one that has no Rust type.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
struct Any(#[schemars(with = "serde_json::Value")] Value);

#[isolet::capability(name = "Registry")]
impl Registry {
    pub fn keep(&self, stub: Stub, others: Option<Vec<Stub>>) -> usize {
        let mut kept = self.kept.lock().expect("a lock");
        kept.push(stub);
        kept.extend(others.into_iter().flatten());
        kept.len()
    }

    pub fn last(&self) -> Option<Stub> {
        self.kept.lock().expect("a lock").last().cloned()
    }

    pub async fn apply(&self, f: Stub, n: u32) -> Result<u32, isolet::Error> {
        f.call_function((n,)).await
    }

    pub fn own(&self) -> Stub {
        Stub::new(Registry::default())
    }

    pub fn echo(&self, value: Any) -> Any {
        value
    }

    pub fn reversed(&self, bytes: Bytes) -> Bytes {
        let mut bytes = bytes.into_vec();
        bytes.reverse();
        bytes.into()
    }
}

#[tokio::test]
async fn a_rust_capability_takes_and_returns_stubs() {
    let registry = Arc::new(Registry::default());
    let worker = lone(
        "export default { async run(arg, { REGISTRY }) {
            let n = 0; class T extends RpcTarget { up() { return ++n } }
            const seen = [await REGISTRY.last() === null || (await REGISTRY.last()) === undefined,
                await REGISTRY.keep(new T(), [() => 'f', new T()]), await REGISTRY.apply((n) => n * 2, 21)];
            const last = await REGISTRY.last();
            seen.push(await last.up(), await REGISTRY.last().up(), await REGISTRY.own().keep(last), await REGISTRY.own().last() ?? null);
            return seen } }",
    )
    .env("REGISTRY", Arc::clone(&registry))
    .worker();
    let _ = call(&worker, ()).await.expect_ok(json!([true, 3, 42, 1, 2, 1, null]));
    // A stub that was kept outlives the call.
    let kept = std::mem::take(&mut *registry.kept.lock().expect("a lock"));
    assert_eq!(up(&kept[0]).await, 3);
    assert_eq!(soon(kept[1].call_function::<String>(())).await.expect("text"), "f");
}

#[tokio::test]
async fn a_rust_capability_takes_values_and_bytes_as_they_are() {
    let _ = Case::body(
        "const { REGISTRY } = env;
         const value = { map: new Map([[1n, new Date(5)]]), set: new Set(['x']), u: undefined, f: () => 'called' }; value.self = value;
         const got = await REGISTRY.echo(value);
         const view = new Uint8Array([0, 1, 2, 3]).subarray(1);
         return [got.map.get(1n).getTime(), got.set.has('x'), 'u' in got, got.self === got, await got.f(),
            [...await REGISTRY.reversed(view)], [...await REGISTRY.reversed(view.buffer)],
            (await REGISTRY.reversed(view)) instanceof Uint8Array]",
    )
    .env("REGISTRY", Registry::default())
    .run()
    .await
    .expect_ok(json!([5, true, true, true, "called", [3, 2, 1], [3, 2, 1, 0], true]));
}

#[tokio::test]
async fn requests_responses_and_blobs_pass_through_rust() {
    let _ = Case::body(
        "const given = { headers: new Headers({ a: 'b' }), blob: new Blob(['x'], { type: 't/x' }),
            request: new Request('http://a/', { method: 'PUT', body: 'q' }), response: new Response('r', { status: 201 }) };
         const { headers, blob, request, response } = await env.REGISTRY.echo(given);
         return [headers instanceof Headers, headers.get('a'), blob instanceof Blob, blob.type, await blob.text(),
            request instanceof Request, request.method, await request.text(),
            response instanceof Response, response.status, await response.text()]",
    )
    .env("REGISTRY", Registry::default())
    .run()
    .await
    .expect_ok(json!([true, "b", true, "t/x", "x", true, "PUT", "q", true, 201, "r"]));
}

/// Returns what was asked of it.
struct Paths;

impl Capability for Paths {
    fn call(self: Arc<Self>, method: &str, arguments: Value) -> Answer {
        self.request(Call::method(method, arguments))
    }

    fn request(self: Arc<Self>, call: Call) -> Answer {
        let arguments = call.arguments.map(|arguments| arguments.to_json());
        let asked = Value::from_serialize(&(call.path.join("."), arguments));
        Box::pin(std::future::ready(asked.map_err(|error| Thrown::from(error.to_string()))))
    }
}

#[tokio::test]
async fn a_path_reaches_a_rust_capability_in_one_call() {
    let run = Case::body(
        "const { PATHS } = env; let deep = PATHS;
         for (let n = 0; n < 64; n++) deep = deep.x;
         let deeper; try { deeper = await deep.x() } catch (e) { deeper = e.message }
         return [await PATHS.a.b.c(1, 'two'), await PATHS.a.b, await PATHS(3), (await deep())[0].length, deeper]",
    )
    .env("PATHS", Paths)
    .run()
    .await
    .expect_ok(json!([
        ["a.b.c", "[1,\"two\"]"],
        ["a.b", null],
        ["", "[3]"],
        127,
        "RPC pipelined property path is too deep (max 64)."
    ]));
    assert_eq!(run.0.usage.capability_calls, 4);
}

/// Takes and makes any number of bytes.
struct Bulk;

#[isolet::capability]
impl Bulk {
    #[allow(clippy::needless_pass_by_value, reason = "what is called takes what it is sent")]
    pub fn size(&self, bytes: Bytes) -> usize {
        bytes.len()
    }

    pub fn make(&self, length: usize) -> Bytes {
        vec![0; length].into()
    }
}

#[tokio::test]
async fn a_message_to_or_from_a_rust_capability_is_at_most_32_mebibytes() {
    let engine = Engine::with_config(config().max_sandboxes(2).max_memory_bytes(512 << 20));
    let run = Case::body(
        "const most = (32 << 20) - 100, refused = (promise) => promise.then(() => 'no error', (e) => e.message);
         return [await env.BULK.size(new Uint8Array(most)), (await env.BULK.make(most)).length,
            await refused(env.BULK.size(new Uint8Array(32 << 20))), await refused(env.BULK.make(32 << 20))]",
    )
    .env("BULK", Bulk)
    .engine(&engine.expect("an engine"))
    .limits(|limits| limits.memory_bytes(512 << 20))
    .run()
    .await
    .json();
    assert_eq!((&run[0], &run[1]), (&json!((32 << 20) - 100), &json!((32 << 20) - 100)));
    for index in [2, 3] {
        let text = run[index].as_str().expect("text");
        assert!(
            text.starts_with("Serialized RPC arguments or return values are limited to 32MiB, but the size of this value was: 335544"),
            "{text}"
        );
    }
}

#[tokio::test]
async fn a_declaration_says_what_stubs_and_bytes_are() {
    let declaration = Registry::default().declaration().expect("a declaration");
    for line in [
        "keep(stub: RpcStub, others?: RpcStub[]): Promise<number>;",
        "own(): Promise<RpcStub>;",
        "reversed(bytes: Uint8Array): Promise<Uint8Array>;",
    ] {
        assert!(declaration.contains(line), "{line}\n{declaration}");
    }
}

#[tokio::test]
async fn a_declaration_says_where_a_stub_may_be_missing() {
    let declaration = Registry::default().declaration().expect("a declaration");
    assert!(declaration.contains("last(): Promise<RpcStub | null>;"), "{declaration}");
}

#[tokio::test]
async fn a_host_capability_reaches_a_child_by_its_env() {
    let _ = family(
        "export default { run(n, env) { return env.REGISTRY.apply((m) => m + 1, n) } }",
        "return child(env, { env: { REGISTRY: env.REGISTRY } }).run(41)",
    )
    .env("REGISTRY", Registry::default())
    .run()
    .await
    .expect_ok(42);
}

#[test]
fn stubs_can_be_sent_and_shared() {
    fn is<T: Send + Sync + Clone + 'static>() {}
    is::<Stub>();
    is::<Engine>();
}

#[tokio::test]
async fn a_stub_of_an_engine_works_in_a_worker_of_another() {
    let other = crate::harness::fresh_engine();
    let counter: Stub =
        soon(lone(COUNTER).engine(&other).worker().entrypoint().call("make", ("a",)))
            .await
            .expect("a stub");
    let code = WorkerCode::module("m.js", "export default { run(arg, env) { return env.C.up() } }")
        .env("C", counter);
    let worker = engine().loader().load(code).expect("a worker");
    let _ = call(&worker, ()).await.expect_ok(1);
}
