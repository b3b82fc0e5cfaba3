//! The scope of a call: it outlives the call while others hold what the call has returned.

use isolet::LimitKind;
use serde_json::json;

use crate::family::{family, lone};

/// A worker that duplicates what it is given, and holds no duplicate.
const LEAKS: &str = "
    export default class extends WorkerEntrypoint {
        leak(stub) { stub.dup(); const { ctx } = this;
            return { noop() {}, again(stub) { stub.dup() }, wait: () => scheduler.wait(10_000), abort() { ctx.abort(new RangeError('enough')) } } }
        data(stub) { stub.dup(); return { n: 1 } }
        fails(stub) { stub.dup(); throw new Error('failed') }
        later(stub) { stub.dup(); this.ctx.waitUntil(scheduler.wait(5)); return 1 } }";

/// Defines `Thing`, whose instances record their disposal, and `settle()`.
const THING: &str = "
    const disposed = [];
    class Thing extends RpcTarget { #id; constructor(id) { super(); this.#id = id } [Symbol.dispose]() { disposed.push(this.#id) } }
    const settle = async () => { for (let turn = 0; turn < 3; turn++) await scheduler.wait(1) };
    const stub = child(env), seen = [];";

#[tokio::test]
async fn a_duplicate_that_nobody_holds_stays_while_others_hold_what_the_call_returned() {
    let body = format!(
        "{THING}
         const one = await stub.leak(new Thing('a')), kept = one.noop.dup();
         await one.again(new Thing('b'));
         await settle(); seen.push([...disposed]);
         one[Symbol.dispose]();
         await settle(); seen.push([...disposed]);
         await kept(); kept[Symbol.dispose]();
         await settle(); seen.push([...disposed].sort());
         return seen"
    );
    let _ = family(LEAKS, &body).run().await.expect_ok(json!([[], [], ["a", "b"]]));
}

#[tokio::test]
async fn it_ends_with_a_call_that_returns_only_data_or_fails() {
    let body = format!(
        "{THING}
         seen.push(await stub.data(new Thing('data')), await caught(() => stub.fails(new Thing('fails'))));
         await settle(); seen.push([...disposed]);
         seen.push(await stub.later(new Thing('later')), [...disposed]);
         await scheduler.wait(10); await settle(); seen.push([...disposed]);
         return seen"
    );
    let _ = family(LEAKS, &body).run().await.expect_ok(json!([
        { "n": 1 },
        ["Error", "failed"],
        ["data", "fails"],
        1,
        ["data", "fails"],
        ["data", "fails", "later"]
    ]));
}

#[tokio::test]
async fn ctx_abort_ends_the_scope_and_all_that_runs_in_it() {
    let body = format!(
        "{THING}
         const one = await stub.leak(new Thing('one')), other = await stub.leak(new Thing('other'));
         const waiting = caught(() => one.wait());
         seen.push(await caught(() => one.abort()), await waiting, await caught(() => one.noop()));
         await settle(); seen.push([...disposed], await other.noop());
         return seen"
    );
    let reason = json!(["RangeError", "enough"]);
    let _ =
        family(LEAKS, &body).run().await.expect_ok(json!([reason, reason, reason, ["one"], null]));
}

#[tokio::test]
async fn duplicates_that_were_disposed_of_take_no_memory() {
    let dup = |dispose: &str| {
        let body = format!(
            "const stub = new RpcStub(() => 1); for (let n = 0; n < 400_000; n++) stub.dup(){dispose}; return 'done'"
        );
        lone(&format!("export default {{ async run() {{ {body} }} }}"))
            .limits(|limits| limits.fuel(20_000_000_000).memory_bytes(12 << 20))
    };
    let _ = dup("[Symbol.dispose]()").run().await.expect_ok("done");
    let _ = dup("").run().await.expect_limit(LimitKind::Memory);
}

#[tokio::test]
async fn ctx_abort_ends_the_call_with_its_reason() {
    let worker = lone(
        "let timer = 'not fired', kept;
         export class E extends WorkerEntrypoint {
             async abort(reason) { setTimeout(() => { timer = 'fired' }, 1); this.ctx.abort(reason); await scheduler.wait(20); return 'late' }
             plain() { this.ctx.abort() } give() { const { ctx } = this; return { abort: () => ctx.abort(new RangeError('by its stub')), ok: () => 'ok' } }
             after() { this.ctx.waitUntil(scheduler.wait(1).then(() => { this.ctx.abort(new Error('late')); kept = 'aborted' })); return 'answered' }
             keep(stub) { kept = stub.dup(); this.ctx.abort('text') } }
         const caught = (p) => Promise.resolve(p).then((it) => it, (e) => [e.name, e.message, e.code]);
         export default { async run(_, env, ctx) {
             const { E } = ctx.exports, given = await E.give();
             const told = [await caught(E.abort(Object.assign(new RangeError('mine'), { code: 7 }))), await caught(E.plain()),
                 await caught(E.keep(() => 5)), await caught(given.abort()), await caught(given.ok()), await E.after()];
             await scheduler.wait(30);
             return [told, timer, kept];
         } }",
    );
    let _ = worker.run().await.expect_ok(json!([
        [
            ["RangeError", "mine", 7],
            ["Error", "The call was aborted by ctx.abort().", null],
            ["Error", "text", null],
            ["RangeError", "by its stub", null],
            ["RangeError", "by its stub", null],
            "answered"
        ],
        "not fired",
        "aborted"
    ]));
}
