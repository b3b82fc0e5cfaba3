//! Rust objects that JavaScript calls.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use isolet::{Answer, Capability, Thrown, Value};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::harness::{Case, assert_alive, call, run};

struct Room {
    posts: AtomicU32,
}

impl Room {
    fn new() -> Arc<Self> {
        Arc::new(Self { posts: AtomicU32::new(0) })
    }
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Options {
    to_member: Option<String>,
    times: u32,
}

/// A type without a JSON Schema.
#[derive(Debug, Serialize, Deserialize)]
struct Bare(u8);

#[derive(Debug)]
struct RoomClosed;

impl From<RoomClosed> for Thrown {
    fn from(_: RoomClosed) -> Self {
        Self::named("RoomError", "the room is closed")
    }
}

/// A chat room.
#[isolet::capability(name = "ChatRoom")]
impl Room {
    /// Posts a message and answers its number.
    pub async fn post_message(&self, text: String, options: Option<Options>) -> String {
        let number = self.posts.fetch_add(1, Ordering::SeqCst) + 1;
        let options = options.map(|o| format!("{:?} x{}", o.to_member, o.times));
        format!("{number}: {text} {}", options.unwrap_or_default()).trim_end().to_owned()
    }

    pub async fn closed(&self) -> Result<u32, RoomClosed> {
        Err(RoomClosed)
    }

    pub async fn plain_error(&self) -> Result<u32, std::io::Error> {
        Err(std::io::Error::other("the disk is full"))
    }

    pub async fn type_error(&self) -> Result<u32, Thrown> {
        Err(Thrown::type_error("not like this"))
    }

    pub async fn add(&self, left: i32, right: i32) -> i32 {
        left + right
    }

    pub fn count(&self) -> u32 {
        self.posts.load(Ordering::SeqCst)
    }

    pub async fn echo(&self, value: serde_json::Value) -> serde_json::Value {
        value
    }

    pub async fn bare(&self, value: Bare) -> Result<Bare, Thrown> {
        Ok(value)
    }

    pub async fn nothing(&self) {}

    pub async fn maybe(&self, some: bool) -> Option<u8> {
        some.then_some(1)
    }

    pub async fn large(&self) -> u64 {
        u64::MAX
    }

    #[capability(name = "renamed")]
    pub async fn other(&self) -> &'static str {
        "renamed"
    }

    #[capability(skip)]
    pub fn skipped(&self) -> u32 {
        self.count()
    }

    pub(crate) fn hidden(&self) -> u32 {
        self.skipped()
    }
}

fn with_room(body: &str) -> Case {
    Case::body(&format!("const room = env.ROOM; {body}")).env("ROOM", Room::new())
}

#[tokio::test]
async fn methods_have_their_javascript_names_and_typed_arguments() {
    let _ = with_room(
        "return [
            await room.postMessage('hi'),
            await room.postMessage('again', { toMember: 'bob', times: 2 }),
            await room.postMessage('x', null), await room.add(40, 2), await room.count(),
            await room.renamed(), await room.maybe(true), await room.maybe(false),
            typeof await room.large(), await room.add(1, 2, 'more'),
         ]",
    )
    .run()
    .await
    .expect_ok(json!([
        "1: hi",
        "2: again Some(\"bob\") x2",
        "3: x",
        42,
        3,
        "renamed",
        1,
        null,
        "bigint",
        3
    ]));
    assert_eq!(Room::new().hidden(), 0);
}

#[tokio::test]
async fn nothing_is_undefined() {
    let _ = with_room("return (await room.nothing()) === undefined").run().await.expect_ok(true);
}

#[tokio::test]
async fn data_survives_the_way_there_and_back() {
    let data = json!({ "list": [1, 2.5, "x", null, true], "deep": { "deep": { "deep": [] } } });
    let _ = with_room("return room.echo(arg)").arg(&data).run().await.expect_ok(data);
}

#[tokio::test]
async fn what_rust_returns_as_an_error_is_thrown_with_its_name() {
    for (method, name, message) in [
        ("closed", "RoomError", "the room is closed"),
        ("plainError", "Error", "the disk is full"),
        ("typeError", "TypeError", "not like this"),
    ] {
        let body = format!(
            "try {{ await room.{method}() }} catch (e) {{ return [e.name, e.message, e instanceof Error] }}"
        );
        let _ = with_room(&body).run().await.expect_ok(json!([name, message, true]));
        // An uncaught error is the error of the call.
        let _ = with_room(&format!("await room.{method}()"))
            .run()
            .await
            .expect_exception(name, message);
    }
    let _ = with_room("try { await room.typeError() } catch (e) { return e instanceof TypeError }")
        .run()
        .await
        .expect_ok(true);
}

#[tokio::test]
async fn wrong_arguments_are_a_type_error_that_names_the_parameter() {
    for (call, message) in [
        ("room.add('1', 2)", "add: parameter \"left\""),
        ("room.add(1)", "add: parameter \"right\" is missing"),
        ("room.add(1, 2.5)", "add: parameter \"right\""),
        ("room.add(1, 2 ** 40)", "add: parameter \"right\""),
        ("room.postMessage()", "postMessage: parameter \"text\" is missing"),
        ("room.postMessage(3)", "postMessage: parameter \"text\""),
        ("room.postMessage('x', { times: 'two' })", "postMessage: parameter \"options\""),
    ] {
        let run = with_room(&format!("return {call}")).run().await;
        let _ = run.expect_exception("TypeError", message);
    }
    assert_alive().await;
}

#[tokio::test]
async fn methods_that_are_not_there() {
    for method in ["missing", "skipped", "hidden", "post_message"] {
        let run = with_room(&format!("return room[{method:?}]()")).run().await;
        let text = format!("The RPC receiver does not implement the method \"{method}\".");
        let _ = run.expect_exception("TypeError", &text);
    }
}

#[tokio::test]
async fn arguments_that_cannot_be_cloned_reject_the_call() {
    let _ = with_room(
        "const promise = room.echo(Symbol('x')); try { await promise } catch (e) { return e.name }",
    )
    .run()
    .await
    .expect_ok("DataCloneError");
    let _ = with_room("const o = {}; o.o = o; return room.echo(o)")
        .run()
        .await
        .expect_exception("TypeError", "echo: parameter \"value\"");
}

#[tokio::test]
async fn a_stub_is_no_promise_and_can_be_awaited() {
    let _ = with_room("const stub = await room; return [stub === room, await stub.add(1, 1)]")
        .run()
        .await
        .expect_ok(json!([true, 2]));
    let _ = with_room("const { add } = room; return add(1, 1)").run().await.expect_ok(2);
}

#[tokio::test]
async fn a_stub_can_be_printed() {
    let run = with_room("console.log(room, room.add); return 1").run().await.expect_ok(1);
    assert_eq!(run.logs().len(), 1);
}

#[tokio::test]
async fn a_thousand_calls_in_sequence() {
    let run =
        with_room("let n = 0; for (let i = 0; i < 1000; i++) n = await room.add(n, 1); return n")
            .run()
            .await;
    assert_eq!(run.0.usage.capability_calls, 1000);
    let _ = run.expect_ok(1000);
}

#[tokio::test]
async fn capabilities_can_be_called_while_the_worker_loads() {
    let source = "
        import { env } from 'cloudflare:workers';
        import * as isolet from 'isolet:workers';
        const loaded = await env.ROOM.postMessage('loading');
        export default { run() { return [loaded, env === isolet.env] } }";
    let _ = Case::js(source)
        .env("ROOM", Room::new())
        .run()
        .await
        .expect_ok(json!(["1: loading", true]));
    let _ = Case::js(source)
        .env("ROOM", Room::new())
        .fresh()
        .run()
        .await
        .expect_ok(json!(["1: loading", true]));
}

/// Implements [`Capability`] without the macro.
struct Raw;

impl Capability for Raw {
    fn call(self: Arc<Self>, method: &str, arguments: Value) -> Answer {
        let method = method.to_owned();
        Box::pin(async move {
            match method.as_str() {
                "arguments" => Ok(arguments),
                "panic" => panic!("a capability that panics"),
                "name" => Err(Thrown::named("__proto__", "\u{1b}[31m\nred")),
                _ => Err(Thrown::no_method(&method)),
            }
        })
    }
}

#[tokio::test]
async fn a_capability_sees_the_arguments_as_they_are() {
    let _ = Case::body(
        "const o = { map: new Map([[1, new Set([2n])]]), u: undefined, d: new Date(5) }; o.o = o;
         const [back, second] = await env.RAW.arguments(o, -0);
         return back.o === back && back.map.get(1).has(2n) && 'u' in back && back.d.getTime() === 5
            && Object.is(second, -0)",
    )
    .env("RAW", Raw)
    .run()
    .await
    .expect_ok(true);
}

#[tokio::test]
async fn the_name_of_an_error_is_only_text() {
    let _ = Case::body(
        "try { await env.RAW.name() } catch (e) { return [e.name, e.message, typeof e.stack] }",
    )
    .env("RAW", Raw)
    .run()
    .await
    .expect_ok(json!(["__proto__", "\u{1b}[31m\nred", "string"]));
}

#[tokio::test]
async fn a_capability_that_panics_fails_its_call_and_no_more() {
    let worker = Case::js(
        "let calls = 0; export default { run(panic, env) { calls++; return panic ? env.RAW.panic() : calls } }",
    )
    .env("RAW", Raw)
    .worker();
    // Untrusted code must not read the message of the panic.
    let broken = call(&worker, true).await.expect_exception("Error", "panicked");
    assert!(!broken.exception().message.contains("a capability that panics"));
    let _ = call(&worker, false).await.expect_ok(2);
    assert_alive().await;
}

#[tokio::test]
async fn methods_that_compute_do_not_need_async() {
    let _ = with_room("await room.postMessage('x'); return room.count()").run().await.expect_ok(1);
}

#[tokio::test]
async fn the_declaration_of_a_block_says_what_javascript_sees() {
    let declaration = Room { posts: AtomicU32::new(0) }.declaration().expect("a declaration");
    for line in [
        "export interface ChatRoom {",
        "  postMessage(text: string, options?: Options): Promise<string>;",
        "  add(left: number, right: number): Promise<number>;",
        "  renamed(): Promise<string>;",
        "  toMember?: string | null;",
        "  bare(value: unknown): Promise<unknown>;",
    ] {
        assert!(declaration.contains(line), "{line}\n{declaration}");
    }
    assert!(!declaration.contains("skipped") && !declaration.contains("hidden"), "{declaration}");
}

#[tokio::test]
async fn the_declaration_can_be_imported_by_typescript() {
    let declaration = Room { posts: AtomicU32::new(0) }.declaration().expect("a declaration");
    let worker = Case::ts(
        "import type { ChatRoom } from './room.ts';
         interface Env { ROOM: ChatRoom }
         export default {
            async run(_: void, env: Env): Promise<string> { return env.ROOM.postMessage('typed') }
         }",
    )
    .file("room.ts", declaration)
    .env("ROOM", Room::new())
    .worker();
    let _ = run(&worker.entrypoint(), Some("run"), ()).await.expect_ok("1: typed");
}
