//! `WebSocketPair` between workers.

use serde_json::json;

use crate::harness::Case;

/// A worker that loads others: `load(source)` returns the entrypoint of one, and `inbox` a function
/// that returns the next event of a socket.
fn parent(body: &str) -> Case {
    let body = format!(
        "const load = (source) => env.LOADER.load({{ mainModule: 'm.js', modules: {{ 'm.js': source }} }}).getEntrypoint();
         const inbox = (ws) => {{
            const [list, waiting] = [[], []];
            const put = (it) => (waiting.length > 0 ? waiting.shift()(it) : list.push(it));
            ws.addEventListener('message', ({{ data }}) => put(typeof data === 'string' ? data : [...new Uint8Array(data)]));
            ws.addEventListener('close', ({{ code, reason, wasClean }}) => put([code, reason, wasClean]));
            return () => (list.length > 0 ? list.shift() : new Promise((resolve) => waiting.push(resolve)));
         }};
         const upgrade = {{ headers: {{ upgrade: 'websocket' }} }};
         {body}"
    );
    Case::body(&body).code(|code| code.loader("LOADER"))
}

const ECHO: &str = "const ECHO = `export default { fetch(request) {
        const { 0: client, 1: server } = new WebSocketPair(); server.accept(); server.send('welcome');
        server.addEventListener('message', async ({ data }) => { await null; server.send(data) });
        return new Response(null, { status: 101, webSocket: client, headers: { 'x-upgrade': request.headers.get('upgrade') } });
    } }`;";

#[tokio::test]
async fn a_worker_answers_with_a_socket() {
    let body = format!(
        "{ECHO} const response = await load(ECHO).fetch('http://a/', upgrade);
         const ws = response.webSocket; const next = inbox(ws); ws.accept();
         const told = [response.status, response.headers.get('x-upgrade'), await next()];
         ws.send('text'); told.push(await next()); ws.send(new Uint8Array([7])); told.push(await next());
         ws.close(3001, 'bye'); told.push(await next(), ws.readyState);
         return told"
    );
    let expected = json!([101, "websocket", "welcome", "text", [7], [3001, "bye", true], 3]);
    let _ = parent(&body).run().await.expect_ok(expected);
}

/// A response with a socket is passed on as it is.
#[tokio::test]
async fn a_socket_is_handed_on() {
    let body = format!(
        "{ECHO} const source = `export default {{ fetch(request, env) {{ return env.NEXT.fetch(request) }} }}`;
         let stub = load(ECHO);
         for (let n = 0; n < 3; n++) stub = env.LOADER.load({{ mainModule: 'm.js', modules: {{ 'm.js': source }}, env: {{ NEXT: stub }} }}).getEntrypoint();
         const {{ webSocket: ws }} = await stub.fetch('http://a/', upgrade);
         const next = inbox(ws); ws.accept(); const told = [await next()]; ws.send('far'); told.push(await next());
         return told"
    );
    let _ = parent(&body).run().await.expect_ok(json!(["welcome", "far"]));
}

#[tokio::test]
async fn the_worker_closes_or_is_gone() {
    let body = "const source = `export default { fetch(request, env, ctx) {
            const { 0: client, 1: server } = new WebSocketPair(); server.accept();
            server.onmessage = ({ data }) => { if (data === 'close') server.close(4000, 'asked'); else ctx.abort(new Error('gone')) };
            return new Response(null, { status: 101, webSocket: client });
        } }`;
        const told = [];
        for (const word of ['close', 'abort']) {
            const { webSocket: ws } = await load(source).fetch('http://a/', upgrade);
            const next = inbox(ws); ws.accept(); ws.send(word); told.push(await next());
        }
        return told";
    let expected = json!([[4000, "asked", true], [1006, "", false]]);
    let _ = parent(body).run().await.expect_ok(expected);
}

/// The other side learns that the holder of a socket has dropped it.
#[tokio::test]
async fn a_socket_that_is_dropped_is_closed() {
    let body = "const source = `let told = []; export default {
            fetch(request, env, ctx) {
                const { 0: client, 1: server } = new WebSocketPair(); server.accept();
                server.onclose = ({ code, wasClean }) => told.push([code, wasClean]);
                return new Response(null, { status: 101, webSocket: client });
            },
            async told() { while (told.length === 0) await new Promise((resolve) => setTimeout(resolve, 1)); return told } }`;
        const stub = load(source);
        const opener = env.LOADER.load({ mainModule: 'm.js', modules: { 'm.js': `export default { async open(_, env) { const { webSocket } = await env.S.fetch('http://a/', { headers: { upgrade: 'websocket' } }); webSocket.accept() } }` }, env: { S: stub } }).getEntrypoint();
        await opener.open(0);
        return stub.told(0)";
    let _ = parent(body).run().await.expect_ok(json!([[1006, false]]));
}

/// Each list of messages is a call, and counts as one.
#[tokio::test]
async fn messages_are_counted_as_calls() {
    let body = |count: u32| {
        format!(
            "{ECHO} const {{ webSocket: ws }} = await load(ECHO).fetch('http://a/', upgrade); const next = inbox(ws); ws.accept(); await next();
             for (let n = 0; n < {count}; n++) {{ ws.send('x'); const got = await next(); if (got !== 'x') return got }}
             return 'all'"
        )
    };
    let run = |count| parent(&body(count)).limits(|limits| limits.capability_calls(50)).run();
    let _ = run(10).await.expect_ok("all");
    let failed = run(50).await;
    assert!(
        failed.0.result.is_err() || failed.json() == json!([1006, "", false]),
        "{:?}",
        failed.0
    );
}
