//! Flow control: how much of a stream exists at a time.

use serde_json::json;

use crate::family::{family, family_js};
use crate::harness::{Case, torture};
use crate::streams::CHILD;

/// The source is asked only for what is read.
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

/// Large chunks are sent in parts, whatever happens to them meanwhile.
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

/// Makes that many chunks. Each chunk begins with its number.
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

/// Reverses each chunk on its way.
const CHANGED: &str = "export default {
    async fetch(request) {
        const reversed = new TransformStream({ transform(chunk, c) { c.enqueue(chunk.reverse()) } });
        return new Response(request.body.pipeThrough(reversed));
    },
    async whole(request) { return (await request.bytes()).length },
};";

/// Creates a case that returns what the reader finds: the number of bytes, of chunks, and of wrong
/// chunks.
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

/// The sandbox in the middle could not hold the bytes that flow through it. In the benches, a
/// gibibyte flows through 32 MiB.
#[tokio::test]
async fn more_flows_through_a_sandbox_than_it_could_hold() {
    let chunks = if torture() { 64 } else { 256 };
    let _ = flow(chunks, 6 << 20).run().await.expect_ok(json!([chunks << 18, chunks, 0]));
    let caught = flow(chunks, 6 << 20).call("whole").run().await;
    let caught = caught.expect_exception("Error", "memory");
    assert!(caught.exception().message.contains("6291456"), "{caught:?}");
}

/// A body that is already here crosses as data, however it was obtained.
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
    // One call loads the child's worker, two are of `echo`, and two are for the stream.
    assert_eq!(run.0.usage.capability_calls, 5, "{run:?}");
}
