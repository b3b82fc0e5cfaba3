//! The lifetime of streams, and what happens to them when something ends.

use serde_json::json;

use crate::family::{family, family_js};
use crate::harness::{Case, call, run};
use crate::streams::CHILD;

const BROKEN: &str = "The RPC stub is broken: the worker that it belongs to has ended.";
const NO_MORE_TO_READ: &str = "ReadableStream received over RPC disconnected prematurely.";
const NO_MORE_TO_WRITE: &str = "WritableStream received over RPC was disconnected because the \
     remote execution context has ended.";

#[tokio::test]
async fn cancelling_reaches_the_source() {
    let _ = family(
        CHILD,
        "const stub = child(env), stream = await stub.numbers(1000, { highWaterMark: 0 });
         for await (const chunk of stream) break;
         await (await stub.numbers(1000, { highWaterMark: 0 })).cancel(new Error('no need'));
         return stub.told()",
    )
    .run()
    .await
    .expect_ok(json!([1, "cancelled: undefined", "cancelled: no need"]));
}

#[tokio::test]
async fn an_error_reaches_the_reader() {
    let _ = family(
        CHILD,
        "const reader = (await child(env).failing(2)).getReader();
         const seen = [(await reader.read()).value[0], (await reader.read()).value[0]];
         try { await reader.read() } catch (error) {
             return [...seen, error instanceof RangeError, error.message, error.code, await caught(() => reader.closed)] }",
    )
    .run()
    .await
    .expect_ok(json!([1, 2, true, "torn", 7, ["RangeError", "torn"]]));
}

/// The handler has returned long before its code makes the last chunk.
#[tokio::test]
async fn code_goes_on_after_the_response_was_returned() {
    let _ = family(
        "export default { async fetch(request, env, ctx) {
            const { readable, writable } = new TransformStream();
            const writer = writable.getWriter();
            (async () => {
                for (const word of ['late', 'later', 'latest']) {
                    await new Promise((go) => setTimeout(go, 2));
                    await writer.write(new TextEncoder().encode(`${word} ${await ctx.exports.Other.word()} `));
                }
                await writer.close();
            })();
            return new Response(readable);
        } };
        export class Other extends WorkerEntrypoint { word() { return 'word' } }",
        "const response = await child(env).fetch('http://a');
         await new Promise((go) => setTimeout(go, 20));
         return response.text()",
    )
    .run()
    .await
    .expect_ok(json!("late word later word latest word "));
}

/// A source that makes chunks on demand may make calls and wait.
#[tokio::test]
async fn a_source_works_as_part_of_the_invocation_that_sent_it() {
    let _ = family(
        "export default { lines(count, env, ctx) {
            let n = 0;
            return new ReadableStream({ async pull(c) {
                const word = await ctx.exports.Other.word(++n);
                c.enqueue(new TextEncoder().encode(word));
                // Goes on when the chunk is on its way.
                await new Promise((go) => setTimeout(go, 1));
                await ctx.exports.Other.word(0);
                if (n === count) c.close();
            } }, { highWaterMark: 0 });
        } };
        export class Other extends WorkerEntrypoint { word(n) { return `${n};` } }",
        "return new Response(await child(env).lines(5)).text()",
    )
    .run()
    .await
    .expect_ok(json!("1;2;3;4;5;"));
}

#[tokio::test]
async fn what_is_dropped_is_cancelled() {
    let _ = family(
        "const told = []; let until;
        export default class extends WorkerEntrypoint {
            endless() { return new ReadableStream({ pull(c) { c.enqueue(new Uint8Array(1)) }, cancel(e) { told.push(e.name, e.message); until?.() } }) }
            sink() { return new WritableStream({ abort(e) { told.push(e.name, e.message); until?.() } }) }
            async told(count) { while (told.length < count) await new Promise((go) => { until = go; setTimeout(go, 50) }); return told }
        };
        export class Reader extends WorkerEntrypoint {
            async take(stream) { const reader = stream.getReader(); await reader.read(); return 'enough' }
            async ignore(stream) { return 'nothing' }
        }",
        "const worker = load(env), stub = worker.getEntrypoint(), reader = load(env).getEntrypoint('Reader');
         const said = [await reader.take(await stub.endless()), await reader.ignore(await stub.endless()), await reader.ignore(await stub.sink())];
         return [...said, await stub.told(6)]",
    )
    .run()
    .await
    .expect_ok(json!(["enough", "nothing", "nothing", [
        "AbortError", "The other side of the stream has dropped it.",
        "AbortError", "The other side of the stream has dropped it.",
        "Error", NO_MORE_TO_WRITE,
    ]]));
}

#[tokio::test]
async fn the_death_of_the_producer_is_an_error() {
    let _ = family(
        "export default class extends WorkerEntrypoint {
            endless() { return new ReadableStream({ pull(c) { c.enqueue(new Uint8Array(1)) } }, { highWaterMark: 0 }) }
            spin() { for (;;); }
        };",
        "const stub = child(env, { limits: { fuel: 100_000_000 } }), stream = await stub.endless(), reader = stream.getReader();
         const first = (await reader.read()).value.length;
         await caught(() => stub.spin());
         return [first, await caught(() => reader.read()), await caught(() => reader.closed)]",
    )
    .run()
    .await
    .expect_ok(json!([
        1,
        ["Error", BROKEN],
        ["Error", BROKEN],
    ]));
}

/// A refused message cancels the streams that it would have sent, and nothing waits.
#[tokio::test]
async fn a_stream_in_a_message_that_is_refused_is_cancelled() {
    let _ = family(
        CHILD,
        "const stub = child(env), told = [];
         const stream = new ReadableStream({ cancel(reason) { told.push(reason.name) } });
         const sink = new WritableStream({ abort(reason) { told.push(reason.name) } });
         told.push((await caught(() => stub.echo([stream, sink, Symbol()])))[0], stream.locked);
         return told",
    )
    .run()
    .await
    .expect_ok(json!(["AbortError", "AbortError", "DataCloneError", true]));
}

/// The same holds for a message that offers more than a sandbox may.
#[tokio::test]
async fn a_stream_beyond_what_may_be_offered_is_cancelled() {
    let _ = family(
        "const told = [];
         export default class extends WorkerEntrypoint {
            many() { return [...Array.from({ length: 250_000 }, () => () => {}), new ReadableStream({ cancel(reason) { told.push(reason.name) } })] }
            told() { return told }
         }",
        "const stub = child(env), [name, message] = await caught(() => stub.many());
         return [name, message, await stub.told()]",
    )
    .run()
    .await
    .expect_ok(json!([
        "TypeError",
        "others hold 250000 objects of this worker: no more can be sent",
        ["AbortError"]
    ]));
}

/// The sink has already been told to close.
#[tokio::test]
async fn a_sink_that_is_closing_is_not_handed_on() {
    let _ = family(
        CHILD,
        "const stub = child(env), other = child(env), sink = await stub.sink();
         const closed = sink.close();
         const refused = await caught(() => other.fill(sink, 'late'));
         await closed;
         return [refused, await stub.told()]",
    )
    .run()
    .await
    .expect_ok(json!([
        ["TypeError", "The stream is closing or closed and cannot be written to."],
        ["closed"]
    ]));
}

#[tokio::test]
async fn a_sink_that_a_write_has_ended_is_ended_once() {
    let _ = family(
        CHILD,
        "const stub = child(env), writer = (await stub.sink()).getWriter();
         const written = caught(() => writer.write(new TextEncoder().encode('bad')));
         await new Promise((go) => setTimeout(go));
         const aborted = caught(() => writer.abort(new Error('as well')));
         return [await written, await aborted, await stub.told()]",
    )
    .run()
    .await
    .expect_ok(json!([["RangeError", "refused"], ["no error", null], ["wrote bad"]]));
}

/// The sender reaches a limit of its own while it works on a chunk.
#[tokio::test]
async fn the_end_of_a_sender_is_the_end_of_its_streams() {
    let _ = family(
        "export default class extends WorkerEntrypoint {
            async spend() { for (;;) await this.ctx.exports.default.nothing() }
            nothing() {}
            source() { return new ReadableStream({ pull: () => this.spend() }, { highWaterMark: 0 }) }
            sink() { return new WritableStream({ write: () => this.spend() }) }
        };",
        "const stub = child(env, { limits: { subRequests: 5 } });
         const reader = (await stub.source()).getReader(), writer = (await stub.sink()).getWriter();
         return [await caught(() => reader.read()), await caught(() => writer.write(new Uint8Array(1)))]",
    )
    .run()
    .await
    .expect_ok(json!([["Error", NO_MORE_TO_READ], ["Error", NO_MORE_TO_WRITE]]));
}

/// The worker in the middle is gone when the bytes arrive.
#[tokio::test]
async fn what_is_handed_on_needs_nobody_in_the_middle() {
    let _ = family(
        CHILD,
        "const first = load(env).getEntrypoint();
         const middle = load(env, `import { WorkerEntrypoint } from 'cloudflare:workers';
            export default class extends WorkerEntrypoint { echo(value) { this.constructor.echoed = true; return value } echoed() { return !!this.constructor.echoed } spin() { for (;;); } }`, { limits: { fuel: 50_000_000 } }).getEntrypoint();
         const stream = await middle.echo(await first.numbers(3)), response = await middle.echo(new Response(await first.numbers(2)));
         const sink = await middle.echo(await first.sink());
         const before = await middle.echoed();
         await caught(() => middle.spin());
         const writer = sink.getWriter();
         await writer.write(new TextEncoder().encode('x'));
         await writer.close();
         return [before, await middle.echoed(), await new Response(stream).text(), await response.text(), (await first.told()).filter((told) => isNaN(told))]",
    )
    .run()
    .await
    .expect_ok(json!([true, false, "1 2 3 ", "1 2 ", ["wrote x", "closed"]]));
}

#[tokio::test]
async fn a_stream_ends_with_the_invocation_that_received_it() {
    let parent = family_js(
        CHILD,
        "let stream, reader; export default {
            async run(arg, env) { stream = await child(env).numbers(9); reader = stream.getReader(); return new TextDecoder().decode((await reader.read()).value) },
            async again() { return caught(() => reader.read()) } }",
    )
    .worker();
    let _ = call(&parent, ()).await.expect_ok("1 ");
    let _ = run(&parent.entrypoint(), Some("again"), ())
        .await
        .expect_ok(json!(["Error", "RPC stub used after being disposed."]));
}

/// Rejections that the platform handles are not reported as unhandled.
#[tokio::test]
async fn what_goes_wrong_is_not_logged() {
    let _ = family(
        CHILD,
        "const stub = child(env), told = [];
         const bad = (await stub.sink()).getWriter();
         told.push(await caught(() => bad.write(new TextEncoder().encode('bad'))));
         told.push(await caught(async () => new Response(await stub.failing(1)).text()));
         told.push(await caught(async () => (await stub.failing(0)).pipeTo(new WritableStream())));
         told.push(await caught(async () => stub.text(await stub.failing(1))));
         await (await stub.numbers(3)).cancel();
         return told.map(([name]) => name)",
    )
    .run()
    .await
    .expect_ok(json!(["RangeError", "RangeError", "RangeError", "RangeError"]))
    .expect_logs(&[]);
}

/// Each pipe ends with an error of 64 KiB. Together they are three times the limit.
#[tokio::test]
async fn a_signal_keeps_nothing_of_pipes_that_are_over() {
    let _ = Case::body(
        "const { signal } = new AbortController(); let bytes = 0;
         const fail = (c) => c.error(new Uint8Array(1 << 16));
         for (let n = 0; n < 1_000; n++) {
            const source = new ReadableStream({ start: n % 2 ? fail : undefined });
            const sink = new WritableStream({ start: n % 2 ? undefined : fail });
            await source.pipeTo(sink, { signal }).catch((error) => { bytes += error.length });
         }
         return [bytes, signal.aborted]",
    )
    .limits(|limits| limits.memory_bytes(20 << 20))
    .run()
    .await
    .expect_ok(json!([65_536_000, false]));
}
