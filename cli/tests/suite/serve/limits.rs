//! Limits of requests, each obeyed and violated.

use std::io::{Read as _, Write as _};

use super::{Answer, PROGRAM, Server};
use crate::folder::Folder;

fn post(path: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "POST {path} HTTP/1.1\r\nHost: a\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}"
    )
}

#[test]
fn bodies() {
    let server = Server::start(&Folder::js("serve-bodies", PROGRAM), &["--max-body", "10"]);
    let _ = server.send(&post("/length", "0123456789")).expect(200, "10");
    let _ = server.send(&post("/length", "0123456789x")).expect(413, "Payload Too Large\n");
    let chunked = |chunk: &str| {
        format!(
            "POST /length HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n{chunk}\r\n0\r\n\r\n"
        )
    };
    let _ = server.send(&chunked("5\r\nabcde")).expect(200, "10");
    let _ = server.send(&chunked("6\r\nabcdef")).expect(413, "Payload Too Large\n");
    let _ = server.stop();
}

#[test]
fn heads() {
    let server = Server::start(
        &Folder::js("serve-heads", PROGRAM),
        &["--max-headers", "4", "--max-head", "8K", "--admin", "127.0.0.1:0"],
    );
    let head = |count: usize, size: usize| {
        let headers: String = (0..count)
            .flat_map(|n| [format!("x-{n}: "), "y".repeat(size), "\r\n".to_owned()])
            .collect();
        format!("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n{headers}\r\n")
    };
    let _ = server.send(&head(2, 1)).expect(200, "http://a/");
    assert_eq!(server.send(&head(3, 1)).status, 431);
    let _ = server.send(&head(1, 7_000)).expect(200, "http://a/");
    assert_eq!(server.send(&head(1, 9_000)).status, 431);
    server.wait_for_metric("isolet_refused_total{reason=\"headTooLarge\"}", 2.0);
    let _ = server.stop();
}

#[test]
fn fuel_and_time() {
    let server = Server::start(
        &Folder::js("serve-fuel", PROGRAM),
        &["--fuel", "50000000", "--timeout", "10s", "--sandboxes", "1"],
    );
    let _ = server.get("/spin").expect(503, "Service Unavailable\n");
    // The sandbox is replaced.
    let _ = server.get("/count").expect(200, "1");
    let err = server.stop();
    assert!(err.contains("exceeded the CPU limit"), "{err}");
    let server = Server::start(&Folder::js("serve-time", PROGRAM), &["--timeout", "100ms"]);
    let _ = server.get("/never").expect(503, "Service Unavailable\n");
    let _ = server.stop();
}

#[test]
fn slow_heads_and_idle_connections_are_closed() {
    let server = Server::start(
        &Folder::js("serve-slow", PROGRAM),
        &["--head-timeout", "100ms", "--idle-timeout", "150ms", "--admin", "127.0.0.1:0"],
    );
    for bytes in ["", "G", "GET / HTTP/1.1\r\nHost: a\r\n", "PRI * HTTP/2.0\r\n", "\r\n"] {
        assert_eq!(server.send(bytes).status, 0, "{bytes:?}");
    }
    // The first request is answered, and the connection closed after a while.
    let _ = server.send("GET /x HTTP/1.1\r\nHost: a\r\n\r\n").expect(200, "http://a/x");
    let answer = server
        .send("GET /x HTTP/1.1\r\nHost: a\r\n\r\nGET /y HTTP/1.1\r\nHo")
        .expect(200, "http://a/x");
    assert!(answer.header("connection").is_none());
    server.wait_for_metric("isolet_connections", 0.0);
    let _ = server.stop();
}

/// A client that takes nothing of an endless response is cut off, and its sandbox is free.
#[test]
fn clients_that_take_nothing_are_cut_off() {
    let server = Server::start(
        &Folder::js("serve-stalled", PROGRAM),
        &["--idle-timeout", "200ms", "--admin", "127.0.0.1:0", "--timeout", "1h", "--fresh"],
    );
    let mut stream = server.connect();
    stream.write_all(b"GET /endless HTTP/1.1\r\nHost: a\r\n\r\n").unwrap();
    let mut first = [0; 100];
    stream.read_exact(&mut first).unwrap();
    server.wait_for_metric("isolet_requests_in_flight", 0.0);
    server.wait_for_metric("isolet_connections", 0.0);
    server.wait_for_metric("isolet_sandboxes", 0.0);
    let _ = server.stop();
}

#[test]
fn the_connection_that_is_idle_for_longest_makes_room() {
    let server = Server::start(
        &Folder::js("serve-connections", PROGRAM),
        &[
            "--max-connections",
            "3",
            "--admin",
            "127.0.0.1:0",
            "--idle-timeout",
            "1h",
            "--head-timeout",
            "1h",
        ],
    );
    let idle: Vec<_> = (0..20).map(|_| server.connect()).collect();
    server.wait_for_metric("isolet_connections_accepted_total", 20.0);
    let _ = server.get("/x").expect(200, "http://a/x");
    server.wait_for_metric("isolet_connections", 2.0);
    drop(idle);
    // Connections with a request stay.
    let busy: Vec<_> = (0..3)
        .map(|_| {
            let mut stream = server.connect();
            stream.write_all(b"GET /never HTTP/1.1\r\nHost: a\r\n\r\n").unwrap();
            stream
        })
        .collect();
    server.wait_for_metric("isolet_requests_in_flight", 3.0);
    assert_eq!(Answer::read(server.connect()).status, 0);
    assert_eq!(server.metric("isolet_refused_total{reason=\"connections\"}"), Some(1.0));
    drop(busy);
    server.wait_for_metric("isolet_requests_in_flight", 0.0);
    let _ = server.get("/y").expect(200, "http://a/y");
    let _ = server.stop();
}
