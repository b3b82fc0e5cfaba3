//! Release of what others drop, or of what was never sent.

use isolet::LimitKind;
use serde_json::json;

use crate::family::family;
use crate::harness::torture;

const CALLEE: &str = "export default class extends WorkerEntrypoint {
    ignore() { return 1 }
    async ask(callback, times) { for (let n = 0; n < times; n++) await callback(); return times }
    large() { const bytes = new Uint8Array(1 << 20); return { give: () => bytes, text: 'x'.repeat(5000) } }
};";

/// A receiver that drops a stream runs code of the sender. The sender pays for it, and not the
/// sandbox of the sender, which has little fuel of its own.
#[tokio::test]
async fn streams_that_others_drop_are_paid_for_by_who_sent_them() {
    let many = "const stub = child(env);
        const make = () => new ReadableStream({ pull(c) { c.enqueue(new Uint8Array(1)); c.close() } });
        for (let n = 0; n < arg; n++) await stub.ignore(make());
        return stub.ask(make, arg)";
    let count = if torture() { 50 } else { 600 };
    let _ = family(CALLEE, many).arg(count).run().await.expect_ok(count);

    let dear = "let sum = 0, done;
        const cancelled = new Promise((resolve) => { done = resolve });
        await child(env).ignore(new ReadableStream({ cancel() { for (let n = 0; n < 1_000_000; n++) sum += n; done() } }));
        await cancelled;
        return sum";
    let _ = family(CALLEE, dear).run().await.expect_ok(499_999_500_000_u64);
    let bounded = family(CALLEE, dear).limits(|limits| limits.fuel(20_000_000)).run().await;
    let _ = bounded.expect_limit(LimitKind::Fuel);
}

/// A message that the host refuses to pass on has offered its objects all the same.
#[tokio::test]
async fn what_a_refused_message_offers_is_let_go() {
    let _ = family(
        CALLEE,
        "const within = child(env), beyond = child(env, { limits: { outputBytes: 1000, memoryBytes: 16 << 20 } });
         const { text } = await within.large(), told = new Set();
         for (let n = 0; n < 40; n++) told.add((await caught(() => beyond.large()))[1].includes('output limit'));
         return [text.length, [...told], await beyond.ignore()]",
    )
    .run()
    .await
    .expect_ok(json!([5000, [true], 1]));
}
