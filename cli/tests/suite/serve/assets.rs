//! `--assets`.

use super::{PROGRAM, Server};
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
