//! Sandboxes that only hold one another end. Sandboxes that somebody needs do not.

use isolet::{Engine, Stub, Worker};

use crate::family::{family, lone};
use crate::harness::{call, fresh_engine, run, soon};

/// Waits until that many sandboxes are alive. For 0, also waits until the engine keeps no bytes and
/// no slots.
async fn settles(engine: &Engine, sandboxes: u64) {
    soon(async {
        while engine.stats().sandboxes != sandboxes {
            tokio::task::yield_now().await;
        }
        while sandboxes == 0 && engine.stats().bytes + engine.stats().slots > 0 {
            tokio::task::yield_now().await;
        }
    })
    .await;
}

/// Keeps every value that it receives.
const KEEPER: &str = "const kept = [];
    export class Target extends WorkerEntrypoint { fn() { return () => 1 } keep(x) { kept.push(x.dup()) } }
    export default class extends WorkerEntrypoint {
        keep(x) { kept.push(x.dup()); return kept.length }
        give() { return () => 'given' }
        use() { return kept[0]() }
        async promise() { const p = this.ctx.exports.Target.fn(); await this.ctx.exports.Target.keep(p); await p }
        async stream() { const t = new TransformStream(); kept.push(await this.ctx.exports.default.echo(t.readable), t) }
        echo(x) { return x }
        async props(me) { kept.push(this.ctx.exports.Target({ props: { me } })); await kept[0].fn() }
        async watched() { const f = await this.ctx.exports.Target.fn(); f.onRpcBroken(() => 0); kept.push(f.dup()) }
        waits() { this.ctx.waitUntil(new Promise(() => {})); kept.push(this.ctx.exports.default); return kept[0].echo(1) }
    };";

/// Asserts that the children end when `body` has returned, whatever they keep.
async fn ends_after(body: &str) {
    let engine = fresh_engine();
    let worker = family(KEEPER, body).engine(&engine).worker();
    let _ = call(&worker, ()).await.expect_ok("done");
    settles(&engine, 1).await;
    // The parent is not affected.
    let _ = call(&worker, ()).await.expect_ok("done");
    drop(worker);
    settles(&engine, 0).await;
}

#[tokio::test]
async fn a_child_that_keeps_something_of_its_own() {
    for method in ["promise", "stream", "watched", "waits"] {
        ends_after(&format!("await child(env).{method}(); return 'done'")).await;
    }
    ends_after("const e = child(env); await e.props(e); return 'done'").await;
    ends_after("const e = child(env); await e.keep(e); return 'done'").await;
}

#[tokio::test]
async fn children_that_keep_one_another() {
    ends_after(
        "const [a, b] = [child(env), child(env)];
         await a.keep(await b.give()); await b.keep(await a.give()); return 'done'",
    )
    .await;
    ends_after(
        "const all = [child(env), child(env), child(env)];
         for (let i = 0; i < 3; i++) await all[i].keep(all[(i + 1) % 3]); return 'done'",
    )
    .await;
}

/// Only another child holds the callback, and that child is needed.
#[tokio::test]
async fn a_callback_outlives_all_but_who_keeps_it() {
    let engine = fresh_engine();
    let worker = family(
        KEEPER,
        "globalThis.room ??= child(env).dup();
         if (arg) { const guest = child(env); await room.keep(await guest.give()); return 'kept' }
         return room.use()",
    )
    .engine(&engine)
    .worker();
    let _ = call(&worker, true).await.expect_ok("kept");
    for _ in 0..3 {
        for _ in 0..1_000 {
            tokio::task::yield_now().await;
        }
        let _ = call(&worker, false).await.expect_ok("given");
    }
    assert_eq!(engine.stats().sandboxes, 3);
    drop(worker);
    settles(&engine, 0).await;
}

fn keeper(engine: &Engine) -> Worker {
    lone(KEEPER).engine(engine).worker()
}

#[tokio::test]
async fn workers_of_rust_that_keep_one_another() {
    let engine = fresh_engine();
    let (one, two) = (keeper(&engine), keeper(&engine));
    let give = async |worker: &Worker| -> Stub {
        soon(worker.entrypoint().call("give", ())).await.expect("a function")
    };
    let (first, second) = (give(&one).await, give(&two).await);
    let _ = run(&one.entrypoint(), Some("keep"), (&second,)).await.expect_ok(1);
    let _ = run(&two.entrypoint(), Some("keep"), (&first,)).await.expect_ok(1);
    drop((first, second));
    // Rust holds the workers.
    let _ = run(&one.entrypoint(), Some("use"), ()).await.expect_ok("given");
    drop(one);
    let _ = run(&two.entrypoint(), Some("use"), ()).await.expect_ok("given");
    assert_eq!(engine.stats().sandboxes, 2);
    drop(two);
    settles(&engine, 0).await;
}

#[tokio::test]
async fn a_worker_of_rust_that_keeps_itself() {
    let engine = fresh_engine();
    let worker = keeper(&engine);
    let itself = worker.entrypoint().stub();
    let _ = run(&worker.entrypoint(), Some("keep"), (&itself,)).await.expect_ok(1);
    drop(itself);
    let _ = run(&worker.entrypoint(), Some("promise"), ()).await.expect_undefined();
    drop(worker);
    settles(&engine, 0).await;
}
