//! Streams of bytes between workers.

mod ends;
mod flow;
mod in_rust;

use serde_json::json;

use crate::family::family;

const LOCKED: &str = "This ReadableStream is currently locked to a reader.";

/// Makes streams, and takes them.
pub(crate) const CHILD: &str = "
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

/// The stub is passed on, and no byte goes through the worker in the middle.
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

/// A reader of a part of a stream can pass on the rest.
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
