//! A tool's run counts for the call that it is part of.

use isolet::{LimitKind, Limits, Stub};
use serde_json::json;

use crate::harness::{Case, Run};
use crate::tools::{CAT, LOOP, case, options, program, tool};

/// Takes some 60 million operations.
const COUNT: &str = "(local.set $n (i32.const 10000000))
    (loop $again (local.set $n (i32.sub (local.get $n) (i32.const 1))) (br_if $again (local.get $n)))";

/// Writes 16 KiB to the output, again and again.
const FLOOD: &str =
    "(loop $again (drop (call $write (i32.const 1) (i32.const 0) (i32.const 16384))) (br $again))";

/// Writes a byte and waits for its input, which ends.
const WRITE_AND_LOOP: &str = "(drop (call $write (i32.const 1) (i32.const 0) (i32.const 1)))
    (loop $again (br $again))";

/// Grows the memory by that many pages of 64 KiB.
fn grow(pages: u32) -> String {
    format!("(if (i32.eq (memory.grow (i32.const {pages})) (i32.const -1)) (then (unreachable)))")
}

async fn within(body: &str, program: &str, limits: impl FnOnce(Limits) -> Limits) -> Run {
    let tool = tool(program, options().output_bytes(1 << 30));
    case(tool, body).limits(limits).run().await
}

#[tokio::test]
async fn operations_count_for_the_call() {
    let runs =
        |count: u32| format!("for (let n = 0; n < {count}; n++) await T.run(); return 'done'");
    let _ = within(&runs(1), COUNT, |limits| limits.fuel(200_000_000)).await.expect_ok("done");
    let _ = within(&runs(4), COUNT, |limits| limits.fuel(200_000_000))
        .await
        .expect_limit(LimitKind::Fuel);
    let _ = within(&runs(4), COUNT, |limits| limits.fuel(500_000_000)).await.expect_ok("done");
}

#[tokio::test]
async fn a_loop_ends_with_the_fuel_of_the_call() {
    // The limits of the tool itself allow more.
    for start in ["await T.run()", "const { process } = await T.start(); await process.wait()"] {
        let _ = within(start, LOOP, |limits| limits.fuel(100_000_000))
            .await
            .expect_limit(LimitKind::Fuel);
    }
}

/// Runs that are killed count for at least a slice of 100,000 operations.
#[tokio::test]
async fn runs_that_are_killed_count_for_the_call() {
    let kill = |count: u32| {
        format!(
            "for (let n = 0; n < {count}; n++) {{
               const {{ process, stdout }} = await T.start();
               await stdout.getReader().read();
               await process.kill();
             }}
             return 'done'"
        )
    };
    let limits = |limits: Limits| limits.fuel(20_000_000);
    let _ = within(&kill(2), WRITE_AND_LOOP, limits).await.expect_ok("done");
    let _ = within(&kill(1_000), WRITE_AND_LOOP, limits).await.expect_limit(LimitKind::Fuel);
}

#[tokio::test]
async fn a_child_is_paid_for_by_its_parent() {
    let child = "export default { run: async (_, { T }) => (await T.run()).exitCode }";
    let body = format!(
        "const modules = {{ 'child.js': {} }};
         for (let n = 0; n < arg; n++) {{
           const worker = env.LOADER.load({{ compatibilityDate: '2026-01-01', mainModule: 'child.js',
             modules, env: {{ T: env.T }} }});
           await worker.getEntrypoint().run();
         }}
         return 'done'",
        json!(child)
    );
    let run = async |times: u32| {
        let case = Case::body(&body).arg(times).code(|code| code.loader("LOADER"));
        let case = case.env("T", Stub::new(tool(COUNT, options())));
        case.limits(|limits| limits.fuel(200_000_000)).run().await
    };
    let _ = run(1).await.expect_ok("done");
    let _ = run(4).await.expect_limit(LimitKind::Fuel);
}

const ANSWER: &str =
    "T.run().then((r) => r.exitCode, (e) => [e.code, e.message.includes('tree_memory')])";

#[tokio::test]
async fn memory_counts_for_the_tree() {
    let answer = format!("return [await {ANSWER}, await {ANSWER}]");
    let exceeded = json!(["ERR_TOOL_MEMORY", true]);
    let tree = |limits: Limits| limits.memory_bytes(64 << 20).tree_memory_bytes(100 << 20);
    let _ = within(&answer, &grow(800), tree).await.expect_ok(json!([0, 0]));
    let _ = within(&answer, &grow(2000), tree).await.expect_ok(json!([exceeded, exceeded]));
    // Two at a time need twice as much.
    let both = format!("return (await Promise.all([{ANSWER}, {ANSWER}])).map(String).sort()");
    let held = format!(
        "{} (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1)))
         (loop $again (br_if $again (call $read (i32.const 0))))",
        grow(800)
    );
    // The first one has its memory when it writes, and keeps it until its input ends.
    let second = format!(
        "let release; const gate = new Promise((done) => {{ release = done }});
         const stdin = new ReadableStream({{ async pull(c) {{ await gate; c.close() }} }});
         const first = await T.start([], {{ stdin }});
         await first.stdout.getReader().read();
         const second = await {ANSWER};
         release();
         return [second, (await first.process.wait()).exitCode]"
    );
    let _ = within(&both, &grow(400), tree).await.expect_ok(json!(["0", "0"]));
    let _ = within(&second, &held, tree).await.expect_ok(json!([exceeded, 0]));
}

#[tokio::test]
async fn output_counts_for_the_tree() {
    let answer = format!("return {ANSWER}");
    let tree = |limits: Limits| limits.memory_bytes(64 << 20).tree_memory_bytes(80 << 20);
    let _ = within(&answer, FLOOD, tree).await.expect_ok(json!(["ERR_TOOL_MEMORY", true]));
    let echo = "return (await T.run([], { stdin: 'x'.repeat(1 << 20) })).stdout.length";
    let _ = within(echo, CAT, tree).await.expect_ok(1 << 20);
}

#[tokio::test]
async fn the_embedder_pays_nothing() {
    let stub = Stub::new(isolet::Tool::with_options(program(COUNT), options()).expect("a tool"));
    let answer: serde_json::Value = stub.call("run", ()).await.expect("it runs");
    assert_eq!(answer["exitCode"], 0);
}
