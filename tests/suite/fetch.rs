//! `fetch` between workers, and its requests and responses in ordinary calls.

use isolet::Worker;
use serde_json::{Value as Json, json};

use crate::family::{family, family_js};
use crate::harness::{Case, Run};

/// Responds with the request that it received.
const SERVICE: &str = r#"
    import { WorkerEntrypoint } from "cloudflare:workers";
    const show = async (r) => [r instanceof Request, r.method, r.url, [...r.headers], await r.text()];
    export default {
        async fetch(request, env, ctx) {
            const body = await show(request);
            return Response.json([...body, env.NAME, typeof ctx.waitUntil], {
                status: 201, statusText: "Made", headers: { "x-by": "plain" },
            });
        },
    };
    export class Class extends WorkerEntrypoint {
        async fetch(request) {
            const body = await show(request);
            return new Response(JSON.stringify([...body, arguments.length, this.env.NAME]));
        }
    }
    export class Wrong extends WorkerEntrypoint {
        fetch(request) {
            if (request.url.endsWith("/throws")) throw new RangeError("too far");
            return { status: 200 };
        }
        echo(value) { return value; }
        kind(value) { return [value.constructor.name, JSON.stringify(value)]; }
        take(call) { return call(new Response("from the callee", { status: 202 })); }
        async through(stub, input) { return await stub.fetch(input); }
    }
    export class Silent extends WorkerEntrypoint {}
"#;

pub(crate) fn service() -> Worker {
    Case::named("service.js", SERVICE).code(|code| code.env_value("NAME", "svc")).worker()
}

/// Creates a worker with that body and the service's entrypoints in its `env`.
fn client(body: &str) -> Case {
    let service = service();
    let named = |name: &str| service.named_entrypoint(name).stub();
    Case::body(body)
        .env("PLAIN", service.entrypoint().stub())
        .env("CLASS", named("Class"))
        .env("WRONG", named("Wrong"))
        .env("SILENT", named("Silent"))
}

async fn json_of(body: &str) -> Json {
    client(body).run().await.json()
}

#[tokio::test]
async fn a_request_reaches_a_plain_object() {
    let told = json_of(
        "const response = await env.PLAIN.fetch('https://a.example/x?y#z', {
            method: 'post', headers: { 'X-B': '1', 'x-a': '2' }, body: 'hello',
        });
        return [response instanceof Response, response.status, response.statusText, response.ok,
            response.url, [...response.headers], await response.json()]",
    )
    .await;
    let headers = json!([["content-type", "text/plain;charset=UTF-8"], ["x-a", "2"], ["x-b", "1"]]);
    let request =
        json!([true, "POST", "https://a.example/x?y", headers, "hello", "svc", "function"]);
    let headers = json!([["content-type", "application/json"], ["x-by", "plain"]]);
    let url = "https://a.example/x?y";
    assert_eq!(told, json!([true, 201, "Made", true, url, headers, request]));
}

#[tokio::test]
async fn a_request_reaches_a_class() {
    let told = json_of(
        "const request = new Request('http://a/', { method: 'PUT', body: new Uint8Array([104, 105]) });
         const response = await env.CLASS.fetch(request, { headers: [['a', 'b']] });
         return [request.bodyUsed, await response.json()]",
    )
    .await;
    let request = json!([true, "PUT", "http://a/", [["a", "b"]], "hi", 1, "svc"]);
    assert_eq!(told, json!([true, request]));
}

#[tokio::test]
async fn a_third_party_passes_requests_and_responses_on() {
    let told = json_of(
        "const response = await env.WRONG.through(env.CLASS, new Request('http://third/'));
         const url = await env.WRONG.through(env.CLASS, 'http://text/');
         return [(await response.json())[2], (await url.json())[2], response.status]",
    )
    .await;
    assert_eq!(told, json!(["http://third/", "http://text/", 200]));
}

#[tokio::test]
async fn what_goes_wrong_is_the_callers() {
    let told = json_of(
        "const errors = [];
         for (const [stub, ...args] of [
            [env.PLAIN, '/relative'], [env.PLAIN], [env.WRONG, 'http://a/throws'],
            [env.WRONG, 'http://a/'], [env.SILENT, 'http://a/'],
            [env.PLAIN, 'http://a/', { body: 'x' }],
         ]) {
            const promise = stub.fetch(...args);
            errors.push(await promise.then(() => 'fine', (e) => `${e.name}: ${e.message}`));
         }
         return errors",
    )
    .await;
    assert_eq!(
        told,
        json!([
            "TypeError: Invalid URL: /relative",
            "TypeError: fetch() needs a URL or a Request.",
            "RangeError: too far",
            "TypeError: Incorrect type for Promise: the Promise did not resolve to 'Response'.",
            "TypeError: The RPC receiver does not implement the method \"fetch\".",
            "TypeError: Request with a GET or HEAD method cannot have a body.",
        ])
    );
}

/// Neither of them is the promise of a call, which could be called itself.
#[tokio::test]
async fn promises_of_fetch_and_text_are_plain() {
    let told = json_of(
        "const promises = [env.PLAIN.fetch('http://a/'), new Response('x').text()];
         const kinds = promises.map((it) => [typeof it, Object.getPrototypeOf(it) === Promise.prototype]);
         const [response, text] = await Promise.all(promises);
         const body = response.text();
         const again = response.text().catch((error) => error.name);
         return [...kinds, response.status, text, typeof await body, await again]",
    )
    .await;
    let kind = json!(["object", true]);
    assert_eq!(told, json!([kind, kind, 201, "x", "string", "TypeError"]));
}

/// A program's changes to the classes of the language have no effect.
#[tokio::test]
async fn a_fetch_uses_nothing_that_a_program_can_change() {
    let told = json_of(
        "const touched = [];
         const touch = (object, name) => {
            const value = object[name];
            Object.defineProperty(object, name, {
                get() { touched.push(String(name)); return value }, set() { touched.push(`set ${String(name)}`) }, configurable: true,
            });
         };
         for (const name of ['5', '6', 'indexOf']) touch(Array.prototype, name);
         for (const name of ['toWellFormed', 'startsWith', 'indexOf']) touch(String.prototype, name);
         touch(Promise, Symbol.species);
         touch(Promise.prototype, 'then');
         const text = await (await env.PLAIN.fetch('http://a/')).text();
         return [touched, JSON.parse(text)[1]]",
    )
    .await;
    assert_eq!(told, json!([[], "GET"]));
}

#[tokio::test]
async fn a_signal_ends_the_wait() {
    let told = json_of(
        "const told = [];
         const aborted = AbortSignal.abort(new Error('before'));
         await env.PLAIN.fetch('http://a', { signal: aborted }).catch((e) => told.push(e.message));
         const controller = new AbortController();
         const answer = env.PLAIN.fetch('http://a', { signal: controller.signal });
         controller.abort(new Error('after'));
         await answer.catch((e) => told.push(e.message));
         const unused = new AbortController().signal;
         told.push((await env.PLAIN.fetch('http://a', { signal: unused })).status);
         return told",
    )
    .await;
    assert_eq!(told, json!(["before", "after", 201]));
}

#[tokio::test]
async fn a_signal_stops_a_body_that_is_coming() {
    let _ = family(
        "const told = [];
         export default class extends WorkerEntrypoint {
            fetch(request) {
                if (request.url.endsWith('whole')) return new Response('whole');
                return new Response(new ReadableStream({
                    pull(controller) { controller.enqueue(new Uint8Array(10)) }, cancel(reason) { told.push(reason.message) },
                }, { highWaterMark: 0 }));
            }
            told() { return told }
        }",
        "const stub = child(env), get = (path, { signal }) => stub.fetch(`http://a/${path}`, { signal });
         const first = new AbortController(), reader = (await get('', first)).body.getReader();
         const read = (await reader.read()).value.length;
         first.abort(new Error('enough'));
         const stopped = await caught(() => reader.read());
         const second = new AbortController(), late = await get('whole', second);
         second.abort(new Error('unread'));
         const third = new AbortController(), whole = await get('whole', third), text = await whole.text();
         third.abort();
         while ((await stub.told()).length === 0) await scheduler.wait(1);
         return [read, stopped, await caught(() => late.text()), text, whole.bodyUsed, await stub.told()]",
    )
    .run()
    .await
    .expect_ok(json!([10, ["Error", "enough"], ["Error", "unread"], "whole", true, ["enough"]]));
}

/// Each answer has 128 KiB. Together they are three times the limit.
#[tokio::test]
async fn a_signal_keeps_nothing_of_what_was_fetched() {
    let _ = family(
        "export default { fetch() { return new Response(new Uint8Array(1 << 17)) } }",
        "const stub = child(env), { signal } = new AbortController(); let bytes = 0;
         for (let n = 0; n < 500; n++) bytes += (await (await stub.fetch('http://a', { signal })).bytes()).length;
         return bytes >> 17",
    )
    .limits(|limits| limits.memory_bytes(20 << 20))
    .run()
    .await
    .expect_ok(500);
}

#[tokio::test]
async fn ordinary_calls_carry_them() {
    let told = json_of(
        "const response = new Response('text', { status: 299, headers: { a: 'b' } });
         const shared = await env.WRONG.echo({ list: [response, response], map: new Map([[1, response]]) });
         const request = await env.WRONG.echo(new Request('http://a', { redirect: 'manual' }));
         const headers = await env.WRONG.echo(new Headers([['set-cookie', 'a'], ['set-cookie', 'b']]));
         const back = await env.WRONG.take((given) => given.text());
         return [response.bodyUsed, shared.list[0] === shared.list[1],
            shared.map.get(1) === shared.list[0], shared.list[0].status,
            shared.list[0].headers.get('A'), await shared.list[0].text(),
            request instanceof Request, request.redirect, request.body,
            headers instanceof Headers, headers.getSetCookie(), back]",
    )
    .await;
    let expected = json!([
        true,
        true,
        true,
        299,
        "b",
        "text",
        true,
        "manual",
        null,
        true,
        ["a", "b"],
        "from the callee"
    ]);
    assert_eq!(told, expected);
}

#[tokio::test]
async fn what_cannot_be_sent_is_refused() {
    let told = json_of(
        "const told = [];
         const used = new Response('x');
         await used.text();
         for (const value of [used, Response.error(), new (class Foo {})]) {
            await env.WRONG.echo(value).catch((e) => told.push(`${e.name}: ${e.message}`));
         }
         return told",
    )
    .await;
    assert_eq!(
        told,
        json!([
            "TypeError: Body has already been used. It can only be used once. Use tee() first if \
             you need to read it twice.",
            "TypeError: Response.error() cannot be sent.",
            "DataCloneError: Could not serialize object of type \"Foo\". This type does not \
             support serialization.",
        ])
    );
}

/// Data stays data, whatever its shape.
#[tokio::test]
async fn plain_data_is_no_response() {
    let told = json_of(
        "const shape = { url: 'http://a', method: 'GET', status: 200, headers: [], body: null };
         const tagged = { ...shape, [Symbol.toStringTag]: 'Response' };
         const error = Object.assign(new Error('x'), { name: 'Response', ...shape });
         return [await env.WRONG.kind(shape), await env.WRONG.kind(tagged),
            (await env.WRONG.echo(error)) instanceof Error]",
    )
    .await;
    let text = r#"{"url":"http://a","method":"GET","status":200,"headers":[],"body":null}"#;
    assert_eq!(told, json!([["Object", text], ["Object", text], true]));
}

/// The caller checks the response of an outbound stub that is not an entrypoint.
#[tokio::test]
async fn forged_responses_are_checked() {
    let told = family_js(
        "export default class extends WorkerEntrypoint {
            ask() { return fetch('http://a').then((r) => r.text(), (e) => e.name) } }",
        "class Hostile extends RpcTarget {
            #answer;
            constructor(answer) { super(); this.#answer = answer }
            fetch() { return this.#answer }
         }
         export default { async run(_, env) {
            const told = [];
            for (const answer of [
                { status: 200, headers: [['a', 'b']], body: 'x' }, { status: 99 }, { status: '200' },
                { status: 200, headers: [['a\\n', 'b']] }, { status: 200, headers: [['a', 'b\\r\\nc: d']] },
                { status: 200, headers: [[() => {}, 'b']] }, { status: 200, headers: () => {} },
                { status: 204, body: 'x' }, { status: 200, body: () => {} }, { status: 200, body: {} },
                { status: 200, statusText: 'a\\nb' }, { status: 200, url: 'nowhere' },
                () => {}, null, 7, 'text', [], new Map(),
            ]) {
                const globalOutbound = new RpcStub(new Hostile(answer));
                told.push(await child(env, { globalOutbound }).ask());
            }
            return told.join(' ');
         } }",
    );
    let errors = "TypeError TypeError TypeError TypeError TypeError TypeError TypeError TypeError";
    let told = told.run().await;
    let _ = told.expect_ok(format!(
        "x RangeError TypeError {errors} TypeError TypeError TypeError TypeError TypeError TypeError TypeError"
    ));
}

/// The worker overwrites all built-ins that it can reach, and its own `fetch` still works.
#[tokio::test]
async fn patched_built_ins_change_nothing() {
    let run: Run = client(
        "const evil = () => { throw new Error('evil') };
         const { ownKeys } = Reflect;
         const { defineProperty } = Object;
         const all = [Array.prototype, Map.prototype, String.prototype, Uint8Array.prototype,
            Headers.prototype, Request.prototype, Response.prototype, JSON, Object, Reflect];
         for (let at = 0; at < all.length; at++) {
            const keys = ownKeys(all[at]);
            for (let index = 0; index < keys.length; index++) {
                // The engine's template literals call `concat`.
                const key = keys[index];
                if (key === 'constructor' || key === 'length' || key === 'concat') continue;
                try { defineProperty(all[at], key, { value: evil }) } catch {}
            }
         }
         Promise.prototype.catch = Promise.prototype.finally = evil;
         globalThis.Headers = globalThis.Request = globalThis.Response = globalThis.URL = evil;
         const response = await env.PLAIN.fetch('http://a', { method: 'POST', body: 'b' });
         return typeof response",
    )
    .run()
    .await;
    let _ = run.expect_ok("object");
}

/// Returns targets whose `fetch` is an ordinary method.
const TARGETS: &str = r#"
    class Target extends RpcTarget {
        fetch(...args) { return args.map((it) => it instanceof Request ? "request" : it) }
        make() { return new Target() }
    }
    export default class extends WorkerEntrypoint {
        make() { return new Target() }
        plain() { return { fetch: (a, b) => [a, b] } }
        service() { return this.ctx.exports.default }
        async fetch(request) {
            return Response.json([request.method, request.url, arguments.length])
        }
    }"#;

#[tokio::test]
async fn a_method_called_fetch_is_special_for_services_alone() {
    let _ = family(
        TARGETS,
        "class Mine extends RpcTarget { fetch(...args) { return args.length } }
         const stub = child(env), target = await stub.make();
         const own = new RpcStub(new Mine());
         return [
            await target.fetch(true, 123, 'baz'), await target.fetch(),
            await stub.make().fetch('http://a/', { method: 'POST' }), await stub.make().make().fetch(1),
            await (await stub.plain()).fetch(1, 2), await own.fetch(1, 2, 3),
         ]",
    )
    .run()
    .await
    .expect_ok(json!([
        [true, 123, "baz"],
        [],
        ["http://a/", { "method": "POST" }],
        [1],
        [1, 2],
        3
    ]));
}

#[tokio::test]
async fn every_way_to_a_service_leads_to_its_fetch() {
    let answer = json!(["POST", "http://a/", 1]);
    let _ = family(
        &format!("{TARGETS}\n export class Other extends WorkerEntrypoint {{
            through(stub) {{ return stub.fetch('http://a/', {{ method: 'POST' }}) }}
            own() {{ return this.env.SERVICE.fetch('http://a/', {{ method: 'POST' }}) }} }}"),
        "const init = { method: 'POST' }, worker = load(env), stub = worker.getEntrypoint();
         const named = env.LOADER.get('it', async () => ({ mainModule: 'm.js', modules: { 'm.js': CHILD } }));
         const other = load(env, CHILD, { env: { SERVICE: stub } }).getEntrypoint('Other');
         const pending = load(env, CHILD, { env: { SERVICE: named.getEntrypoint() } }).getEntrypoint('Other');
         return Promise.all([
            stub.fetch('http://a/', init), worker.getEntrypoint(null, { props: {} }).fetch('http://a/', init),
            stub.dup().fetch('http://a/', init), named.getEntrypoint().fetch('http://a/', init),
            (await stub.service()).fetch('http://a/', init), stub.service().fetch('http://a/', init),
            other.through(stub), other.own(), pending.own(),
         ].map(async (response) => (await response).json()))",
    )
    .run()
    .await
    .expect_ok(vec![answer; 9]);
}

#[tokio::test]
async fn cf_is_carried_and_the_text_of_a_status_is_its_phrase() {
    let told = json_of(
        "const cf = { country: 'NZ', list: [1] };
         const caught = async (f) => { try { f(); return 'no error' } catch (e) { return [e.name, e.message] } };
         const request = new Request('http://a/', { cf });
         const copy = new Request(request), other = new Request(request, { cf: { b: 1 } }), plain = new Request('http://a/');
         const response = new Response(null, { status: 404, cf });
         return [request.cf === cf, copy.cf, other.cf, request.clone().cf, String(plain.cf), response.cf, response.clone().cf, String(new Response().cf),
            response.statusText, new Response().statusText, new Response('', { status: 299 }).statusText, new Response('', { statusText: '' }).statusText,
            Response.redirect('http://a/').statusText, Response.json(1, { status: 201 }).statusText, Response.error().statusText,
            await caught(() => new Request('http://a/', { cf: 1 })), await caught(() => new Response('', { cf: 'x' }))]",
    )
    .await;
    let (cf, refused) = (
        json!({ "country": "NZ", "list": [1] }),
        json!(["TypeError", "\"cf\" must be an object."]),
    );
    assert_eq!(
        told,
        json!([
            true, cf, { "b": 1 }, cf, "undefined", cf, cf, "undefined", "Not Found", "OK", "", "",
            "Found", "Created", "", refused, refused
        ])
    );
}

#[tokio::test]
async fn cf_and_the_url_cross_between_workers() {
    const CHILD: &str = "export default class extends WorkerEntrypoint {
        fetch(request) { return Response.json([request.url, request.cf], { cf: { of: 'child' } }) }
        back(request) { return request } url(text) { return new Request(text).url } }";
    const BODY: &str = "
        const stub = child(env), legacy = child(env, { compatibilityFlags: ['fetch_legacy_url'] });
        const response = await stub.fetch('http://a', { cf: { x: [1] } });
        const request = await stub.back(new Request('http://b', { cf: { y: 1 } }));
        return [await response.json(), response.cf, request.url, request.cf, await stub.url('HTTP://c'), await legacy.url('HTTP://c'),
            await caught(() => legacy.url('nowhere'))]";
    let refused = json!(["TypeError", "Invalid URL: nowhere"]);
    let _ = family(CHILD, BODY).run().await.expect_ok(json!([
        ["http://a/", { "x": [1] }],
        { "of": "child" },
        "http://b/",
        { "y": 1 },
        "http://c/",
        "HTTP://c",
        refused
    ]));
    let legacy = family(CHILD, BODY).code(|code| code.keep_urls(true)).run().await.json();
    assert_eq!(
        (&legacy[0], &legacy[2]),
        (&json!(["http://a/", { "x": [1] }]), &json!("http://b/"))
    );
}

/// Setters on the prototype of arrays see no part of a request or response, and do not stop the count of
/// redirects.
#[tokio::test]
async fn setters_of_arrays_see_nothing_of_a_request() {
    const CHILD: &str = "let n = 0; export default class extends WorkerEntrypoint {
        fetch(request) {
            const { pathname } = new URL(request.url);
            if (pathname === '/forever') return new Response('', { status: 307, headers: { location: '/forever' } });
            if (pathname === '/once') return new Response('', { status: 307, headers: { location: '/end' } });
            return new Response('end', { cf: { of: 'child' } });
        } back(response) { return response } }";
    const BODY: &str = "
        const stub = child(env), seen = [];
        for (let i = 4; i < 12; i++) Object.defineProperty(Array.prototype, i, { configurable: true, set(value) { seen.push(i) }, get() { return undefined } });
        const post = { method: 'POST', body: 'x', cache: 'no-store', cf: { a: 1 } };
        const told = [
            (await stub.fetch('http://a/', post)).cf, await (await stub.fetch('http://a/once', post)).text(),
            await caught(() => stub.fetch('http://a/forever', post)), await caught(() => stub.fetch('http://a/forever')),
            (await stub.back(new Response('x', { cf: { b: 1 } }))).cf,
        ];
        for (let i = 4; i < 12; i++) delete Array.prototype[i];
        return [told, seen]";
    let endless = json!(["TypeError", "Too many redirects."]);
    let _ = family(CHILD, BODY).run().await.expect_ok(json!([
        [{ "of": "child" }, "end", endless, endless, { "b": 1 }],
        []
    ]));
}
