//! Documents of `OpenAPI`, and a server that gets their requests.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use isolet_mcp::{Config, Limits, Pins};
use serde_json::{Map, Value, json};
use tokio::net::TcpListener;

use crate::{World, text};

const KEY: &str = "key-0123456789";

/// A server, and the requests that it has got.
#[derive(Clone, Default)]
struct Api {
    seen: Arc<Mutex<Vec<Value>>>,
}

impl Api {
    async fn start(&self) -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let api = self.clone();
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let api = api.clone();
                tokio::spawn(async move {
                    let service = service_fn(|request| {
                        let api = api.clone();
                        async move { Ok::<_, Infallible>(api.answer(request).await) }
                    });
                    let _ =
                        http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
                });
            }
        });
        address
    }

    /// Answers with what it has got, or with what the path says.
    async fn answer(&self, request: Request<Incoming>) -> Response<Full<Bytes>> {
        let (head, body) = request.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        let mut headers = Map::new();
        for (name, value) in &head.headers {
            headers.insert(name.to_string(), String::from_utf8_lossy(value.as_bytes()).into());
        }
        let seen = json!({
            "method": head.method.as_str(),
            "path": head.uri.path(),
            "query": head.uri.query(),
            "headers": headers,
            "body": String::from_utf8_lossy(&body),
        });
        self.seen.lock().unwrap().push(seen.clone());
        let echo = seen.to_string();
        let (status, media_type, body) = match head.uri.path() {
            "/v1/text" => (200, "text/plain; charset=utf-8", "{\"not\": \"parsed\"}".into()),
            "/v1/broken" => (200, "application/json", "{".into()),
            "/v1/empty" => (204, "application/json", Bytes::new()),
            "/v1/image" => (200, "image/png", Bytes::from_static(&[0x89, b'P', 0xff])),
            "/v1/large" => (200, "text/plain", "x".repeat(100_000).into()),
            "/v1/fail" => (422, "application/json", echo.into()),
            // The secret where the text is cut, and within bytes.
            path if path.starts_with("/v1/cut") => {
                let key = head.headers["x-key"].to_str().unwrap();
                let before: usize = path["/v1/cut".len()..].parse().unwrap();
                (
                    500,
                    "text/plain",
                    format!("{}{key}{}", ".".repeat(before), ".".repeat(9_000)).into(),
                )
            }
            "/v1/bytes" => {
                let key = head.headers["x-key"].as_bytes();
                (200, "application/octet-stream", [&[0xff][..], key, &[0xfe]].concat().into())
            }
            "/v1/denied" => (401, "text/plain", "who are you?".into()),
            "/v1/slow" => std::future::pending().await,
            path if path.starts_with("/v1/redirect") => (302, "text/plain", Bytes::new()),
            _ => (200, "application/json", echo.into()),
        };
        let mut response = Response::new(Full::new(body));
        *response.status_mut() = StatusCode::from_u16(status).unwrap();
        response.headers_mut().insert("content-type", media_type.parse().unwrap());
        if let Some(to) = head.uri.query().and_then(|query| query.strip_prefix("to=")) {
            let to = to.replace("%3A", ":").replace("%2F", "/");
            response.headers_mut().insert("location", to.parse().unwrap());
        }
        response
    }

    fn requests(&self) -> Vec<Value> {
        self.seen.lock().unwrap().clone()
    }
}

/// Returns the configuration of one document.
fn config(document: &Value, settings: Value) -> Config {
    let mut settings = settings;
    settings["file"] = "unused".into();
    let text = json!({"openapi": {"api": settings}}).to_string();
    let mut config = Config::parse(&text, |name| (name == "KEY").then(|| KEY.to_owned())).unwrap();
    config.openapi("api", document.to_string()).unwrap();
    config
}

async fn world(document: &Value, settings: Value) -> World {
    World::of(config(document, settings), Limits::default(), Pins::new()).await
}

fn pets() -> Value {
    json!({
        "openapi": "3.0.3",
        "info": {"title": "Pets", "version": "1"},
        "servers": [{"url": "https://pets.example/v1"}],
        "paths": {
            "/pets/{petId}": {
                "parameters": [{"$ref": "#/components/parameters/petId"}],
                "get": {
                    "operationId": "getPet", "summary": "Returns a pet.",
                    "parameters": [
                        {"name": "fields", "in": "query", "schema": {"type": "array", "items": {"type": "string"}}},
                        {"name": "X-Trace", "in": "header", "schema": {"type": "string"}},
                        {"name": "Authorization", "in": "header", "schema": {"type": "string"}},
                        {"name": "theme", "in": "cookie", "schema": {"type": "string"}},
                    ],
                    "responses": {"200": {"$ref": "#/components/responses/Pet"}},
                },
                "delete": {"operationId": "get/Pet", "deprecated": true, "responses": {}},
            },
            "/pets": {
                "post": {
                    "operationId": "addPet",
                    "requestBody": {"required": true, "content": {
                        "text/plain": {},
                        "application/json": {"schema": {"$ref": "#/components/schemas/Pet"}},
                    }},
                    "responses": {"201": {"$ref": "#/components/responses/Pet"}},
                },
                "put": {
                    "requestBody": {"content": {"application/x-www-form-urlencoded": {"schema": {"type": "object"}}}},
                },
                "patch": {
                    "requestBody": {"required": true, "content": {"multipart/form-data": {
                        "schema": {"type": "object", "properties": {
                            "name": {"type": "string"},
                            "photo": {"type": "string", "format": "binary"},
                        }},
                        "encoding": {"photo": {"contentType": "image/png"}},
                    }}},
                },
                "options": {
                    "requestBody": {"required": true, "content": {"application/octet-stream": {}}},
                },
            },
        },
        "components": {
            "parameters": {"petId": {"name": "petId", "in": "path", "required": true, "schema": {"type": "string"}}},
            "responses": {"Pet": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Pet"}}}}},
            "schemas": {"Pet": {
                "type": "object", "required": ["id", "name"],
                "properties": {
                    "id": {"type": "integer", "readOnly": true},
                    "name": {"type": "string", "nullable": true},
                    "mother": {"$ref": "#/components/schemas/Pet"},
                },
            }},
        },
    })
}

#[tokio::test]
async fn operations_are_tools() {
    let api = Api::default();
    let server = format!("http://{}/v1", api.start().await);
    let world = world(&pets(), json!({"server": server})).await;
    let lines = world.events.lines();
    for line in [
        "api: connected, 5 tools",
        "api: options_pets left out: its body is application/octet-stream, which is not supported",
    ] {
        assert!(lines.contains(&line.to_owned()), "{lines:?}");
    }
    let described = world.client.call("describe_tool", json!({"name": "api.getPet"})).await;
    let declaration = text(&described);
    for part in [
        "petId: string",
        "fields?: string[]",
        "Promise<Pet>",
        "name: string | null",
        "Returns a pet.",
    ] {
        assert!(declaration.contains(part), "{part}: {declaration}");
    }
    assert!(!declaration.contains("Authorization"), "{declaration}");
    let found = world.client.call("search_tools", json!({"query": "create a pet"})).await;
    assert!(text(&found).contains("api.addPet"), "{}", text(&found));

    let seen = world
        .value(
            "return await api.getPet({petId: 'a/ü', fields: ['x y', 'z'], 'X-Trace': 't', theme: 'a;b'})",
        )
        .await;
    assert_eq!(seen["method"], "GET");
    assert_eq!(seen["path"], "/v1/pets/a%2F%C3%BC");
    assert_eq!(seen["query"], "fields=x%20y&fields=z");
    assert_eq!(
        (&seen["headers"]["x-trace"], &seen["headers"]["cookie"]),
        (&json!("t"), &json!("theme=a%3Bb"))
    );

    let seen =
        world.value("return await api.addPet({body: {name: null, mother: {name: 'm'}}})").await;
    assert_eq!(
        (&seen["method"], &seen["body"]),
        (&json!("POST"), &json!(r#"{"name":null,"mother":{"name":"m"}}"#))
    );
    assert_eq!(seen["headers"]["content-type"], "application/json");
    let seen = world.value("return await api.put_pets({body: {a: [1, 2], b: '&='}})").await;
    assert_eq!((&seen["path"], &seen["body"]), (&json!("/v1/pets"), &json!("a=1&a=2&b=%26%3D")));
    assert_eq!(seen["headers"]["content-type"], "application/x-www-form-urlencoded");
    let seen = world.value("return await api.get_Pet({petId: '1'})").await;
    assert_eq!(seen["method"], "DELETE");
    let form = "{body: {name: 'x', photo: {base64: 'aGk=', filename: 'a.png'}}}";
    let seen = world.value(&format!("return await api.patch_pets({form})")).await;
    let content_type = seen["headers"]["content-type"].as_str().unwrap();
    let boundary = content_type.strip_prefix("multipart/form-data; boundary=").unwrap();
    let expected = format!(
        "--{boundary}\r\nContent-Disposition: form-data; name=\"name\"\r\n\r\nx\r\n\
         --{boundary}\r\nContent-Disposition: form-data; name=\"photo\"; filename=\"a.png\"\r\n\
         Content-Type: image/png\r\n\r\nhi\r\n--{boundary}--\r\n"
    );
    // Results show control characters as escapes.
    assert_eq!(seen["body"].as_str().unwrap().replace("\\u000d", "\r"), expected);

    // Arguments are checked before anything is sent.
    let count = api.requests().len();
    for (code, reason) in [
        ("api.addPet({body: {mother: {name: 1}}})", "name"),
        ("api.getPet({petId: '1', other: 1})", "other"),
        ("api.patch_pets({body: {photo: 1}})", "photo"),
        ("api.patch_pets({body: {photo: {base64: '?'}}})", "is not Base64"),
        ("api.getPet({})", "petId"),
        ("api.getPet({petId: ''})", "not empty"),
        ("api.getPet({petId: '../../admin'})", "must not make a part of it"),
        ("api.getPet({petId: '..'})", "must not make a part of it"),
        ("api.getPet({petId: '1', 'X-Trace': 'a\\r\\nX-Evil: 1'})", "no line breaks"),
    ] {
        let error = world.error(&format!("return await {code}")).await;
        assert!(error.contains(reason), "{code}: {error}");
    }
    assert_eq!(api.requests().len(), count);
}

#[tokio::test]
async fn responses_are_values() {
    let api = Api::default();
    let server = format!("http://{}/v1", api.start().await);
    let names = ["text", "broken", "empty", "image", "large", "fail", "denied", "slow"];
    let paths = names.map(|name| (format!("/{name}"), json!({"get": {"operationId": name}})));
    let document = json!({
        "openapi": "3.1.0", "paths": Map::from_iter(paths), "security": [{"key": []}],
        "components": {"securitySchemes": {"key": {"type": "http", "scheme": "bearer"}}},
    });
    let call_time = Duration::from_secs(20);
    let limits = Limits { message_bytes: 50_000, call_time, ..Limits::default() };
    let world = World::of(config(&document, json!({"server": server})), limits, Pins::new()).await;
    assert_eq!(world.value("return await api.text()").await, "{\"not\": \"parsed\"}");
    assert_eq!(world.value("return await api.broken()").await, "{");
    assert_eq!(world.value("return await api.empty()").await, Value::Null);
    let image = world.client.call("run_code", json!({"code": "return await api.image()"})).await;
    assert_eq!(image.content[0].as_image().unwrap().mime_type, "image/png");
    let error = world.error("return await api.large()").await;
    assert!(error.contains("50000"), "{error}");
    let error = world.error("return await api.fail()").await;
    assert!(error.starts_with("api api: HTTP 422 Unprocessable Entity: {"), "{error}");
    let error = world.error("return await api.denied()").await;
    let expected =
        "api api: HTTP 401 Unauthorized (the host has no credential for key): who are you?";
    assert_eq!(error, expected);
    // Cancelling ends the request.
    tokio::select! {
        _ = world.run("return await api.slow()") => panic!("it ends"),
        () = async {
            while !api.requests().iter().any(|it| it["path"] == "/v1/slow") {
                tokio::task::yield_now().await;
            }
        } => {}
    }
}

/// The values are in the requests, and in nothing that a program or a model sees.
#[tokio::test]
async fn credentials_stay_in_the_host() {
    let (api, other) = (Api::default(), Api::default());
    let server = format!("http://{}/v1", api.start().await);
    let elsewhere = other.start().await;
    let schemes = json!({
        "query": {"type": "apiKey", "in": "query", "name": "api_key"},
        "header": {"type": "apiKey", "in": "header", "name": "X-Key"},
        "cookie": {"type": "apiKey", "in": "cookie", "name": "sid"},
        "basic": {"type": "http", "scheme": "basic"},
        "bearer": {"type": "http", "scheme": "bearer"},
    });
    let names = ["query", "header", "cookie", "basic", "bearer"];
    let mut paths = Map::new();
    for name in names {
        let security = Map::from_iter([(name.to_owned(), json!([]))]);
        let parameters = json!([
            {"name": "x", "in": "query", "style": "form", "explode": true, "schema": {"type": "object"}},
            {"name": "X-Key", "in": "header"},
            {"name": "api_key", "in": "query"},
        ]);
        paths.insert(
            format!("/{name}"),
            json!({"get": {"operationId": name, "security": [security], "parameters": parameters}}),
        );
    }
    let all: Map<String, Value> =
        names.map(|name| (name.to_owned(), json!([]))).into_iter().collect();
    for (path, name) in [("/redirect", "redirect"), ("/fail", "fail")] {
        let parameters = json!([{"name": "to", "in": "query"}]);
        let operation = json!({"operationId": name, "parameters": parameters, "security": [all]});
        paths.insert(path.to_owned(), json!({"get": operation}));
    }
    let document =
        json!({"openapi": "3.1.0", "paths": paths, "components": {"securitySchemes": schemes}});
    let secret = |name: &str| format!("{name}-{KEY}");
    let credentials = json!({
        "query": "query-${KEY}", "header": "header-${KEY}", "cookie": "cookie-${KEY}",
        "basic": "me:basic-${KEY}", "bearer": "bearer-${KEY}",
    });
    let world = world(&document, json!({"server": server, "credentials": credentials})).await;

    let mut shown = String::new();
    for name in names {
        // The server says what it has got, in a value, a log and as part of another text.
        let code = format!("const seen = await api.{name}(); console.log(seen); return seen");
        let result = world.client.call("run_code", json!({"code": code})).await;
        shown.push_str(&serde_json::to_string(&result).unwrap());
        let described =
            world.client.call("describe_tool", json!({"name": format!("api.{name}")})).await;
        shown.push_str(&serde_json::to_string(&described).unwrap());
    }
    let seen = api.requests();
    assert_eq!(seen[0]["query"], format!("api_key={}", secret("query").replace('-', "%2D")));
    assert_eq!(seen[1]["headers"]["x-key"], secret("header"));
    assert_eq!(seen[2]["headers"]["cookie"], format!("sid={}", secret("cookie")));
    use base64::Engine as _;
    let basic = base64::engine::general_purpose::STANDARD.encode(format!("me:{}", secret("basic")));
    assert_eq!(seen[3]["headers"]["authorization"], format!("Basic {basic}"));
    assert_eq!(seen[4]["headers"]["authorization"], format!("Bearer {}", secret("bearer")));

    // An error does not show them either, and a redirect does not take them elsewhere.
    let error = world.error("return await api.fail({})").await;
    assert!(error.contains("HTTP 422") && error.contains("[secret]"), "{error}");
    let code = format!("return await api.redirect({{to: 'http://{elsewhere}/v1/x'}})");
    let redirected = world.error(&code).await;
    assert_eq!(redirected, "api api: HTTP 302 Found: redirects are not followed");
    assert_eq!(other.requests(), [] as [Value; 0]);
    shown.push_str(&error);
    shown.push_str(&world.events.lines().join("\n"));
    let debug = config(&document, json!({"credentials": credentials}));
    shown.extend([format!("{debug:?}")]);
    for name in names {
        assert!(!shown.contains(&secret(name)), "{name}");
    }
    assert!(!shown.contains(KEY) && !shown.contains(&KEY.replace('-', "%2D")), "{shown}");
    assert!(!shown.contains(&basic[8..]) && !shown.contains("isolet.secret."), "{shown}");

    // A program has no second credential, and cannot take the place of the host's.
    for code in ["api.query({x: {api_key: 'mine'}})", "api.query({x: {'api%5fkey': 'mine'}})"] {
        let result = world.run(&format!("return await {code}")).await;
        let query = result["result"]["query"].as_str().unwrap_or_default().to_owned();
        assert!(!query.contains("api_key=mine"), "{result}");
    }
    for code in ["api.header({'X-Key': 'mine'})", "api.query({api_key: 'mine'})"] {
        let error = world.error(&format!("return await {code}")).await;
        assert!(error.contains("input"), "{error}");
    }
}

/// A part of a placeholder is not shown either, where a text was cut, or within bytes.
#[tokio::test]
async fn credentials_are_not_shown_in_part() {
    use base64::Engine as _;

    let api = Api::default();
    let server = format!("http://{}/v1", api.start().await);
    let cuts = [4_000, 4_040, 4_048, 4_050, 4_060, 4_080, 4_090, 4_095, 4_096];
    let mut paths: Map<_, _> = cuts
        .map(|at| (format!("/cut{at}"), json!({"get": {"operationId": format!("cut{at}")}})))
        .into_iter()
        .collect();
    paths.insert("/bytes".to_owned(), json!({"get": {"operationId": "bytes"}}));
    let document = json!({
        "openapi": "3.1.0", "paths": paths, "security": [{"key": []}],
        "components": {"securitySchemes": {"key": {"type": "apiKey", "in": "header", "name": "X-Key"}}},
    });
    let settings = json!({"server": server, "credentials": {"key": "${KEY}"}});
    let world = world(&document, settings).await;
    for at in cuts {
        let error = world.error(&format!("return await api.cut{at}()")).await;
        let rest = error.replace("[secret]", "");
        let rest = rest.trim_start_matches("api api: HTTP 500 Internal Server Error: ");
        assert!(rest.chars().all(|c| matches!(c, '.' | '…')), "{at}: {rest}");
    }
    let bytes = world.value("return (await api.bytes()).base64").await;
    let bytes = base64::engine::general_purpose::STANDARD.decode(bytes.as_str().unwrap()).unwrap();
    assert_eq!(bytes, b"\xff[secret]\xfe");
}

/// A document leads the host neither into its own network nor anywhere but to its server.
#[tokio::test]
async fn documents_cannot_lead_elsewhere() {
    let api = Api::default();
    let address = api.start().await;
    let document = |url: &str| {
        json!({"openapi": "3.1.0", "servers": [{"url": url}], "paths": {
            "/a": {"get": {"operationId": "a"}},
            "/b": {"get": {"operationId": "b", "servers": [{"url": format!("http://{address}/v1")}]}},
            "//evil.example/x": {"get": {"operationId": "c"}},
            "/x?y=1": {"get": {"operationId": "d"}},
            "/../../{x}": {"get": {"operationId": "e"}},
            "@evil.example/": {"get": {"operationId": "f"}},
        }})
    };
    for url in [
        format!("http://{address}/v1"),
        "http://localhost/".to_owned(),
        "file:///etc/passwd".to_owned(),
        "https://user:password@pets.example".to_owned(),
    ] {
        let options = crate::Events::default().options(Limits::default(), Pins::new());
        let started =
            isolet_mcp::Server::start(&crate::ENGINE, config(&document(&url), json!({})), options);
        let error = started.await.unwrap_err().to_string();
        assert!(error.starts_with("no MCP server can be used:\napi: "), "{error}");
        assert!(!error.contains("password@"), "{error}");
    }
    let own = format!("http://{address}/v1");
    let world = world(&document("https://pets.example"), json!({"server": own})).await;
    let lines = world.events.lines();
    for line in [
        "api: b left out: it has a server of its own",
        "api: d left out: its path is not one",
        "api: f left out: its path is not one",
    ] {
        assert!(lines.contains(&line.to_owned()), "{lines:?}");
    }
    assert_eq!(world.value("return (await api.a()).path").await, "/v1/a");
    assert_eq!(world.value("return (await api.c()).path").await, "/v1//evil.example/x");
    assert!(world.error("return await api.e({x: 'y'})").await.contains("must not make"));
}

#[tokio::test]
async fn hostile_documents() {
    let server = json!({"server": "http://127.0.0.1:9"});
    // Ten thousand operations.
    let paths =
        (0..10_000).map(|n| (format!("/p{n}"), json!({"get": {"summary": format!("Does {n}.")}})));
    let document = json!({"openapi": "3.1.0", "paths": paths.collect::<Map<_, _>>()});
    let many = world(&document, server.clone()).await;
    let lines = many.events.lines();
    assert!(lines.contains(&"api: connected, 2000 tools".to_owned()), "{lines:?}");
    assert!(
        lines.contains(&"api: get_p2000 left out: the server has too many tools".to_owned()),
        "{lines:?}"
    );
    let listed = many.client.service.list_tools(None).await.unwrap();
    assert!(serde_json::to_string(&listed).unwrap().len() < 6_000);

    // Names, references and schemas.
    let mut deep = json!({"type": "string"});
    for _ in 0..40 {
        deep = json!({"type": "object", "properties": {"a": deep}});
    }
    let get = |id: &str, schema: Value| json!({"get": {"operationId": id, "parameters": [{"name": "q", "in": "query", "schema": schema}]}});
    let document = json!({
        "openapi": "3.1.0",
        "info": {"title": "\u{1b}[2J\u{202e}evil"},
        "paths": {
            "/a": get("__proto__", json!({"type": "string"})),
            "/b": get("same", json!({"$ref": "#/components/schemas/Loop"})),
            "/c": get("same", json!({"$ref": "#/components/schemas/Self"})),
            "/d": get("con-structor", deep),
            "/e": get("con structor", json!({})),
            "/f": get("constructor", json!({"pattern": "^(a)\\1$"})),
            "/g": get("then", json!({"$ref": "file:///etc/passwd"})),
            "/h": get("*/ } declare const evil: 1", json!({"enum": ["*/ } \u{202e}"]})),
            "/i": {"$ref": "#/paths/~1i"},
            "/j": {"get": {"operationId": "j", "parameters": [{"$ref": "#/components/parameters/P"}]}},
            "/k": 7,
        },
        "components": {
            "parameters": {"P": {"$ref": "#/components/parameters/P"}},
            "schemas": {
                "Self": {"$ref": "#/components/schemas/Self"},
                "Loop": {"type": "object", "properties": {"next": {"$ref": "#/components/schemas/Loop"}}},
            },
        },
    });
    let odd = world(&document, server.clone()).await;
    let lines = odd.events.lines();
    for line in [
        "api: connected, 7 tools",
        "api: con structor left out: another tool of the server has the same name in programs",
        "api: j left out: a parameter is not in the document",
    ] {
        assert!(lines.contains(&line.to_owned()), "{lines:?}");
    }
    let listed = odd.client.service.list_all_tools().await.unwrap();
    let description = listed[0].description.as_deref().unwrap();
    assert!(!description.contains(['\u{1b}', '\u{202e}']), "{description}");
    // Each can be called, up to the request: nothing listens there.
    for (call, reason) in [
        ("api.__proto___({q: 'x'})", "no connection"),
        ("api.same({q: {next: {next: {}}}})", "no connection"),
        ("api.same({q: {next: 1}})", "next"),
        ("api.get_c({q: 1})", "no connection"),
        ("api.con_structor({q: {}})", "no connection"),
        ("api.constructor_({q: 'b'})", "no connection"),
        ("api.then_({q: 1})", "no connection"),
    ] {
        let error = odd.error(&format!("return await {call}")).await;
        assert!(error.contains(reason), "{call}: {error}");
    }
    assert_eq!(odd.value("return typeof evil").await, "undefined");

    // A text that is no document is left out, and the others stay.
    let mut config = config(&document, server);
    for (name, text) in [
        ("empty", String::new()),
        ("yaml", "a: &a [*a]".to_owned()),
        ("swagger", "swagger: '2.0'".to_owned()),
        ("deep", "[".repeat(100_000)),
        ("large", " ".repeat((16 << 20) + 1)),
    ] {
        config.openapi(name, text).unwrap();
    }
    config.openapi_file("missing", "/nonexistent/file").unwrap();
    config.openapi_file("device", "/dev/zero").unwrap();
    let world = World::of(config, Limits::default(), Pins::new()).await;
    let lines = world.events.lines();
    for name in ["empty", "yaml", "swagger", "deep", "large", "missing", "device"] {
        let is_it = |line: &String| line.starts_with(&format!("{name}: ")) && line.len() < 300;
        assert!(lines.iter().any(is_it), "{name}: {lines:?}");
    }
}

#[tokio::test]
async fn changed_operations_need_approval() {
    let api = Api::default();
    let server = format!("http://{}/v1", api.start().await);
    let pins = world(&pets(), json!({"server": server})).await.server.pins();
    assert_eq!(pins["api"].len(), 5);
    // The same argument, and another request.
    let mut document = pets();
    document["paths"]["/pets/{petId}/all"] = document["paths"]["/pets/{petId}"].take();
    document["paths"].as_object_mut().unwrap().remove("/pets/{petId}");
    let changed =
        World::of(config(&document, json!({"server": server})), Limits::default(), pins.clone())
            .await;
    changed.events.wait("the definition of getPet has changed").await;
    let error = changed.error("return await api.getPet({petId: '1'})").await;
    assert!(error.contains("--approve-changes"), "{error}");
    let described = changed.client.call("describe_tool", json!({"name": "api.getPet"})).await;
    assert!(text(&described).contains("Changed since it was approved"), "{}", text(&described));
    changed.value("return await api.addPet({body: {name: 'x'}})").await;
    assert!(api.requests().iter().all(|it| it["path"] == "/v1/pets"));
    // Another server is a change of all.
    let other = format!("http://{}/v1", Api::default().start().await);
    let moved = World::of(config(&pets(), json!({"server": other})), Limits::default(), pins).await;
    assert!(
        moved.error("return await api.addPet({body: {name: 'x'}})").await.contains("has changed")
    );
}

#[tokio::test]
async fn credentials_of_the_environment() {
    let api = Api::default();
    let server = format!("http://{}/v1", api.start().await);
    let document = json!({
        "openapi": "3.1.0", "paths": {"/a": {"get": {"operationId": "a"}}}, "security": [{"api-key": []}],
        "components": {"securitySchemes": {"api-key": {"type": "apiKey", "in": "header", "name": "X-Key"}}},
    });
    let mut config = config(&document, json!({"server": server}));
    let variables =
        [("ISOLET_OPENAPI_API_API_KEY", KEY), ("API_API_KEY", "not this"), ("API_KEY", "nor this")];
    config.credentials_from(variables.map(|(name, value)| (name.to_owned(), value.to_owned())));
    let world = World::of(config, Limits::default(), Pins::new()).await;
    world.value("return await api.a()").await;
    assert_eq!(api.requests()[0]["headers"]["x-key"], KEY);
}
