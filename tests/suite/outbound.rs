//! The target of a worker's own `fetch`, and requests and responses in Rust.

use std::sync::{Arc, Mutex};

use isolet::{Bytes, Stub, Thrown};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

use crate::fetch::service;
use crate::harness::{Case, call};

const REFUSED: &str = "This worker is not permitted to access the internet via global functions \
     like fetch(). It must use capabilities (such as bindings in 'env') to talk to the outside \
     world.";

fn parent(body: &str) -> Case {
    Case::js(format!(
        "import {{ WorkerEntrypoint }} from 'cloudflare:workers';
         const child = `export default {{
            async get(url) {{
                const response = await fetch(url, {{ method: 'POST', body: 'b' }});
                return [response.status, await response.text()];
            }},
            fetch(request) {{ return fetch(request) }},
         }}`;
         const code = {{ mainModule: 'c.js', modules: {{ 'c.js': child }} }};
         export class Gate extends WorkerEntrypoint {{
            async fetch(request) {{
                const text = `${{this.ctx.props.name}} ${{request.method}} ${{request.url}} ${{await request.text()}}`;
                return new Response(text, {{ status: 203 }});
            }}
         }}
         export default {{ async run(arg, env, ctx) {{ {body} }} }}"
    ))
    .code(|code| code.loader("LOADER"))
}

#[tokio::test]
async fn a_child_fetches_nothing_unless_it_may() {
    let run = parent(
        "const told = [];
         for (const more of [{}, { globalOutbound: null }, { globalOutbound: undefined }]) {
            const stub = env.LOADER.load({ ...code, ...more }).getEntrypoint();
            await stub.get('http://a').catch((e) => told.push(e.message));
         }
         try { env.LOADER.load({ ...code, globalOutbound: {} }) } catch (e) { told.push(e.message) }
         return told",
    );
    let run = run.run().await;
    let _ = run.expect_ok(json!([
        REFUSED,
        REFUSED,
        REFUSED,
        "\"globalOutbound\" must be a service stub."
    ]));
}

#[tokio::test]
async fn a_stub_gets_every_request_of_a_child() {
    let run = parent(
        "const globalOutbound = ctx.exports.Gate({ props: { name: 'gate' } });
         const worker = env.LOADER.load({ ...code, globalOutbound });
         const stub = worker.getEntrypoint();
         const through = await stub.fetch('http://b/', { method: 'PUT', body: 'c' });
         return [await stub.get('http://a'), await stub.get('nonsense').catch((e) => e.name),
            through.status, await through.text()]",
    );
    let _ = run.run().await.expect_ok(json!([
        [203, "gate POST http://a/ b"],
        "TypeError",
        203,
        "gate PUT http://b/ c"
    ]));
}

/// `connect` is refused without a network, and by one that is a worker.
#[tokio::test]
async fn a_child_connects_to_nothing() {
    const CONNECT: &str = "This worker is not permitted to access the internet via global functions \
         like connect(). It must use capabilities (such as bindings in 'env') to talk to the outside \
         world.";
    let run = parent(
        "const source = `import { connect } from 'cloudflare:workers'; export default { run() { return connect('a:1').opened } }`;
         const told = [];
         for (const more of [{}, { globalOutbound: null }, { globalOutbound: ctx.exports.Gate({ props: {} }) }]) {
            const stub = env.LOADER.load({ mainModule: 'm.js', modules: { 'm.js': source }, ...more }).getEntrypoint();
            await stub.run().catch((e) => told.push(e.message));
         }
         return told",
    );
    let reserved = "'connect' is a reserved method and cannot be called over RPC.";
    let _ = run.run().await.expect_ok([CONNECT, CONNECT, reserved]);
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
struct Request {
    url: String,
    method: String,
    headers: Vec<(String, String)>,
    body: Option<Bytes>,
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Response {
    status: u16,
    #[serde(default)]
    status_text: String,
    headers: Vec<(String, String)>,
    body: Option<Bytes>,
}

/// Answers requests in Rust, and records them.
#[derive(Default)]
struct Network {
    seen: Mutex<Vec<String>>,
}

#[isolet::capability]
impl Network {
    pub async fn fetch(&self, request: Request) -> Result<Response, Thrown> {
        let Request { url, method, headers, body } = request;
        self.seen.lock().unwrap().push(format!("{method} {url} {headers:?}"));
        if url.ends_with("/down") {
            return Err(Thrown::named("NetworkError", "it is down"));
        }
        let headers = vec![("x-server".to_owned(), "rust".to_owned())];
        Ok(Response { status: 200, status_text: "Fine".to_owned(), headers, body })
    }
}

fn fetching(network: &Arc<Network>, body: &str) -> Case {
    let network: Arc<dyn isolet::Capability> = network.clone();
    Case::body(body).code(|code| code.outbound(Stub::from(network)))
}

#[tokio::test]
async fn the_embedder_may_be_the_network() {
    let network = Arc::new(Network::default());
    let body =
        "const response = await fetch(new URL('http://a/up'), { method: 'POST', body: '1' });
         const empty = await fetch('http://a/empty');
         const down = await fetch('http://a/down').catch((e) => `${e.name}: ${e.message}`);
         return [response.status, response.statusText, response.headers.get('X-Server'),
            await response.text(), empty.body, down]";
    let expected = json!([200, "Fine", "rust", "1", null, "NetworkError: it is down"]);
    let _ = fetching(&network, body).run().await.expect_ok(&expected);
    let seen = std::mem::take(&mut *network.seen.lock().unwrap());
    let post = "POST http://a/up [(\"content-type\", \"text/plain;charset=UTF-8\")]";
    assert_eq!(seen, [post, "GET http://a/empty []", "GET http://a/down []"]);

    // The app image preserves the target of `fetch`.
    let worker = fetching(&network, body).fresh().worker();
    assert!(worker.prepare().await.unwrap());
    for _ in 0..2 {
        let _ = call(&worker, ()).await.expect_ok(&expected);
    }
}

#[tokio::test]
async fn rust_calls_a_handler_of_requests() {
    let entrypoint = service().named_entrypoint("Class");
    let request = |url: &str, method: &str| Request {
        url: url.to_owned(),
        method: method.to_owned(),
        headers: vec![("X-A".to_owned(), "1".to_owned())],
        body: Some(Bytes::from(b"rust".to_vec())),
    };
    let response: Response =
        entrypoint.call("fetch", (request("http://r/", "POST"),)).await.unwrap();
    assert_eq!((response.status, &*response.status_text), (200, "OK"));
    assert_eq!(response.headers.len(), 1, "{response:?}");
    let shown: Json = serde_json::from_slice(&response.body.unwrap()).unwrap();
    assert_eq!(shown, json!([true, "POST", "http://r/", [["x-a", "1"]], "rust", 1, "svc"]));

    let response: Response = entrypoint.call("fetch", ("http://text/",)).await.unwrap();
    assert_eq!(response.status, 200);
    let stub = entrypoint.stub();
    let response =
        stub.call::<isolet::Value>("fetch", (request("http://r/", "POST"),)).await.unwrap();
    // Rust may pass on a response as it is.
    let again = service()
        .named_entrypoint("Wrong")
        .call::<isolet::Value>("kind", &[response][..])
        .await
        .unwrap();
    assert_eq!(again.to_json(), r#"["Response","{}"]"#);

    for (url, method) in [("relative", "POST"), ("http://a", "GET"), ("http://a", "A B")] {
        let run: isolet::Result<Response> = entrypoint.call("fetch", (request(url, method),)).await;
        assert!(run.unwrap_err().to_string().starts_with("TypeError"), "{url} {method}");
    }
    for nonsense in [json!(7), json!([]), json!({}), json!({ "url": 7 })] {
        let run: isolet::Result<Response> = entrypoint.call("fetch", (nonsense,)).await;
        assert!(run.unwrap_err().to_string().starts_with("TypeError"));
    }
}
