//! Streams whose other end is a hostile peer.

use isolet::LimitKind;
use serde_json::json;

use crate::family::family;
use crate::streams::CHILD;

const NOT_BYTES: &str = "This ReadableStream did not return bytes.";

#[tokio::test]
async fn only_bytes_and_text_cross() {
    let _ = family(
        CHILD,
        "const stub = child(env), seen = [];
         for (const chunk of [7, null, {}, [1], new Date(0)]) {
             let cancelled;
             const stream = new ReadableStream({ start(c) { c.enqueue(chunk) }, cancel(reason) { cancelled = reason } });
             seen.push(await caught(() => stub.text(stream)), cancelled?.name);
         }
         const writer = (await stub.sink()).getWriter();
         seen.push(await caught(() => writer.write(7)));
         for (const chunk of ['hi', new Uint8Array([104, 105]), new Uint8Array([0, 104, 105, 0]).subarray(1, 3), new Uint8Array([104, 105]).buffer, new DataView(new Uint8Array([104, 105]).buffer)]) {
             seen.push(await stub.text(new ReadableStream({ start(c) { c.enqueue(new Uint8Array(0)); c.enqueue(chunk); c.close() } })));
         }
         return seen",
    )
    .run()
    .await
    .expect_ok(json!([
        ["TypeError", NOT_BYTES], "TypeError", ["TypeError", NOT_BYTES], "TypeError",
        ["TypeError", NOT_BYTES], "TypeError", ["TypeError", NOT_BYTES], "TypeError",
        ["TypeError", NOT_BYTES], "TypeError",
        ["TypeError", "This WritableStream only takes bytes: an ArrayBuffer or a view of one."],
        "hi", "hi", "hi", "hi", "hi",
    ]));
}

/// The peer implements the source of a stream, which may answer anything.
#[tokio::test]
async fn a_hostile_source() {
    let run = family(
        "export default class extends WorkerEntrypoint {
            huge() { return new ReadableStream({ pull(c) { c.enqueue(new Uint8Array(40 << 20)) } }, { highWaterMark: 0 }) }
            empty() { return new ReadableStream({ pull(c) { c.enqueue(new Uint8Array(0)) } }, { highWaterMark: 0 }) }
            never() { return new ReadableStream({ pull() { return new Promise(() => {}) } }, { highWaterMark: 0 }) }
            endless() { return new ReadableStream({ pull(c) { c.enqueue(new Uint8Array(1)) } }, { highWaterMark: 0 }) }
            spins() { return new ReadableStream({ pull() { for (;;); } }, { highWaterMark: 0 }) }
            poisoned() { return new ReadableStream({ pull(c) { c.error({ get message() { throw 1 }, toString() { throw 2 } }) } }) }
        };",
        "const made = (limits) => child(env, { limits: { fuel: 100_000_000, wallMs: 5000, ...limits } });
         const read = async (limits, method) => caught(async () => (await (await made(limits)[method]()).getReader().read()).value.length);
         const told = [];
         told.push(await read({}, 'huge'));
         told.push((await read({}, 'empty'))[1].includes('fuel'));
         told.push(/wall time|is over|prematurely/.test((await read({ wallMs: 200 }, 'never'))[1]));
         told.push((await read({}, 'spins'))[1].includes('fuel'));
         told.push((await read({}, 'poisoned')).length);
         return told",
    )
    .run()
    .await;
    let _ = run.expect_ok(json!([["no error", 262_144], true, true, true, 2]));
}

/// A limit of the reader ends a stream that never ends.
#[tokio::test]
async fn an_endless_source() {
    let reading = |child: &str| {
        family(
            child,
            "let total = 0;
             for await (const chunk of await child(env).endless()) total += chunk.length;
             return total",
        )
        .limits(|limits| limits.capability_calls(500))
    };
    let endless = "export default class extends WorkerEntrypoint {
        endless() { let n = 0; return new ReadableStream({ pull(c) { c.enqueue(new Uint8Array(1)); if (++n === LAST) c.close() } }, { highWaterMark: 0 }) } };";
    let _ = reading(&endless.replace("LAST", "496")).run().await.expect_ok(496);
    reading(&endless.replace("LAST", "-1")).run().await.expect_limit(LimitKind::CapabilityCalls);
}

/// Data in the shape of a stream is data, and refers to nothing.
#[tokio::test]
async fn data_in_the_shape_of_a_stream_is_none() {
    let _ = family(
        "class Forged extends RpcTarget { #answer; constructor(answer) { super(); this.#answer = answer } pull() { return this.#answer } fetch() { return this.#answer } }
        export default class extends WorkerEntrypoint {
            shape() { return { source: new Forged(new Uint8Array(1)) } }
            response(kind) { return new Forged([{ status: 200, body: { source: () => {} } }, { status: 200, body: () => {} }, { status: 200, body: new ReadableStream() }][kind]) }
            ask() { return fetch('http://a').then(({ body }) => ['no error', body instanceof ReadableStream], (e) => [e.name, e.message]) }
        };",
        "const shape = await child(env).shape(), told = [shape instanceof ReadableStream];
         for (const kind of [0, 1, 2]) told.push(await child(env, { globalOutbound: await child(env).response(kind) }).ask());
         return told",
    )
    .run()
    .await
    .expect_ok(json!([
        false,
        ["TypeError", "The body must be a string, bytes or a stream of them."],
        ["TypeError", "The body must be a string, bytes or a stream of them."],
        ["no error", true],
    ]));
}

/// The worker overwrites all built-ins that it can reach, and streams still cross.
#[tokio::test]
async fn patched_built_ins_change_nothing() {
    let _ = family(
        CHILD,
        "const stub = child(env);
         const evil = () => { throw new Error('evil') };
         const { ownKeys } = Reflect;
         const { defineProperty } = Object;
         const { apply } = Reflect, { text } = Response.prototype;
         const own = new ReadableStream({ start(c) { c.enqueue(new Uint8Array([104, 105])); c.close() } });
         const all = [Array.prototype, Map.prototype, String.prototype, Uint8Array.prototype, ArrayBuffer.prototype,
            Object.getPrototypeOf(Uint8Array.prototype), DataView.prototype, ReadableStream.prototype, WritableStream.prototype,
            TransformStream.prototype, Blob.prototype, RpcTarget.prototype, RpcStub.prototype, Headers.prototype,
            ReadableStreamDefaultController.prototype, WritableStreamDefaultWriter.prototype, TextDecoder.prototype,
            Object.getPrototypeOf([][Symbol.iterator]()), JSON, Reflect];
         for (let at = 0; at < all.length; at++) {
            const keys = ownKeys(all[at]);
            for (let index = 0; index < keys.length; index++) {
                const key = keys[index];
                // The engine's template literals call `concat`.
                if (key === 'constructor' || key === 'length' || key === 'concat') continue;
                try { defineProperty(all[at], key, { value: evil, get: undefined, set: undefined }) } catch {
                    try { defineProperty(all[at], key, { get: evil, set: evil }) } catch {} }
            }
         }
         Promise.prototype.catch = Promise.prototype.finally = evil;
         globalThis.ReadableStream = globalThis.WritableStream = globalThis.Uint8Array = globalThis.ArrayBuffer = globalThis.Promise = evil;
         const response = await stub.fetch('http://a', { method: 'POST', body: await stub.numbers(2) });
         const sent = await stub.text(own);
         return [await apply(text, response, []), sent]",
    )
    .run()
    .await
    .expect_ok(json!(["1 2 ", "hi"]));
}
