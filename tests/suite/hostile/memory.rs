//! Ways to make the host keep memory for a worker.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use isolet::{Bytes, LimitKind};
use serde_json::json;

use crate::family::{family, lone};
use crate::harness::{run, soon};

/// `props` may be as large as a message, and stay in the host.
#[tokio::test]
async fn props_of_many_entrypoints() {
    let worker = || {
        lone(
            "export class Named extends WorkerEntrypoint { size() { return this.ctx.props.bytes.length } }
             export default { async run(count, env, ctx) {
                 const bytes = new Uint8Array(4 << 20), kept = [];
                 for (let n = 0; n < count; n++) {
                     kept.push(ctx.exports.Named({ props: { bytes } }));
                     await kept[n].size();
                 }
                 return kept.length;
             } }",
        )
        .limits(|limits| limits.memory_bytes(64 << 20))
    };
    let _ = worker().arg(20).run().await.expect_ok(20);
    let refused = worker().arg(50).run().await;
    let _ = refused.expect_exception("Error", "keeps for the sandbox");
}

#[tokio::test]
async fn props_of_many_childrens_entrypoints() {
    let parent = || {
        family(
            "export default class extends WorkerEntrypoint { size() { return this.ctx.props.bytes.length } }",
            "const bytes = new Uint8Array(4 << 20), worker = load(env), kept = [];
             for (let n = 0; n < arg; n++) {
                 kept.push(worker.getEntrypoint(null, { props: { bytes } }));
                 await kept[n].size();
             }
             return kept.length",
        )
        .limits(|limits| limits.memory_bytes(64 << 20))
    };
    let _ = parent().arg(20).run().await.expect_ok(20);
    let _ = parent().arg(50).run().await.expect_exception("Error", "keeps for the sandbox");
}

/// Returns large answers at once.
struct Store(Arc<AtomicU64>);

#[isolet::capability]
impl Store {
    pub fn get(&self) -> Bytes {
        self.0.fetch_add(1, Ordering::Relaxed);
        vec![0; 1 << 20].into()
    }

    pub fn asked(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }

    pub fn nested(&self) -> serde_json::Value {
        json!({ "a": { "b": { "c": "x".repeat(1 << 20) } } })
    }
}

/// The host holds answers that nobody has taken.
#[tokio::test]
async fn answers_that_are_there_at_once_are_asked_for_as_they_are_taken() {
    let worker = lone(
        "export default {
             async run(count, env) {
                 let bytes = 0;
                 const add = (chunk) => { bytes += chunk.length };
                 await Promise.all(Array.from({ length: count }, () => env.STORE.get().then(add)));
                 return bytes;
             },
             asked: (_, env) => env.STORE.asked(),
         }",
    )
    .env("STORE", Store(Arc::default()))
    .limits(|limits| limits.memory_bytes(16 << 20))
    .worker();
    let entrypoint = worker.entrypoint();
    let all = run(&entrypoint, Some("run"), (500,));
    let asked = run(&entrypoint, Some("asked"), ((),));
    let (all, asked) = soon(async { tokio::join!(all, asked) }).await;
    let _ = all.expect_ok(500 << 20);
    let asked = asked.json().as_u64().expect("a number");
    assert!((1..100).contains(&asked), "{asked}");
}

/// The host resolves each pipelined path in an answer, before the caller has the answer.
#[tokio::test]
async fn what_is_asked_of_large_answers_is_paid_for() {
    let asking = |count: u32| {
        lone(
            "export default { async run(count, env) {
                 const answer = env.STORE.nested();
                 const asked = Array.from({ length: count }, () => answer.a.b.none());
                 const said = await Promise.allSettled(asked);
                 return said.at(-1).reason.message;
             } }",
        )
        .env("STORE", Store(Arc::default()))
        .limits(|limits| limits.fuel(100_000_000))
        .arg(count)
        .run()
    };
    let none = "The RPC receiver does not implement the method \"none\".";
    let _ = asking(10).await.expect_ok(none);
    let _ = asking(100).await.expect_limit(LimitKind::Fuel);
}

/// A worker that a child has loaded also counts for the loader of the child, because whoever holds
/// the worker need not hold the child any more.
#[tokio::test]
async fn what_children_load_for_their_parent() {
    let parent = || {
        family(
            "export default { async make(_, env) {
                 const modules = { 'm.js': 'export default { run() {} }', bytes: { data: new Uint8Array(4 << 20) } };
                 const made = env.LOADER.load({ mainModule: 'm.js', modules }).getEntrypoint('default', {});
                 await made.run();
                 return made;
             } }",
            "const kept = [];
             for (let n = 0; n < arg; n++) kept.push((await child(env, { env: { LOADER: env.LOADER } }).make()).dup());
             return kept.length",
        )
        .limits(|limits| limits.memory_bytes(32 << 20))
    };
    let _ = parent().arg(20).run().await.expect_ok(20);
    let _ = parent().arg(60).run().await.expect_exception("Error", "sandbox and all below it");
}
