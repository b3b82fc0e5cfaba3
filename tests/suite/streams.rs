//! Streams of bytes between workers.

use isolet::LimitKind;
use serde_json::json;

use crate::family::{family, family_js};
use crate::harness::{Case, call, run, torture};

const BROKEN: &str = "The RPC stub is broken: the worker that it belongs to has ended.";
const NOT_BYTES: &str = "This ReadableStream did not return bytes.";
const CUT: &str = "The invocation that sent this stream is over.";
const LOCKED: &str = "This ReadableStream is currently locked to a reader.";

/// Makes streams, and takes them.
const CHILD: &str = "
    const told = [];
    const text = (bytes) => new TextDecoder().decode(bytes);
    export default class extends WorkerEntrypoint {
        told() { return told }
        numbers(count, options) {
            let n = 0;
            return new ReadableStream({
                pull(c) { n++; told.push(n); c.enqueue(new TextEncoder().encode(`${n} `)); if (n >= count) c.close() },
                cancel(reason) { told.push(`cancelled: ${reason?.message ?? reason}`) },
            }, options);
        }
        async sum(stream) {
            let total = 0;
            for await (const chunk of stream) for (const byte of chunk) total += byte;
            return total;
        }
        async text(stream) { return new Response(stream).text() }
        failing(after) {
            let n = 0;
            return new ReadableStream({ pull(c) {
                if (n++ === after) throw Object.assign(new RangeError('torn'), { code: 7 });
                c.enqueue(new Uint8Array([n]));
            } }, { highWaterMark: 0 });
        }
        sink() {
            return new WritableStream({
                write(chunk) { told.push(`wrote ${text(chunk)}`); if (text(chunk) === 'bad') throw new RangeError('refused') },
                close() { told.push('closed') },
                abort(reason) { told.push(`aborted: ${reason?.message ?? reason}`) },
            });
        }
        async fill(sink, ...texts) {
            const writer = sink.getWriter();
            for (const one of texts) await writer.write(new TextEncoder().encode(one));
            await writer.close();
        }
        echo(value) { return value }
        async fetch(request) {
            const shout = new TransformStream({ transform(chunk, c) { c.enqueue(chunk.map((b) => b >= 97 && b <= 122 ? b - 32 : b)) } });
            return new Response(request.body.pipeThrough(shout), { headers: { 'x-by': 'child' } });
        }
    };";

#[tokio::test]
async fn a_stream_is_returned() {
    let _ = family(
        CHILD,
        "const stream = await child(env).numbers(5);
         return [stream instanceof ReadableStream, stream.locked, await new Response(stream).text()]",
    )
    .run()
    .await
    .expect_ok(json!([true, false, "1 2 3 4 5 "]));
}

#[tokio::test]
async fn a_stream_is_sent() {
    let _ = family(
        CHILD,
        "const stream = new ReadableStream({ async start(c) {
             for (let n = 1; n <= 4; n++) { await new Promise((go) => setTimeout(go, 1)); c.enqueue(new Uint8Array([n, n])) }
             c.close() } });
         const sum = child(env).sum(stream);
         return [stream.locked, await sum]",
    )
    .run()
    .await
    .expect_ok(json!([true, 20]));
}

#[tokio::test]
async fn a_body_is_a_stream() {
    let _ = family(
        CHILD,
        "const { readable, writable } = new TransformStream();
         const writer = writable.getWriter();
         const response = await child(env).fetch('http://a', { method: 'POST', body: readable });
         const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
         const seen = [response.headers.get('x-by')];
         for (const one of ['one', 'two']) {
             writer.write(new TextEncoder().encode(one));
             seen.push((await reader.read()).value);
         }
         writer.close();
         return [...seen, (await reader.read()).done]",
    )
    .run()
    .await
    .expect_ok(json!(["child", "ONE", "TWO", true]));
}

#[tokio::test]
async fn a_sink_is_returned() {
    let _ = family(
        CHILD,
        "const stub = child(env), sink = await stub.sink(), writer = sink.getWriter();
         await writer.write(new TextEncoder().encode('a'));
         await writer.write(new TextEncoder().encode('b').buffer);
         await writer.close();
         const other = (await stub.sink()).getWriter();
         const errors = [await caught(() => other.write(new TextEncoder().encode('bad'))), await caught(() => other.closed)];
         const third = (await stub.sink()).getWriter();
         await third.abort(new Error('enough'));
         return [sink instanceof WritableStream, errors, await stub.told()]",
    )
    .run()
    .await
    .expect_ok(json!([
        true,
        [["RangeError", "refused"], ["RangeError", "refused"]],
        ["wrote a", "wrote b", "closed", "wrote bad", "aborted: enough"],
    ]));
}

#[tokio::test]
async fn a_sink_is_sent() {
    let _ = family(
        CHILD,
        "const seen = [];
         const sink = new WritableStream({ write(chunk) { seen.push(...chunk) }, close() { seen.push('closed') } });
         await child(env).fill(sink, 'a', 'bc');
         return [sink.locked, seen]",
    )
    .run()
    .await
    .expect_ok(json!([true, [97, 98, 99, "closed"]]));
}

/// What is read is asked for, and no more.
#[tokio::test]
async fn a_slow_reader_bounds_what_is_made() {
    let _ = family(
        CHILD,
        "const stub = child(env), stream = await stub.numbers(1000, { highWaterMark: 0 }), reader = stream.getReader();
         const before = (await stub.told()).length;
         await reader.read();
         for (let n = 0; n < 5; n++) await new Promise((go) => setTimeout(go, 1));
         const one = (await stub.told()).length;
         await reader.read(); await reader.read();
         return [before, one, (await stub.told()).length]",
    )
    .run()
    .await
    .expect_ok(json!([0, 1, 3]));
}

#[tokio::test]
async fn a_slow_sink_bounds_what_is_written() {
    let _ = family(
        "let written = 0, go = []; export default class extends WorkerEntrypoint {
            sink() { return new WritableStream({ write() { written++; return new Promise((done) => go.push(done)) } }) }
            written() { return written } open() { go.shift()() } };",
        "const stub = child(env), sink = await stub.sink();
         let pulls = 0;
         const source = new ReadableStream({ pull(c) { pulls++; c.enqueue(new Uint8Array(1)); if (pulls === 5) c.close() } }, { highWaterMark: 0 });
         const piped = source.pipeTo(sink);
         const seen = [];
         for (let n = 0; n < 5; n++) {
             do await new Promise((go) => setTimeout(go, 1)); while (await stub.written() <= n);
             seen.push([await stub.written(), pulls]);
             await stub.open();
         }
         await piped;
         return seen",
    )
    .run()
    .await
    .expect_ok(json!([[1, 1], [2, 2], [3, 3], [4, 4], [5, 5]]));
}

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

/// What is made when it is asked for may call and wait, too.
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

/// The stub goes on, and no byte passes the one in the middle.
#[tokio::test]
async fn a_stream_is_handed_on_to_a_third_party() {
    let _ = family(
        CHILD,
        "const first = load(env).getEntrypoint(), second = load(env).getEntrypoint();
         const stream = await first.numbers(3);
         const echoed = await second.echo(stream);
         const told = [stream.locked, await second.text(await first.echo(echoed))];
         // Straight from one child to the other, by a promise too.
         told.push(await second.text((await first.fetch('http://a', { method: 'POST', body: 'x y' })).body));
         return told",
    )
    .run()
    .await
    .expect_ok(json!([true, "1 2 3 ", "X Y"]));
}

/// Whoever has read of a stream hands on the rest.
#[tokio::test]
async fn the_rest_of_a_stream_is_handed_on() {
    let _ = family(
        CHILD,
        "const stub = child(env), stream = await stub.numbers(4), reader = stream.getReader();
         await reader.read();
         reader.releaseLock();
         return stub.text(stream)",
    )
    .run()
    .await
    .expect_ok(json!("2 3 4 "));
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
        "AbortError", "The other side of the stream has dropped it.",
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

#[tokio::test]
async fn only_bytes_cross() {
    let _ = family(
        CHILD,
        "const stub = child(env), seen = [];
         for (const chunk of ['text', 7, null, {}, [1], new Date(0)]) {
             let cancelled;
             const stream = new ReadableStream({ start(c) { c.enqueue(chunk) }, cancel(reason) { cancelled = reason } });
             seen.push(await caught(() => stub.text(stream)), cancelled?.name);
         }
         const writer = (await stub.sink()).getWriter();
         seen.push(await caught(() => writer.write('text')));
         for (const chunk of [new Uint8Array([104, 105]), new Uint8Array([0, 104, 105, 0]).subarray(1, 3), new Uint8Array([104, 105]).buffer, new DataView(new Uint8Array([104, 105]).buffer)]) {
             seen.push(await stub.text(new ReadableStream({ start(c) { c.enqueue(new Uint8Array(0)); c.enqueue(chunk); c.close() } })));
         }
         return seen",
    )
    .run()
    .await
    .expect_ok(json!([
        ["TypeError", NOT_BYTES], "TypeError", ["TypeError", NOT_BYTES], "TypeError",
        ["TypeError", NOT_BYTES], "TypeError", ["TypeError", NOT_BYTES], "TypeError",
        ["TypeError", NOT_BYTES], "TypeError", ["TypeError", NOT_BYTES], "TypeError",
        ["TypeError", "This WritableStream only takes bytes: an ArrayBuffer or a view of one."],
        "hi", "hi", "hi", "hi",
    ]));
}

#[tokio::test]
async fn a_stream_is_sent_once_and_unlocked() {
    let _ = family(
        CHILD,
        "const stub = child(env), seen = [];
         const make = () => new ReadableStream({ start(c) { c.enqueue(new Uint8Array([104])); c.close() } });
         const sent = make();
         const both = await stub.echo([sent, sent]);
         seen.push(both[0] === both[1], await new Response(both[0]).text());
         seen.push(await caught(() => stub.text(sent)), await caught(() => sent.cancel()));
         const locked = make(); locked.getReader();
         seen.push(await caught(() => stub.text(locked)));
         const sink = new WritableStream(); sink.getWriter();
         seen.push(await caught(() => stub.fill(sink)));
         const used = new Response(make()); await used.text();
         seen.push((await caught(() => stub.echo(used)))[0]);
         seen.push(await caught(() => structuredClone(make())));
         return seen",
    )
    .run()
    .await
    .expect_ok(json!([
        true, "h", ["TypeError", LOCKED], ["TypeError", LOCKED], ["TypeError", LOCKED],
        ["TypeError", "This WritableStream is currently locked to a writer."], "TypeError",
        ["DataCloneError", "Could not serialize object of type \"ReadableStream\". This type does not support serialization."],
    ]));
}

/// A message that is refused cancels what it would have sent, and nothing waits.
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

/// Large chunks are sent in parts, whatever is made of them meanwhile.
#[tokio::test]
async fn large_chunks_are_sent_in_parts() {
    let _ = family(
        "export default class extends WorkerEntrypoint {
            large() { const bytes = new Uint8Array(3_000_000); bytes.forEach((_, n) => { bytes[n] = n % 251 });
                return new ReadableStream({ start(c) { c.enqueue(bytes.subarray(7)); c.close() } }) }
            async measure(stream) { let total = 0, most = 0, wrong = 0;
                for await (const chunk of stream) { most = Math.max(most, chunk.length);
                    if (chunk[0] !== (total + 7) % 251 || chunk.at(-1) !== (total + chunk.length + 6) % 251) wrong++;
                    total += chunk.length }
                return [total, most, wrong] }
            async into(sink) { const writer = sink.getWriter(); await writer.write(new Uint8Array(1_000_000)); await writer.close() }
        };",
        "const stub = child(env), sizes = [];
         const measured = await stub.measure(await stub.large());
         await stub.into(new WritableStream({ write(chunk) { sizes.push(chunk.length) } }));
         return [measured, sizes]",
    )
    .run()
    .await
    .expect_ok(json!([[2_999_993, 262_144, 0], [262_144, 262_144, 262_144, 213_568]]));
}

/// Makes so many bytes, whose every chunk begins with its number.
const MADE: &str = "export default {
    async fetch(request) {
        const count = Number(new URL(request.url).pathname.slice(1)), SIZE = 262144;
        let n = 0;
        return new Response(new ReadableStream({ pull(c) {
            if (n === count) return c.close();
            const chunk = new Uint8Array(SIZE).fill(n % 251);
            new DataView(chunk.buffer).setUint32(0, n++);
            c.enqueue(chunk);
        } }, { highWaterMark: 0 }));
    } };";

/// Changes each chunk on its way.
const CHANGED: &str = "export default {
    async fetch(request) {
        const reversed = new TransformStream({ transform(chunk, c) { c.enqueue(chunk.reverse()) } });
        return new Response(request.body.pipeThrough(reversed));
    },
    async whole(request) { return (await request.bytes()).length },
};";

/// What the reader of all finds: how many bytes, and how many of the chunks were
/// wrong.
fn flow(chunks: u32, middle_bytes: u64) -> Case {
    let limits = format!("{{ fuel: 1e13, wallMs: 600_000, memoryBytes: {middle_bytes} }}");
    family_js(
        CHANGED,
        &format!(
            "import MADE from './made.txt';
            const start = async (env, chunks) => {{
                const made = load(env, MADE, {{ limits: {limits} }}).getEntrypoint();
                return (await made.fetch(`http://made/${{chunks}}`)).body;
            }};
            export default {{
                async run(arg, env) {{
                    const middle = load(env, CHILD, {{ limits: {limits} }}).getEntrypoint();
                    const response = await middle.fetch('http://changed', {{ method: 'POST', body: await start(env, {chunks}) }});
                    let total = 0, n = 0, wrong = 0;
                    for await (const chunk of response.body) {{
                        const end = chunk.length - 4;
                        if (new DataView(chunk.buffer, chunk.byteOffset).getUint32(end) !== [n & 255, n >> 8 & 255, n >> 16 & 255, n >>> 24]
                            .reduce((all, byte) => (all << 8 | byte) >>> 0) || chunk[0] !== n % 251 || chunk[end - 1] !== n % 251) wrong++;
                        n++;
                        total += chunk.length;
                    }}
                    return [total, n, wrong];
                }},
                async whole(arg, env) {{
                    const middle = load(env, CHILD, {{ limits: {limits} }}).getEntrypoint();
                    return middle.whole(new Request('http://x', {{ method: 'POST', body: await start(env, {chunks}) }}));
                }},
            }};"
        ),
    )
    .file("made.txt", MADE)
    .limits(|limits| {
        limits.fuel(1 << 50).memory_bytes(32 << 20).wall(std::time::Duration::from_mins(10)).capability_calls(1 << 20)
    })
}

/// Through sandboxes that could not hold a part of it. A gibibyte goes through
/// 32 MiB in the benches.
#[tokio::test]
async fn more_flows_through_a_sandbox_than_it_could_hold() {
    let chunks = if torture() { 64 } else { 256 };
    let _ = flow(chunks, 6 << 20).run().await.expect_ok(json!([chunks << 18, chunks, 0]));
    let caught = flow(chunks, 6 << 20).call("whole").run().await;
    let caught = caught.expect_exception("Error", "memory");
    assert!(caught.exception().message.contains("6291456"), "{caught:?}");
}

/// What is behind a stream is the peer's, and may answer anything.
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
         told.push(/wall time|is over/.test((await read({ wallMs: 200 }, 'never'))[1]));
         told.push((await read({}, 'spins'))[1].includes('fuel'));
         told.push((await read({}, 'poisoned')).length);
         return told",
    )
    .run()
    .await;
    let _ = run.expect_ok(json!([["no error", 262_144], true, true, true, 2]));
}

/// What never ends ends at a limit of the reader's.
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

/// Data in the shape of a stream is data, and leads nowhere.
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

/// The consumer is gone, and the producer with what it had begun.
#[tokio::test]
async fn the_end_of_a_sender_is_the_end_of_its_streams() {
    let _ = family(
        "export default class extends WorkerEntrypoint {
            slow() { return new ReadableStream({ pull(c) { return new Promise((go) => setTimeout(go, 1e9)) } }, { highWaterMark: 0 }) }
            sink() { return new WritableStream({ write() { return new Promise((go) => setTimeout(go, 1e9)) } }) }
        };",
        "const stub = child(env, { limits: { wallMs: 300 } });
         const reader = (await stub.slow()).getReader(), writer = (await stub.sink()).getWriter();
         // Under way when the invocation that sent it ends, and not over themselves.
         await new Promise((go) => setTimeout(go, 100));
         const read = caught(() => reader.read()), written = caught(() => writer.write(new Uint8Array(1)));
         return [await read, await written]",
    )
    .run()
    .await
    .expect_ok(json!([["Error", CUT], ["Error", CUT]]));
}

/// The one in the middle is not there any more when the bytes come.
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
async fn a_blob_crosses_by_value() {
    let _ = family(
        CHILD,
        "const stub = child(env), blob = new Blob(['a', new Uint8Array([98, 99])], { type: 'text/x' });
         const echoed = await stub.echo({ blob, again: blob, part: blob.slice(1) });
         return [echoed.blob instanceof Blob, echoed.blob !== blob, echoed.blob === echoed.again, echoed.blob.type, echoed.blob.size,
            await echoed.blob.text(), await echoed.part.text(), await stub.text(blob.stream()), await blob.text(),
            await (await stub.fetch('http://a', { method: 'POST', body: blob })).text()]",
    )
    .run()
    .await
    .expect_ok(json!([true, true, true, "text/x", 3, "abc", "bc", "abc", "abc", "ABC"]));
}

/// A body that is here crosses as data, however it was asked for.
#[tokio::test]
async fn a_body_that_is_here_needs_no_stub() {
    let run = family(
        CHILD,
        "const stub = child(env), response = new Response('here');
         const through = new Response(response.body, { headers: { a: 'b' } });
         const echoed = await stub.echo(through);
         return [await echoed.text(), through.bodyUsed, await (await stub.echo(new Response(new Blob(['b']).stream()))).text()]",
    )
    .run()
    .await
    .expect_ok(json!(["here", true, "b"]));
    // The child's worker, two calls, and two for the stream.
    assert_eq!(run.0.usage.capability_calls, 5, "{run:?}");
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

/// Rejections that the platform deals with are nobody's.
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

/// The worker spoils what it can reach, and streams still cross.
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
