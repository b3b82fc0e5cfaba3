//! Secrets reach their destinations, and nobody reads them.

use base64::Engine as _;
use hyper::body::{Bytes, Frame, Incoming};
use hyper::{Request, Response};
use isolet::{NetworkPolicy, Secret};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value as Json, json};

use async_compression::tokio::bufread::GzipEncoder;
use futures_util::stream;
use http_body_util::{BodyExt as _, StreamBody};
use tokio::io::AsyncReadExt as _;

use super::server::{Body, Server, echo, full, ok, told};
use super::{Records, case, has, local, network};

const VALUE: &str = "sk/live+\"Q<7>?~=&'x\\ y";

fn secret(port: u16) -> Secret {
    Secret::new("KEY", VALUE, format!("http://a.test:{port}").parse().unwrap())
}

fn policy(port: u16) -> NetworkPolicy {
    local(port).secret(secret(port))
}

/// Runs a program that has the placeholder as `env.KEY`.
async fn run(policy: NetworkPolicy, server: &Server, body: &str) -> Json {
    let network = network(policy);
    let run =
        case(network, server.port, body).code(|code| code.env_value("KEY", "isolet.secret.KEY."));
    run.run().await.json()
}

/// A server that keeps what it received. The responses show nothing of it.
async fn silent() -> (Server, std::sync::Arc<std::sync::Mutex<Vec<Json>>>) {
    let seen: std::sync::Arc<std::sync::Mutex<Vec<Json>>> = std::sync::Arc::default();
    let kept = std::sync::Arc::clone(&seen);
    let server = Server::new(move |request: Request<Incoming>| {
        let kept = std::sync::Arc::clone(&kept);
        async move {
            if request.uri().path() == "/to" {
                return echo(request).await;
            }
            let told = told(request).await;
            kept.lock().unwrap().push(told);
            ok("done")
        }
    })
    .await;
    (server, seen)
}

fn header(request: &Json, name: &str) -> Option<String> {
    let headers = request["headers"].as_array().unwrap();
    let found = headers.iter().find(|pair| pair[0] == name)?;
    found[1].as_str().map(str::to_owned)
}

#[tokio::test]
async fn headers_hold_the_secret_at_its_destination_alone() {
    let (server, seen) = silent().await;
    let body = "const key = env.KEY;
        const get = (host) => text(`http://${host}:${port}/?k=${key}`, { method: 'POST', body: key,
            headers: { 'x-key': `Bearer ${key}`, authorization: 'Basic ' + btoa('user:' + key), 'x-other': '1' } });
        return [key, await get('a.test'), await get('b.test'), await text(`http://a.test:${port}/to?http://b.test:${port}/`, { headers: { 'x-key': key } }),
            await text(`http://a.test:${port}/to?/again`, { headers: { 'x-key': key } })]";
    let told = run(policy(server.port), &server, body).await;
    assert_eq!(told, json!(["isolet.secret.KEY.", "done", "done", "done", "done"]));
    let seen = seen.lock().unwrap();
    let basic = base64::engine::general_purpose::STANDARD.encode(format!("user:{VALUE}"));
    assert_eq!(header(&seen[0], "x-key"), Some(format!("Bearer {VALUE}")));
    assert_eq!(header(&seen[0], "authorization"), Some(format!("Basic {basic}")));
    // The policy does not say that URLs and bodies may hold it.
    assert_eq!(seen[0]["uri"], "/?k=isolet.secret.KEY.");
    assert_eq!(seen[0]["body"], "isolet.secret.KEY.");
    for other in &seen[1..3] {
        assert_eq!((header(other, "x-key"), header(other, "authorization")), (None, None));
        assert!(!other.to_string().contains("sk/live"), "{other}");
    }
    assert_eq!(header(&seen[1], "x-other").as_deref(), Some("1"));
    assert_eq!(
        (&seen[3]["uri"], header(&seen[3], "x-key")),
        (&json!("/again"), Some(VALUE.into()))
    );
}

#[tokio::test]
async fn urls_and_bodies_hold_it_if_the_policy_says_so() {
    let (server, seen) = silent().await;
    let port = server.port;
    let policy = local(port).secret(secret(port).in_headers(false).in_url(true).in_body(true));
    let body = "const key = env.KEY, url = (host) => `http://${host}:${port}/p/${key}?k=${key}`;
        const parts = (...texts) => new ReadableStream({ start(c) { for (const text of texts) c.enqueue(new TextEncoder().encode(text)); c.close() } });
        const send = (host, body) => text(url(host), { method: 'POST', body, duplex: 'half', headers: { 'x-key': key } });
        await send('a.test', `<${key}>`);
        for (let at = 0; at <= key.length; at++) await send('a.test', parts(key.slice(0, at), key.slice(at), key.slice(0, at)));
        await send('b.test', key)";
    let run = run(policy, &server, body).await;
    assert_eq!(run, json!(null));
    let seen = seen.lock().unwrap();
    let encoded = utf8_percent_encode(VALUE, NON_ALPHANUMERIC).to_string();
    assert_eq!(seen[0]["uri"], format!("/p/{encoded}?k={encoded}"));
    assert_eq!(seen[0]["body"], format!("<{VALUE}>"));
    assert_eq!(header(&seen[0], "x-key"), None);
    let key = "isolet.secret.KEY.";
    for at in 0..key.len() {
        assert_eq!(seen[1 + at]["body"], format!("{VALUE}{}", &key[..at]));
    }
    let last = seen.last().unwrap();
    assert_eq!((&last["uri"], &last["body"]), (&json!(format!("/p/{key}?k={key}")), &json!(key)));
}

/// The forms in which the server of the next test returns the secret.
fn forms() -> Vec<String> {
    let base64 = |before: &str, url: bool| {
        let text = format!("{before}{VALUE}after");
        if url {
            base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(text)
        } else {
            base64::engine::general_purpose::STANDARD.encode(text)
        }
    };
    let mut forms = vec![
        VALUE.to_owned(),
        VALUE.to_uppercase(),
        utf8_percent_encode(VALUE, NON_ALPHANUMERIC).to_string(),
        utf8_percent_encode(VALUE, NON_ALPHANUMERIC).to_string().to_lowercase(),
        json!(VALUE).to_string(),
        json!(VALUE).to_string().replace('/', "\\/"),
    ];
    for before in ["", "a", "ab", "abc"] {
        forms.extend([base64(before, false), base64(before, true)]);
    }
    forms
}

/// Returns what a text in Base64 has of the secret, if it can be decoded from some place on.
fn leaks(text: &str) -> bool {
    let literal = text.to_lowercase().contains("live");
    let decoded = (0..text.len()).any(|at| {
        let rest: String = text.chars().skip(at).take_while(|c| !matches!(c, '=' | '.')).collect();
        let rest = rest.replace('-', "+").replace('_', "/");
        (0..4).any(|cut| {
            let rest = &rest[..rest.len().saturating_sub(cut)];
            let engine = base64::engine::general_purpose::STANDARD_NO_PAD;
            engine.decode(rest).is_ok_and(|bytes| String::from_utf8_lossy(&bytes).contains("live"))
        })
    });
    literal || decoded
}

#[tokio::test]
async fn no_form_of_it_comes_back_wherever_chunks_end() {
    for form in forms() {
        assert!(leaks(&form.replace("%2F", "/").replace("%2f", "/")), "{form}");
    }
    let server = Server::new(async |request: Request<Incoming>| {
        let path = request.uri().path().trim_start_matches('/').to_owned();
        let (form, at) = path.split_once('/').unwrap();
        let text = format!("[{}]", forms()[form.parse::<usize>().unwrap()]).into_bytes();
        let at: usize = at.parse().unwrap();
        let (first, second) = text.split_at(at.min(text.len()));
        let chunks =
            [first.to_vec(), second.to_vec()].map(|part| Ok(Frame::data(Bytes::from(part))));
        let response = Response::builder().header("x-length", text.len());
        response.body(StreamBody::new(stream::iter(chunks)).boxed_unsync() as Body).unwrap()
    })
    .await;
    let body = "const all = [];
        for (let form = 0; form < 14; form++) {
            let length = 1;
            for (let at = 0; at <= length; at++) {
                const r = await fetch(`http://a.test:${port}/${form}/${at}`, { headers: { 'x-key': env.KEY } });
                length = +r.headers.get('x-length');
                all.push(await r.text());
            }
        }
        return all";
    let told = run(policy(server.port), &server, body).await;
    let told = told.as_array().unwrap();
    assert!(told.len() > 14 * 20, "{}", told.len());
    for text in told {
        let text = text.as_str().unwrap();
        assert!(text.contains("isolet.secret.KEY.") && !leaks(text), "{text}");
        assert!(text.starts_with('[') && text.ends_with(']'), "{text}");
    }
}

#[tokio::test]
async fn heads_and_compressed_bodies_are_searched() {
    let server = Server::new(async |request: Request<Incoming>| {
        let key = request.headers().get("x-key").unwrap().to_str().unwrap().to_owned();
        let response = Response::builder()
            .header("x-echo", &key)
            .header("location", format!("/?k={}", utf8_percent_encode(&key, NON_ALPHANUMERIC)));
        match request.uri().path() {
            "/reason" => {
                let mut response = response.body(full("")).unwrap();
                let reason = hyper::ext::ReasonPhrase::try_from(key.clone()).unwrap();
                response.extensions_mut().insert(reason);
                response
            }
            "/zstd" => response.header("content-encoding", "zstd").body(full(key)).unwrap(),
            _ => {
                let (text, mut body) = (format!("{}{key}", "x".repeat(70_000)), Vec::new());
                GzipEncoder::new(text.as_bytes()).read_to_end(&mut body).await.unwrap();
                response.header("content-encoding", "gzip").body(full(body)).unwrap()
            }
        }
    })
    .await;
    let body = "const headers = { 'x-key': env.KEY };
        const get = async (path) => { const r = await fetch(`http://a.test:${port}/${path}`, { headers, redirect: 'manual' });
            return [r.statusText, r.headers.get('x-echo'), r.headers.get('location'), (await r.text()).slice(70000)] };
        return [await get('gzip'), await get('reason'), await told(() => get('zstd'))]";
    let told = run(policy(server.port), &server, body).await;
    let key = "isolet.secret.KEY.";
    let location = format!("/?k={key}");
    assert_eq!(told[0], json!(["OK", key, location, key]));
    assert_eq!(told[1], json!([key, key, location, ""]));
    has(&told[2], &["TypeError", "content-encoding in which secrets cannot be found"]);
    // Without secrets, the worker gets such a body.
    let body = "const r = await fetch(`http://a.test:${port}/zstd`, { headers: { 'x-key': 'text' } }); return [r.headers.get('content-encoding'), await r.text()]";
    let told = case(network(local(server.port)), server.port, body).run().await.json();
    assert_eq!(told, json!(["zstd", "text"]));
}

#[tokio::test]
async fn it_is_in_no_record_and_no_error() {
    let (server, _) = silent().await;
    let records = Records::default();
    let port = server.port;
    let policy = local(port).secret(secret(port).in_url(true).in_body(true));
    let network = records.audit(network(policy));
    let debug = format!("{network:?}");
    let body = "const headers = { 'x-key': env.KEY }, options = { method: 'POST', body: env.KEY, headers };
        return [await text(`http://a.test:${port}/${env.KEY}`, options), await text(`http://b.test:${port}/${env.KEY}`, options), await text(`http://a.test:1/${env.KEY}`, options), await text(`http://c.example/${env.KEY}`, options),
            Object.keys(env), JSON.stringify(env)]";
    let run = case(network, port, body).code(|code| code.env_value("KEY", "isolet.secret.KEY."));
    let told = run.run().await.json();
    assert_eq!((&told[0], &told[1]), (&json!("done"), &json!("done")));
    let records = records.wait(4).await;
    for text in [told.to_string(), format!("{records:?}"), debug] {
        assert!(!text.contains("live"), "{text}");
    }
    assert_eq!((&records[0].secrets, &records[0].withheld), (&vec!["KEY".to_owned()], &vec![]));
    assert_eq!((&records[1].secrets, &records[1].withheld), (&vec![], &vec!["KEY".to_owned()]));
}
