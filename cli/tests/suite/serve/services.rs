//! `services`: workers that call one another.

use super::{Server, serve};
use crate::folder::{Folder, said};

const FRONT: &str = "
    import { WorkerEntrypoint } from 'cloudflare:workers';
    export class Names extends WorkerEntrypoint { front() { return 'front of ' + this.env.NAME } }
    export default { async fetch(request, env) {
        switch (new URL(request.url).pathname) {
            case '/fetch': return env.BACK.fetch('http://x/y?z', { method: 'POST', body: 'b', headers: { h: '1' } });
            case '/call': return new Response(await env.SUMS.sum(40, 2));
            case '/props': return new Response(await env.SUMS.props() + await env.BACK.fetch('http://x/props').then((it) => it.text()));
            case '/later': return new Response(await env.SUMS.pair().then((pair) => pair.add(1)));
            case '/stream': return env.BACK.fetch(new Request(request, { method: 'PUT', body: new Blob(['x'.repeat(1e5)]).stream() }));
            case '/round': return new Response(await env.SUMS.round());
            case '/self': return new Response(await env.SELF.front());
            case '/none': return new Response(await env.NONE.f());
            case '/spin': return new Response(await env.SUMS.spin().catch((error) => error.message));
            case '/env': return Response.json(Object.keys(env).sort());
        }
    } };";

const BACK: &str = "
    import { WorkerEntrypoint, RpcTarget } from 'cloudflare:workers';
    class Pair extends RpcTarget { add(n) { return String(n + 1) } }
    export class Sums extends WorkerEntrypoint {
        sum(a, b) { return String(a + b) }
        props() { return JSON.stringify(this.ctx.props) }
        pair() { return new Pair() }
        async round() { return await this.env.FRONT.front() + ' and ' + this.env.NAME }
        spin() { for (;;); }
    }
    export default { async fetch(request, env, ctx) {
        if (request.url === 'http://x/props') return Response.json(ctx.props);
        const text = await request.text();
        return new Response([request.method, request.url, request.headers.get('h'), text.length, env.NAME].join(' '));
    } };";

fn folder(name: &str) -> Folder {
    const A: &str = r#"{ "name": "front", "main": "main.js", "vars": { "NAME": "a" }, "services": [
        { "binding": "BACK", "service": "back" },
        { "binding": "SUMS", "service": "back", "entrypoint": "Sums", "props": { "a": [1, { "b": "c" }] } },
        { "binding": "SELF", "service": "front", "entrypoint": "Names" },
        { "binding": "NONE", "service": "back", "entrypoint": "Nothing" } ] }"#;
    const B: &str = "name = \"back\"\nmain = \"src/back.js\"\nvars = { NAME = \"b\" }\n\
        [[services]]\nbinding = \"FRONT\"\nservice = \"front\"\nentrypoint = \"Names\"\n";
    Folder::new(name)
        .file("a/wrangler.jsonc", A)
        .file("a/main.js", FRONT)
        .file("b/wrangler.toml", B)
        .file("b/src/back.js", BACK)
}

const BOTH: [&str; 4] = ["a/wrangler.jsonc", "b/wrangler.toml", "--listen", "127.0.0.1:0"];

#[test]
fn workers_call_one_another_by_name() {
    let folder = folder("serve-services").file("b/.dev.vars", "NAME=dev");
    for fresh in [&[][..], &["--fresh"]] {
        let options = ["--env", "X=1", "--fuel", "300000000", "--admin", "127.0.0.1:0"];
        let mut command = serve(&folder, &[&BOTH[..], &options, fresh].concat());
        let server = Server::of(&mut command);
        let _ = server.get("/fetch").expect(200, "POST http://x/y?z 1 1 dev");
        let _ = server.get("/call").expect(200, "42");
        let _ = server.get("/props").expect(200, r#"{"a":[1,{"b":"c"}]}{}"#);
        let _ = server.get("/later").expect(200, "2");
        let _ = server.get("/stream").expect(200, "PUT http://a/stream  100000 dev");
        let _ = server.get("/round").expect(200, "front of a and dev");
        let _ = server.get("/self").expect(200, "front of a");
        let _ = server.get("/env").expect(200, r#"["BACK","NAME","NONE","SELF","SUMS","X"]"#);
        assert_eq!(server.get("/none").status, 500);
        // A service has limits of its own, and its end is an error of the caller's.
        let spun = server.get("/spin");
        assert!(spun.status == 200 && spun.body.contains("fuel"), "{spun:?}");
        let _ = server.get("/call").expect(200, "42");
        server.wait_for_metric("isolet_requests_in_flight", 0.0);
        assert!(server.stop().contains("no such entrypoint: Nothing"));
    }
}

#[test]
fn a_change_of_a_service_is_served() {
    let folder = folder("serve-services-watch");
    let server = Server::of(&mut serve(&folder, &[&BOTH[..], &["--watch"]].concat()));
    let _ = server.get("/call").expect(200, "42");
    let path = folder.path().join("b/src/back.js");
    std::fs::write(path, BACK.replace("String(a + b)", "`sum ${a + b}`")).expect("a file");
    let _ = server.get("/call").expect(200, "sum 42");
    let path = folder.path().join("b/wrangler.toml");
    std::fs::write(path, "name = \"other\"\nmain = \"src/back.js\"").expect("a file");
    let _ = server.get("/call").expect(200, "sum 42");
    assert!(server.stop().contains("names \"back\" for BACK, which is no worker here"));
}

#[test]
fn what_is_wrong_is_named() {
    let folder = folder("serve-services-bad")
        .file("c/wrangler.toml", "main = \"../b/src/back.js\"")
        .file("d/wrangler.toml", "name = \"back\"\nmain = \"../b/src/back.js\"")
        .file("e/wrangler.toml", "name = \"back\"\nmain = \"none.js\"")
        .file("f/wrangler.toml", "name = \"back\"\nmain = \"bad.js\"")
        .file("f/bad.js", "throw new Error('broken')");
    let a = "a/wrangler.jsonc";
    for (files, text) in [
        (&[a][..], "names \"back\" for BACK"),
        (&[a, "c/wrangler.toml"], "there is no \"name\""),
        (&[a, "b/wrangler.toml", "d/wrangler.toml"], "two workers have the name \"back\""),
        (&[a, "b/src/back.js"], "a further worker is one of these files"),
        (&[a, "e/wrangler.toml"], "none.js"),
        (&[a, "f/wrangler.toml"], "broken"),
    ] {
        let _ = said(&mut serve(&folder, files)).expect_failure(2, &[text]);
    }
}
