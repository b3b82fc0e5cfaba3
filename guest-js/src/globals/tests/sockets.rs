//! `WebSocket`, `WebSocketPair`, `CloseEvent` and `EventSource`.

use super::Realm;

const TOLD: &str = "var told = []; \
    var tell = (name, socket) => { \
        for (const type of ['open', 'message', 'error', 'close']) socket.addEventListener(type, (event) => \
            told.push(name + ' ' + type + ' ' + (event.data instanceof ArrayBuffer ? [...new Uint8Array(event.data)] \
                : event.data ?? (event.code === undefined ? event.message ?? '' : [event.code, event.reason, event.wasClean].join())))); \
        return socket }; \
    var pair = () => { const { 0: a, 1: b } = new WebSocketPair(); tell('a', a); tell('b', b); return [a, b] };";

fn realm() -> Realm {
    let realm = Realm::new();
    realm.eval(TOLD);
    realm
}

#[test]
fn a_pair_passes_messages_both_ways() {
    let realm = realm();
    realm.eval(
        "var [a, b] = pair(); a.accept(); b.accept(); \
         a.send('one'); a.send(new Uint8Array([1, 2, 3]).subarray(1)); a.send(new Uint8Array([4]).buffer); \
         a.send(new DataView(new ArrayBuffer(2), 1)); b.send('two'); b.send(7); told.push('sent')",
    );
    realm.run_jobs();
    assert_eq!(
        realm.eval("told.join('; ')"),
        "sent; a message two; b message one; a message 7; b message 2,3; b message 4; b message 0"
    );
    realm.eval("told = []; b.binaryType = 'blob'; b.onmessage = (event) => told.push(event.data instanceof Blob, event.isTrusted); a.send(new Blob(['x']))");
    realm.run_jobs();
    assert_eq!(realm.eval("told.slice(1).join()"), "true,true");
}

#[test]
fn messages_wait_until_the_socket_is_accepted() {
    let realm = realm();
    realm.eval("var [a, b] = pair(); a.accept(); a.send('early'); a.send('\\ud800')");
    realm.run_jobs();
    assert_eq!(realm.eval("[told.length, a.bufferedAmount]"), "0,8");
    realm.eval("b.accept()");
    realm.run_jobs();
    assert_eq!(
        realm.eval("[told.join('; '), a.bufferedAmount]"),
        "b message early; b message \u{fffd},0"
    );
}

#[test]
fn closing_is_answered() {
    let realm = realm();
    realm.eval(
        "var [a, b] = pair(); a.accept(); b.accept(); a.send('last'); a.close(4001, 'why'); \
         told.push([a.readyState, b.readyState].join())",
    );
    realm.run_jobs();
    assert_eq!(
        realm.eval("[told.join('; '), a.readyState, b.readyState]"),
        "2,1; b message last; b close 4001,why,true; a close 4001,why,true,3,3"
    );
    realm.eval("told = []; [a, b] = pair(); a.accept(); b.accept(); a.close(); b.close(3000)");
    realm.run_jobs();
    assert_eq!(realm.eval("told.join('; ')"), "a close 3000,,true; b close 1005,,true");
    // A half-open socket sends after the other side has closed.
    realm.eval(
        "told = []; [a, b] = pair(); a.accept(); b.accept({ allowHalfOpen: true }); a.close(1000)",
    );
    realm.run_jobs();
    realm.eval("b.send('still'); b.close(1001)");
    realm.run_jobs();
    assert_eq!(
        realm.eval("[told.join('; '), a.readyState, b.readyState]"),
        "b close 1000,,true; a message still; a close 1001,,true,3,3"
    );
}

#[test]
fn what_a_socket_refuses() {
    let realm = realm();
    realm.eval("var [a, b] = pair(); b.accept(); var refused = (act) => { try { act(); return 'nothing' } catch (e) { return `${e.name}: ${e.message}` } }");
    realm.check(&[
        (
            "refused(() => a.send('x'))",
            "TypeError: You must call accept() on this WebSocket before sending messages.",
        ),
        (
            "refused(() => a.close())",
            "TypeError: You must call accept() on this WebSocket before sending messages.",
        ),
        ("refused(() => b.close(999))", "TypeError: Invalid WebSocket close code: 999."),
        ("refused(() => b.close(1006))", "TypeError: Invalid WebSocket close code: 1006."),
        ("refused(() => b.close(5000))", "TypeError: Invalid WebSocket close code: 5000."),
        ("refused(() => b.close(undefined, 'x')).slice(0, 9)", "TypeError"),
        ("refused(() => b.close(1000, 'x'.repeat(124))).slice(0, 11)", "SyntaxError"),
        ("refused(() => b.close(1000, 'x'.repeat(123)))", "nothing"),
        ("refused(() => b.send(1))", "TypeError: Can't call WebSocket send() after close()."),
        ("refused(() => new WebSocket('ftp://a')).slice(0, 11)", "SyntaxError"),
        ("refused(() => new WebSocket('ws://a/#x')).slice(0, 11)", "SyntaxError"),
        ("refused(() => new WebSocket('ws://a', ['x', 'x'])).slice(0, 11)", "SyntaxError"),
        ("refused(() => new WebSocket('ws://a', 'a b')).slice(0, 11)", "SyntaxError"),
        ("refused(() => WebSocket('ws://a')).slice(0, 9)", "TypeError"),
        (
            "refused(() => new Response(null, { webSocket: b }))",
            "RangeError: Responses with a WebSocket must have status code 101.",
        ),
        ("refused(() => new Response(null, { status: 101 })).slice(0, 10)", "RangeError"),
        (
            "refused(() => new Response('x', { status: 101, webSocket: a })).slice(0, 9)",
            "TypeError",
        ),
        (
            "refused(() => new Response(null, { status: 101, webSocket: {} })).slice(0, 9)",
            "TypeError",
        ),
        ("new Response(null, { status: 101, webSocket: a }).webSocket === a", "true"),
        ("new Response(null, { status: 101, webSocket: a }).statusText", "Switching Protocols"),
        ("new Response().webSocket", "null"),
        (
            "refused(() => new Response(null, { status: 101, webSocket: a }).clone()).slice(0, 9)",
            "TypeError",
        ),
        (
            "refused(() => internals.endOf(b))",
            "TypeError: Can't return WebSocket in a Response after calling accept().",
        ),
    ]);
}

#[test]
fn the_shape_of_the_classes() {
    let realm = realm();
    realm.eval("var [a, b] = pair()");
    realm.check(&[
        (
            "Object.values(new WebSocketPair()).every((socket) => socket instanceof WebSocket)",
            "true",
        ),
        ("[...new WebSocketPair()].length", "2"),
        ("[WebSocket.OPEN, a.CLOSED, WebSocket.READY_STATE_CLOSING, WebSocket.length]", "1,3,2,1"),
        (
            "[a.readyState, a.url, a.protocol, a.extensions, a.binaryType, a.bufferedAmount]",
            "1,,,,arraybuffer,0",
        ),
        (
            "a.serializeAttachment({ x: new Map([[1, 2]]) }); a.deserializeAttachment().x.get(1)",
            "2",
        ),
        ("b.deserializeAttachment()", "null"),
        ("new CloseEvent('close', { code: 65537, reason: 1, wasClean: 1 }).code", "1"),
        ("new CloseEvent('x').reason === ''", "true"),
        ("a instanceof EventTarget && String(a)", "[object WebSocket]"),
        ("EventSource.CLOSED", "2"),
    ]);
}

#[test]
fn an_end_is_asked_for_messages() {
    let realm = realm();
    realm.eval(
        "var [a, b] = pair(); a.accept(); var end = internals.endOf(b); \
         end.receive().then((list) => told.push(JSON.stringify(list))); a.send('x'); a.send('y')",
    );
    realm.run_jobs();
    assert_eq!(realm.eval("told.join('; ')"), r#"["x","y"]"#);
    realm.eval(
        "told = []; end.send(['in', new Uint8Array([1])]).then(() => told.push('received')); \
         try { end.send(['more']) } catch (error) { told.push(error.message) }",
    );
    realm.run_jobs();
    assert_eq!(
        realm.eval("told.join('; ')"),
        "The WebSocket is being written to already.; a message in; a message 1; received"
    );
    // Nothing for a time is an empty list.
    realm.eval("told = []; end.receive(5).then((list) => told.push(list.length))");
    realm.fire();
    assert_eq!(realm.eval("told.join('; ')"), "0");
    realm.eval("told = []; end.send([[4000, 'bye']]); end.receive().then((list) => told.push(JSON.stringify(list)))");
    realm.run_jobs();
    assert_eq!(realm.eval("told.join('; ')"), r#"a close 4000,bye,true; [[4000,"bye"]]"#);
}

#[test]
fn an_end_that_is_let_go_breaks_the_socket() {
    let realm = realm();
    realm.eval(
        "var [a, b] = pair(); a.accept(); var end = internals.endOf(b); end[Symbol.dispose]()",
    );
    realm.fire();
    assert_eq!(
        realm.eval("[told.join('; '), a.readyState]"),
        "a error The other side of the WebSocket is gone.; a close 1006,,false,3"
    );
    realm.eval("told = []; a.send('x'); a.close()");
    realm.run_jobs();
    assert_eq!(realm.eval("[told.length, a.bufferedAmount]"), "0,0");
}

#[test]
fn ends_take_no_messages_of_another_kind() {
    let realm = realm();
    realm.eval("var [a, b] = pair(); a.accept(); var end = internals.endOf(b); var refused = (list) => { try { end.send(list); return 'nothing' } catch (e) { return e.name } }");
    realm.check(&[
        ("refused('x')", "TypeError"),
        ("refused([{}])", "TypeError"),
        ("refused([[1]])", "TypeError"),
        ("refused([null])", "TypeError"),
    ]);
}

#[test]
fn streams_of_events_are_parsed() {
    let realm = realm();
    realm.eval(
        "var parsed = (...chunks) => { const out = []; let delay = ''; \
           const parse = internals.eventParser('0', (type, data, id) => out.push([type, data, id].join('|')), (ms) => { delay = ms }); \
           for (const chunk of chunks) parse(new TextEncoder().encode(chunk)); return out.join('; ') + delay }",
    );
    realm.check(&[
        ("parsed('data: a\\n\\n')", "message|a|0"),
        ("parsed('\\ufeffdata:a\\r\\ndata: b\\r\\rdata:c\\n\\n')", "message|a\nb|0; message|c|0"),
        ("parsed('da', 'ta: a', '\\r', '\\n', '\\r', '\\n')", "message|a|0"),
        ("parsed(': comment\\nid: 7\\nevent: x\\ndata\\n\\n')", "x||7"),
        ("parsed('id: 7\\n\\ndata: a\\n\\n')", "message||7; message|a|7"),
        ("parsed('id: a\\0b\\ndata: a\\n\\n')", "message|a|0"),
        ("parsed('retry: 10\\nretry: x\\n')", "10"),
        ("parsed('data: unfinished\\n')", ""),
        ("parsed('data:  two spaces\\nunknown: x\\n\\n')", "message| two spaces|0"),
    ]);
}

#[test]
fn an_event_source_reads_a_stream() {
    let realm = realm();
    realm.eval(
        "var stream = new Blob(['retry: 1\\n\\nid: 1\\nevent: x\\ndata: a\\n\\ndata: b\\n\\n']).stream(); \
         var source = tell('s', EventSource.from(stream)); \
         source.addEventListener('x', (event) => told.push(event.data + event.lastEventId)); told.push(source.readyState)",
    );
    realm.run_jobs();
    assert_eq!(
        realm.eval("[told.join('; '), source.readyState]"),
        "0; s open ; a1; s message b; s error ,2"
    );
}
