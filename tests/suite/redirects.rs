//! `fetch` follows redirects as the standard defines, through stubs and to Rust.

use serde_json::{Value as Json, json};

use crate::family::family;

/// Answers the path `/STATUS?to=LOCATION` with that redirect, and other paths with the request that
/// it received.
const SERVER: &str = r"
    let seen = 0;
    export default { async fetch(request) {
        seen++;
        const { pathname, searchParams } = new URL(request.url);
        const [, status, to] = /^\/(\d{3})$/.exec(pathname) ? [null, +pathname.slice(1), searchParams.get('to')] : [];
        if (status) {
            const headers = to === null ? {} : { location: to };
            return new Response(to === null ? 'no location' : 'moved', { status, headers });
        }
        if (pathname === '/loop') return Response.redirect('http://h/loop');
        if (pathname === '/seen') return new Response(String(seen));
        const named = ['authorization', 'cookie', 'content-type', 'x-a'].filter((name) => request.headers.has(name));
        return new Response([request.method, request.url, await request.text(), named, request.redirect].join(' '));
    } }";

async fn told(body: &str) -> Json {
    let prelude = "const stub = child(env);
        const ask = async (url, init) => { const r = await stub.fetch(url, init); return [r.status, await r.text(), r.url, r.redirected] };
        const go = (status, to, init) => ask(`http://h/${status}?to=${encodeURIComponent(to)}`, init);";
    family(SERVER, &format!("{prelude}{body}")).run().await.json()
}

#[tokio::test]
async fn methods_and_bodies_are_kept_or_dropped() {
    let run = told(
        "const all = [];
         for (const method of ['GET', 'HEAD', 'POST', 'PUT']) {
            for (const status of [301, 302, 303, 307, 308]) {
                const init = { method, body: method === 'POST' || method === 'PUT' ? 'b' : undefined, headers: { 'x-a': '1' } };
                const [code, text] = await go(status, '/end', init);
                all.push(`${code} ${text}`);
            }
         }
         return all",
    )
    .await;
    let bare = |method: &str| format!("200 {method} http://h/end  x-a manual");
    let whole = |method: &str| format!("200 {method} http://h/end b content-type,x-a manual");
    let mut expected = vec![bare("GET"); 5];
    expected.extend(vec![bare("HEAD"); 5]);
    expected.extend([bare("GET"), bare("GET"), bare("GET"), whole("POST"), whole("POST")]);
    expected.extend([whole("PUT"), whole("PUT"), bare("GET"), whole("PUT"), whole("PUT")]);
    assert_eq!(run, json!(expected));
}

#[tokio::test]
async fn where_a_redirect_leads() {
    let run = told(
        "const fail = async (to, init) => (await caught(() => go(302, to, init)));
         return [
            (await go(302, 'end?x=1#part')).slice(1), (await go(302, '//other/end')).slice(1, 3),
            await go(302, '/302?to=/end'), (await ask('http://h/302')).slice(0, 2), (await ask('http://h/300?to=/end'))[0],
            await fail('data:text/plain,x'), await fail('http://['), await fail('/end', { redirect: 'error' }),
            (await go(302, '/end', { redirect: 'manual' })).slice(0, 2),
         ]",
    )
    .await;
    assert_eq!(
        run,
        json!([
            ["GET http://h/end?x=1   manual", "http://h/end?x=1", true],
            ["GET http://other/end   manual", "http://other/end"],
            [200, "GET http://h/end   manual", "http://h/end", true],
            [302, "no location"],
            300,
            ["TypeError", "Fetch API cannot load: data:text/plain,x"],
            ["TypeError", "Invalid Location header; unable to follow redirect."],
            ["TypeError", "The request may not be redirected, and was."],
            [302, "moved"],
        ])
    );
}

#[tokio::test]
async fn twenty_are_followed_and_no_more() {
    let run = told(
        "const error = await caught(() => ask('http://h/loop'));
         return [error, (await ask('http://h/seen'))[1]]",
    )
    .await;
    assert_eq!(run, json!([["TypeError", "Too many redirects."], "22"]));
}

#[tokio::test]
async fn what_is_meant_for_one_origin_is_not_for_another() {
    let run = told(
        "const headers = { authorization: 's', cookie: 'c', 'x-a': '1' };
         return [(await go(302, '/end', { headers }))[1], (await go(302, 'http://other/end', { headers }))[1],
            (await go(302, 'https://h/end', { headers }))[1]]",
    )
    .await;
    assert_eq!(
        run,
        json!([
            "GET http://h/end  authorization,cookie,x-a manual",
            "GET http://other/end  x-a manual",
            "GET https://h/end  x-a manual",
        ])
    );
}

#[tokio::test]
async fn a_body_that_can_be_read_once_is_not_sent_twice() {
    let run = told(
        "const body = () => new ReadableStream({ start(c) { c.enqueue(new TextEncoder().encode('b')); c.close() } });
         const init = (method) => ({ method, body: body(), duplex: 'half' });
         const kept = new Request('http://h/307?to=/end', { method: 'POST', body: 'kept' });
         return [(await caught(() => go(307, '/end', init('POST'))))[0], (await go(303, '/end', init('POST')))[1],
            (await ask(kept))[1], kept.bodyUsed]",
    )
    .await;
    let end = "GET http://h/end   manual";
    assert_eq!(run, json!(["TypeError", end, "POST http://h/end kept content-type manual", true]));
}

#[tokio::test]
async fn a_childs_own_fetch_follows_as_well() {
    let run = family(
        "export default { async go() {
            const response = await fetch('http://h/a');
            return [await response.text(), response.url, response.redirected] } }",
        "class Gate extends RpcTarget {}
         const gate = load(env, `export default { fetch(request) {
            return request.url.endsWith('/a') ? new Response(null, { status: 302, headers: { location: '/b#c' } }) : new Response(request.url) } }`);
         return child(env, { globalOutbound: gate.getEntrypoint() }).go()",
    );
    let _ = run.run().await.expect_ok(json!(["http://h/b", "http://h/b", true]));
}

#[tokio::test]
async fn the_headers_of_what_was_received_cannot_be_changed() {
    let run = family(
        "export default { fetch(request) {
            const told = [];
            for (const headers of [request.headers, request.clone().headers, new Headers(request.headers), new Request(request).headers]) {
                try { headers.set('x', '1'); told.push(true) } catch (e) { told.push(e.message) }
            }
            return Response.json(told) } }",
        "const response = await child(env).fetch('http://a');
         const told = await response.json();
         for (const { headers } of [response, Response.redirect('http://a'), Response.error(), new Response('', response)]) {
            for (const change of [(h) => h.append('x', '1'), (h) => h.delete('x'), (h) => h.set('x', '1')]) {
                try { change(headers); told.push(true) } catch (e) { told.push(e.name) }
            }
         }
         return told",
    );
    let refused = "Can't modify immutable headers.";
    let _ = run.run().await.expect_ok(json!([
        refused,
        refused,
        true,
        true,
        "TypeError",
        "TypeError",
        "TypeError",
        "TypeError",
        "TypeError",
        "TypeError",
        "TypeError",
        "TypeError",
        "TypeError",
        true,
        true,
        true
    ]));
}

#[tokio::test]
async fn what_a_request_says_of_itself() {
    let run = family(
        "export default { fetch({ cache, credentials }) { return Response.json([cache, credentials]) } }",
        "const of = (r) => [r.cache, r.credentials, r.mode, r.integrity, r.duplex, r.keepalive];
         const wrong = (init) => { try { new Request('http://a', init); return 'no error' } catch (e) { return e.name } };
         const given = new Request('http://a', { cache: 'no-store', credentials: 'omit', integrity: 'sha256-x' });
         const stub = child(env);
         return [of(new Request('http://a')), of(given.clone()), of(new Request(given, { cache: 'reload' })),
            [{ cache: 'x' }, { credentials: '' }, { mode: 'navigate' }, { duplex: 'full' }, { cache: 'only-if-cached' }].map(wrong),
            await (await stub.fetch('http://a', { cache: 'no-store', credentials: 'omit' })).json(),
            (await caught(() => stub.fetch(given)))[0]]",
    );
    let _ = run.run().await.expect_ok(json!([
        ["default", "same-origin", "cors", "", "half", false],
        ["no-store", "omit", "cors", "sha256-x", "half", false],
        ["reload", "omit", "cors", "sha256-x", "half", false],
        ["TypeError", "TypeError", "TypeError", "TypeError", "TypeError"],
        ["no-store", "omit"],
        "TypeError"
    ]));
}
