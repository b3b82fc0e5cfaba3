//! Each key of a policy, obeyed and violated.

use isolet::{NetworkPolicy, Stub};
use serde_json::json;

use super::server::Server;
use super::{case, has, here, local, network, rule, run};

#[tokio::test]
async fn nothing_is_allowed_by_default() {
    let server = Server::echo().await;
    let told = run(NetworkPolicy::new(), &server, "return text(`http://a.test:${port}/x?secret`)");
    let told = told.await;
    has(
        &told,
        &[
            "TypeError: fetch(\"http://a.test:",
            "/x\") is not allowed: no rule of the network policy",
            "--allow-net http://a.test:",
        ],
    );
    assert!(!told.to_string().contains("secret"), "{told}");
    let told =
        run(local(server.port), &server, "return (await json(`http://a.test:${port}/x`)).uri");
    assert_eq!(told.await, "/x");
    assert_eq!(server.connections(), 1);
}

#[tokio::test]
async fn destinations_methods_and_paths() {
    let server = Server::echo().await;
    let port = server.port;
    let policy = NetworkPolicy::new()
        .rule(rule(format_args!("http://a.test:{port}")).methods(["GET"]).paths(["/v1"]).name("a"))
        .rule(rule(format_args!("http://*.b.test:{port}")).name("b"))
        .addresses(here());
    let told = run(
        policy,
        &server,
        "const at = (host, path, method = 'GET') => told(async () => (await fetch(`http://${host}:${port}${path}`, { method })).status);
         return [await at('a.test', '/v1/x'), await at('a.test', '/v1/../v2'), await at('a.test', '/v1/%2e%2e/v2'), await at('a.test', '/v1/..%2fv2'),
            await at('a.test', '/v1', 'DELETE'), await at('x.b.test', '/', 'DELETE'), await at('b.test', '/'), await at('a.test.', '/v1'), await at('A.TEST', '/v1'),
            await told(() => fetch(`https://a.test:${port}/v1`)), await told(() => fetch(`http://a.test:${port + 1}/v1`))]",
    )
    .await;
    for at in [0, 5, 8] {
        assert_eq!(told[at], 200, "{told}");
    }
    for at in [1, 2, 3] {
        has(&told[at], &["the rule \"a\" of the network policy does not allow this path"]);
    }
    has(&told[4], &["the rule \"a\" of the network policy does not allow DELETE"]);
    for at in [6, 7, 9, 10] {
        has(&told[at], &["no rule of the network policy names"]);
    }
}

#[tokio::test]
async fn urls_and_methods_that_are_no_requests() {
    let server = Server::echo().await;
    let told = run(
        local(server.port),
        &server,
        "const as = (init) => told(() => fetch(`http://a.test:${port}`, init));
         return [await told(() => fetch('ftp://a.test/')), await as({ method: 'TRACE' }), await as({ method: 'CONNECT' }),
            await told(() => fetch(`http://a.test:${port}/${'x'.repeat(20000)}`)), await told(() => fetch(`http://a.test:${port}/?${'x'.repeat(9000)}`).then((r) => r.status))]",
    )
    .await;
    for at in 0..4 {
        has(&told[at], &["TypeError"]);
    }
    has(&told[3], &["exceeds the limit of 16384 bytes"]);
    assert_eq!(told[4], 200);
}

#[tokio::test]
async fn each_hop_of_a_redirect_is_checked() {
    let server = Server::echo().await;
    let port = server.port;
    let policy = NetworkPolicy::new()
        .rule(rule(format_args!("http://a.test:{port}")))
        .rule(rule(format_args!("http://b.test:{port}")).paths(["/open"]))
        .addresses(here());
    let told = run(
        policy,
        &server,
        "const via = (to) => text(`http://a.test:${port}/to?${to}`);
         return [await via(`http://b.test:${port}/open`), await via(`http://b.test:${port}/closed`), await via(`http://c.test:${port}/`),
            await via(`http://127.0.0.1:${port}/`), await via('file:///etc/passwd'), await via(`http://a.test:${port}/to?http://c.test/`)]",
    )
    .await;
    has(&told[0], &["/open"]);
    has(&told[1], &["does not allow this path"]);
    has(&told[2], &["no rule of the network policy names http://c.test"]);
    has(&told[3], &["no rule of the network policy names http://127.0.0.1"]);
    has(&told[4], &["TypeError"]);
    has(&told[5], &["no rule of the network policy names http://c.test"]);
}

#[tokio::test]
async fn children_inherit_nothing_and_get_what_they_are_given() {
    let server = Server::echo().await;
    let body = "
        const code = { mainModule: 'c.js', modules: { 'c.js': `export default {
            async get(url) { try { return (await fetch(url)).status } catch (e) { return e.message } } }` } };
        const url = `http://a.test:${port}/`;
        const get = (more) => env.LOADER.load({ ...code, ...more }).getEntrypoint().get(url);
        return [(await fetch(url)).status, await get({}), await get({ globalOutbound: env.NET })]";
    let run = case(network(local(server.port)), server.port, body)
        .code(|code| code.loader("LOADER"))
        .code(|code| code.env("NET", Stub::new(network(local(server.port)))));
    let told = run.run().await.json();
    has(&told[1], &["This worker is not permitted to access the internet"]);
    assert_eq!((&told[0], &told[2]), (&json!(200), &json!(200)));
}

#[tokio::test]
async fn a_network_in_env_is_called_with_fetch() {
    let server = Server::echo().await;
    let body = "return [(await env.NET.fetch(`http://a.test:${port}/`)).status, await told(() => env.NET.get('a')),
        await told(() => env.NET.fetch('http://b/'))]";
    let run = case(network(NetworkPolicy::new()), server.port, body)
        .code(|code| code.env("NET", Stub::new(network(local(server.port)))));
    let told = run.run().await.json();
    assert_eq!(told[0], 200);
    has(&told[1], &["does not implement the method \"get\""]);
    has(&told[2], &["is not allowed"]);
}
