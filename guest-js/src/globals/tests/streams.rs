//! Streams, compared with those of Node.js 20.

use super::Realm;
use super::fetch::{check, settles};

/// `node -e "$(cat streams.js); setTimeout(() => process.stdout.write(told()), 500)"`
#[test]
fn streams_do_what_those_of_node_do() {
    let realm = Realm::new();
    realm.eval(include_str!("streams.js"));
    let told = realm.eval("told()");
    assert_eq!(told, include_str!("streams.txt"));
}

/// Cases that Node.js 20 lacks, or where it differs from the standard.
#[test]
fn the_standard_is_followed_where_node_is_not() {
    settles(&[
        (
            "let controller; const s = new ReadableStream({ type: 'bytes', start(c) { controller = c } });
             const reader = s.getReader({ mode: 'byob' }), waiting = caught(reader.read(new Uint8Array(4)));
             reader.releaseLock();
             const read = s.getReader({ mode: 'byob' }).read(new Uint8Array(2));
             controller.byobRequest.view[0] = 3; controller.byobRequest.respond(1);
             return [await waiting, (await read).value.join(), (await read).value.buffer.byteLength].join('|')",
            "TypeError: The reader was released.|3|2",
        ),
        (
            "let told; const s = new ReadableStream({ type: 'bytes', pull(c) { try { c.byobRequest.respond(-1) } catch (e) { told = e.name } c.byobRequest.respond(1) } });
             await s.getReader({ mode: 'byob' }).read(new Uint8Array(1)); return told",
            "TypeError",
        ),
        (
            "const t = new TransformStream({ cancel(reason) { this.reason = reason } }), told = []; const transformer = { cancel(reason) { told.push(reason) } };
             await new TransformStream(transformer).readable.cancel('a'); await new TransformStream(transformer).writable.abort('b'); return told",
            "a,b",
        ),
        (
            "const reader = new ReadableStream({ type: 'bytes', start(c) { c.enqueue(bytes(1)); c.enqueue(bytes(2, 3)) } }).getReader({ mode: 'byob' });
             return (await reader.read(new Uint8Array(8), { min: 3 })).value",
            "1,2,3",
        ),
        (
            "return Object.prototype.toString.call(new ReadableStream().values()) + new TextEncoderStream() + new TextDecoderStream()",
            "[object ReadableStream AsyncIterator][object TextEncoderStream][object TextDecoderStream]",
        ),
    ]);
}

#[test]
fn streams_of_a_certain_length() {
    settles(&[
        (
            "const t = new FixedLengthStream(3), w = t.writable.getWriter(); w.write(bytes(1, 2)); w.write(bytes(3)); w.close();
             return new Response(t.readable).bytes()",
            "1,2,3",
        ),
        (
            "const t = new FixedLengthStream(2n), w = t.writable.getWriter(); const read = caught(new Response(t.readable).text());
             return [await caught(w.write(bytes(1, 2, 3))), await read].join('|')",
            "TypeError: Attempt to write too many bytes through a FixedLengthStream.|TypeError: Attempt to write too many bytes through a FixedLengthStream.",
        ),
        (
            "const t = new FixedLengthStream(2), w = t.writable.getWriter(); const read = caught(new Response(t.readable).text()); w.write(bytes(1));
             return [await caught(w.close()), await read].join('|')",
            "TypeError: FixedLengthStream did not see all expected bytes before close().|TypeError: FixedLengthStream did not see all expected bytes before close().",
        ),
        (
            "const t = new IdentityTransformStream(), w = t.writable.getWriter(); const read = new Response(t.readable).text(); w.write(text('a')); w.write(text('b').buffer); w.close();
             return [await read, t instanceof TransformStream]",
            "ab,true",
        ),
        (
            "const t = new IdentityTransformStream(), w = t.writable.getWriter(); t.readable.getReader().read().catch(() => {});
             return (await caught(w.write(1))).slice(0, 95)",
            "TypeError: This TransformStream is being used as a byte stream, but received an object of non-A",
        ),
    ]);
    check(&[
        (
            "names(() => new FixedLengthStream(-1)) + names(() => new FixedLengthStream(1.5))",
            "TypeErrorTypeError",
        ),
        ("names(() => new FixedLengthStream())", "TypeError"),
    ]);
}

#[test]
fn bodies_are_streams() {
    settles(&[
        (
            "const r = new Response(of(text('a'), text('é'))); return [await r.text(), r.bodyUsed, r.body.locked]",
            "aé,true,true",
        ),
        ("return (await new Response(of(text('{\"a\":'), text('[1]}'))).json()).a[0]", "1"),
        (
            "return new Uint8Array(await new Response(of(bytes(1), bytes(2, 3).buffer)).arrayBuffer())",
            "1,2,3",
        ),
        ("return new Response(of()).bytes()", ""),
        (
            "const b = await new Response(of(text('x')), { headers: { 'content-type': 'A/b' } }).blob(); return [b.size, b.type, await b.text()]",
            "1,a/b,x",
        ),
        (
            "const s = of(text('a')), r = new Response(s); return [r.body === s, r.bodyUsed, await new Response(s).text(), r.bodyUsed]",
            "true,false,a,true",
        ),
        (
            "const r = new Response('abc'), reader = r.body.getReader(); return [(await reader.read()).value, (await reader.read()).done, r.bodyUsed]",
            "97,98,99,true,true",
        ),
        (
            "const r = new Response('abc'); return new Response(r.body.pipeThrough(new TextDecoderStream()).pipeThrough(new TextEncoderStream())).text()",
            "abc",
        ),
        (
            "const r = new Response(of(text('twice'))), c = r.clone(); return [await r.text(), await c.text()]",
            "twice,twice",
        ),
        (
            "const r = new Request('http://a', { method: 'POST', body: of(text('q')) }), s = new Request(r); return [r.bodyUsed, r.body.locked, await s.text()]",
            "true,true,q",
        ),
        (
            "const r = new Response(of('text')); return caught(r.text())",
            "TypeError: This ReadableStream did not return bytes.",
        ),
        (
            "const s = new ReadableStream({ start(c) { c.error(new RangeError('torn')) } }); return caught(new Response(s).text())",
            "RangeError: torn",
        ),
        (
            "const s = of(text('a')); s.getReader(); return caught((async () => new Response(s))())",
            "TypeError: This ReadableStream is currently locked to a reader.",
        ),
        (
            "const s = of(text('a')), reader = s.getReader(); await reader.read(); reader.releaseLock(); return caught((async () => new Response(s))())",
            "TypeError: This ReadableStream is disturbed (has already been read from), and cannot be used as a body.",
        ),
        (
            "const r = new Response(of(text('a'))); r.body.getReader(); return [await caught(r.text()), names(() => r.clone()), r.bodyUsed].join('|')",
            "TypeError: This ReadableStream is currently locked to a reader.|TypeError|false",
        ),
        (
            "const r = new Response('x'); await r.text(); return [r.bodyUsed, r.body.locked]",
            "true,true",
        ),
        (
            "const r = new Response('x'); r.body.cancel(); return [r.bodyUsed, await caught(r.text())].join('|')",
            &format!("true|{USED}"),
        ),
    ]);
}

const USED: &str = "TypeError: Body has already been used. It can only be used once. Use tee() \
     first if you need to read it twice.";

#[test]
fn blobs() {
    settles(&[
        (
            "const b = new Blob(['a', text('é'), new Blob(['c']), bytes(100).buffer, 5]); return [b.size, b.type, await b.text()]",
            "6,,aécd5",
        ),
        (
            "const b = new Blob(['hello'], { type: 'Text/Plain' }); return [b.type, await b.slice(1, 3).text(), await b.slice(-2).text(), b.slice(0, 1, 'x/Y').type, b.slice(9).size]",
            "text/plain,el,lo,x/y,0",
        ),
        (
            "const b = new Blob(['abc']); return [new Uint8Array(await b.arrayBuffer()), await b.bytes(), await b.slice(1).bytes()].join('|')",
            "97,98,99|97,98,99|98,99",
        ),
        ("const b = new Blob(['abc']); (await b.bytes())[0] = 0; return b.text()", "abc"),
        ("const view = text('abc'), b = new Blob([view]); view[0] = 0; return b.text()", "abc"),
        (
            "const b = new Blob([new Uint8Array(150_000)]); let sizes = []; for await (const chunk of b.stream()) sizes.push(chunk.length); return sizes",
            "65536,65536,18928",
        ),
        (
            "const r = new Response(new Blob(['x'], { type: 'a/b' })); return [r.headers.get('content-type'), await r.text()]",
            "a/b,x",
        ),
        (
            "return [new Blob().size, new Blob([], { type: 'é' }).type === '', String(new Blob()), Blob.length]",
            "0,true,[object Blob],0",
        ),
        (
            "return [names(() => new Blob('a')), names(() => new Blob(null)), names(() => new Blob([], 1)), names(() => Blob())]",
            "TypeError,TypeError,TypeError,TypeError",
        ),
    ]);
}

#[test]
fn streams_are_shown() {
    let realm = Realm::new();
    assert_eq!(
        realm.log_of("console.log(new ReadableStream(), new WritableStream(), new Blob(['ab'], { type: 'x/y' }))"),
        "ReadableStream {\n  locked: false,\n  state: 'readable',\n  supportsBYOB: false\n} \
         WritableStream { locked: false, state: 'writable' } Blob { size: 2, type: 'x/y' }"
    );
}
