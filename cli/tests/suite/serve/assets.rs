//! `--assets`.

use std::fs;
use std::time::{Duration, SystemTime};

use super::{Answer, PROGRAM, Server, serve};
use crate::folder::Folder;

#[test]
fn files_come_before_the_worker() {
    let folder = Folder::js("serve-assets", PROGRAM)
        .file("public/index.html", "<h1>home</h1>")
        .file("public/a/b.css", "body {}")
        .file("public/empty.txt", "")
        .file("public/large.bin", vec![b'x'; 200_000])
        .file("public/.env", "SECRET=1")
        .file("public/.well/known.txt", "hidden")
        .file("secret.txt", "outside");
    std::os::unix::fs::symlink("../secret.txt", folder.path().join("public/link.txt")).unwrap();
    let server = Server::start(&folder, &["--assets", "public"]);
    let home = server.get("/").expect(200, "<h1>home</h1>");
    assert_eq!(home.header("content-type"), Some("text/html; charset=utf-8"));
    assert_eq!(
        server.get("/a/b.css").expect(200, "body {}").header("content-type"),
        Some("text/css; charset=utf-8")
    );
    let _ = server.get("/empty.txt").expect(200, "");
    assert_eq!(server.get("/large.bin").body.len(), 200_000);
    // The worker answers for everything else.
    for path in [
        "/missing",
        "/.env",
        "/.well/known.txt",
        "/a",
        "/a/",
        "/link.txt",
        "/..%2fsecret.txt",
        "/%2e%2e/secret.txt",
    ] {
        let answer = server.get(path);
        assert!(answer.status == 200 && answer.body.starts_with("http://a/"), "{path}: {answer:?}");
    }
    let etag = home.header("etag").expect("an ETag").replace("w/", "W/");
    let head =
        server.send("HEAD / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").expect(200, "");
    assert_eq!(head.header("content-length"), Some("13"));
    for (known, status) in [(etag.as_str(), 304), ("\"other\"", 200), ("*", 304), ("\"x\", ", 200)]
    {
        let answer = server.send(&format!(
            "GET / HTTP/1.1\r\nHost: a\r\nIf-None-Match: {known}\r\nConnection: close\r\n\r\n"
        ));
        assert_eq!(answer.status, status, "{known}");
    }
    let answer =
        server.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    assert_eq!((answer.status, answer.header("allow")), (405, Some("get, head")));
    let _ = server.stop();
}

/// Sends a request of HTTP/1.0, whose response has no chunks.
fn send(server: &Server, method: &str, path: &str, header: &str) -> Answer {
    server.send(&format!("{method} {path} HTTP/1.0\r\nHost: a\r\n{header}\r\n"))
}

#[test]
fn a_part_of_a_file_is_sent() {
    let body: String = ('a'..='z').cycle().take(200_000).collect();
    let folder = Folder::js("serve-ranges", PROGRAM).file("public/a.bin", &body);
    let file = fs::File::options().write(true).open(folder.path().join("public/a.bin"));
    let long_ago = SystemTime::now() - Duration::from_hours(1);
    file.and_then(|file| file.set_modified(long_ago)).expect("a time");
    let server = Server::start(&folder, &["--assets", "public"]);
    let get = |header: &str| send(&server, "GET", "/a.bin", header);
    for (range, start, end) in [
        ("0-0", 0, 1),
        ("70000-149999", 70_000, 150_000),
        ("199998-", 199_998, 200_000),
        ("-2", 199_998, 200_000),
    ] {
        let part = get(&format!("Range: bytes={range}\r\n")).expect(206, &body[start..end]);
        let told = format!("bytes {start}-{}/200000", end - 1);
        assert_eq!(part.header("content-range"), Some(&*told));
    }
    let none = get("Range: bytes=200000-\r\n").expect(416, "");
    assert_eq!(none.header("content-range"), Some("bytes */200000"));
    let whole = get("Range: bytes=0-1,3-4\r\n").expect(200, &body);
    assert_eq!(whole.header("accept-ranges"), Some("bytes"));
    let etag = whole.header("etag").expect("an ETag").to_owned();
    assert!(!etag.starts_with("w/"), "{etag}");
    let _ = get(&format!("Range: bytes=0-1\r\nIf-Range: {etag}\r\n")).expect(206, "ab");
    let _ = get("Range: bytes=0-1\r\nIf-Range: \"other\"\r\n").expect(200, &body);
    let _ = send(&server, "HEAD", "/a.bin", "Range: bytes=0-1\r\n").expect(200, "");
    let _ = server.stop();
}

/// The worker passes all requests below `/via` on to the files.
const VIA: &str = "export default { async fetch(request, env) {
    const url = new URL(request.url);
    if (!url.pathname.startsWith('/via/')) return new Response(`worker ${url.pathname}`);
    url.pathname = url.pathname.slice(4);
    const response = await env.ASSETS.fetch(new Request(url, request));
    return new Response(response.body, { status: response.status, headers: { ...Object.fromEntries(response.headers), via: '1' } });
} }";

fn with_config(name: &str, assets: &str) -> (Folder, Server) {
    let config = format!(
        r#"{{ "main": "main.js", "assets": {{ "directory": "public", "binding": "ASSETS"{assets} }} }}"#
    );
    let folder = Folder::js(name, VIA)
        .file("wrangler.jsonc", config)
        .file("public/index.html", "home")
        .file("public/a.html", "page")
        .file("public/b/index.html", "folder")
        .file("public/api/x.txt", "text")
        .file("public/404.html", "missing")
        .file("public/b/404.html", "missing in b")
        .file("public/large.bin", vec![b'x'; 200_000]);
    let server = Server::of(&mut serve(&folder, &["wrangler.jsonc", "--listen", "127.0.0.1:0"]));
    (folder, server)
}

#[test]
fn a_worker_fetches_its_assets() {
    let (_folder, server) = with_config("serve-binding", "");
    let page = send(&server, "GET", "/via/a", "").expect(200, "page");
    assert_eq!(
        (page.header("via"), page.header("content-type")),
        (Some("1"), Some("text/html; charset=utf-8"))
    );
    assert_eq!(send(&server, "GET", "/via/large.bin", "").body.len(), 200_000);
    let _ = send(&server, "GET", "/via/large.bin", "Range: bytes=0-2\r\n").expect(206, "xxx");
    let _ = send(&server, "HEAD", "/via/large.bin", "").expect(200, "");
    let _ = send(&server, "GET", "/via/none", "").expect(404, "");
    assert_eq!(send(&server, "POST", "/via/a", "Content-Length: 0\r\n").status, 405);
    let redirect = send(&server, "GET", "/via/b?q=1", "").expect(307, "");
    assert_eq!(redirect.header("location"), Some("/b/?q=1"));
    // The worker answers what no file does, people or not.
    let _ = send(&server, "GET", "/none", "").expect(200, "worker /none");
    let _ =
        send(&server, "GET", "/none", "Sec-Fetch-Mode: navigate\r\n").expect(200, "worker /none");
    let _ = server.stop();
}

#[test]
fn what_is_not_found_is_a_page() {
    let (_folder, server) =
        with_config("serve-404", r#", "not_found_handling": "404-page", "html_handling": "none""#);
    let _ = send(&server, "GET", "/b/none", "").expect(200, "worker /b/none");
    let _ =
        send(&server, "GET", "/b/none", "Sec-Fetch-Mode: navigate\r\n").expect(404, "missing in b");
    let _ = send(&server, "GET", "/via/x/y", "").expect(404, "missing");
    let _ = send(&server, "GET", "/a.html", "").expect(200, "page");
    let _ = send(&server, "GET", "/a", "").expect(200, "worker /a");
    let _ = server.stop();
    let (_folder, server) = with_config(
        "serve-spa",
        r#", "not_found_handling": "single-page-application", "run_worker_first": ["/api/*", "!/api/x.txt"]"#,
    );
    let _ = send(&server, "GET", "/some/route", "Sec-Fetch-Mode: navigate\r\n").expect(200, "home");
    let _ = send(&server, "GET", "/some/data", "").expect(200, "worker /some/data");
    let _ = send(&server, "GET", "/api/x.txt", "").expect(200, "text");
    let _ =
        send(&server, "GET", "/api/y", "Sec-Fetch-Mode: navigate\r\n").expect(200, "worker /api/y");
    let _ = server.stop();
}
