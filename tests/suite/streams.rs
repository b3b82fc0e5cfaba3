//! Streams of bytes between workers.

use serde_json::json;

use crate::family::family;

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
