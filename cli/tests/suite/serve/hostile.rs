//! Clients that do what they should not.

use std::io::Write as _;

use rustix::process::{Resource, getrlimit, setrlimit};

use super::{Answer, PROGRAM, Server};
use crate::folder::Folder;

#[test]
fn ambiguous_and_malformed_requests_are_refused() {
    let server = Server::start(&Folder::js("serve-smuggled", PROGRAM), &["--admin", "127.0.0.1:0"]);
    let hidden = "GET /hidden HTTP/1.1\r\nHost: a\r\n\r\n";
    for head in [
        "POST /length HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "POST /length HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n",
        "POST /length HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx",
        "POST /length HTTP/1.1\r\nHost: a\r\nContent-Length: +1\r\n\r\nx",
        "POST /length HTTP/1.1\r\nHost: a\r\nContent-Length: 1, 1\r\n\r\nx",
        "POST /length HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
        "POST /length HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n",
        "POST /length HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, gzip\r\n\r\n",
        "POST /length HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "GET / HTTP/1.1\nHost: a\n\n",
        "GET / HTTP/1.1\r\nHost: a\nX: b\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nX: b\r\n folded\r\n\r\n",
        "GET / HTTP/1.1\r\nHost : a\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nX: a\rb\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nX: a\0b\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\n: b\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nno colon\r\n\r\n",
        "GET  / HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET / HTTP/3.0\r\nHost: a\r\n\r\n",
        "G\x7fT / HTTP/1.1\r\nHost: a\r\n\r\n",
        "\x16\x03\x01\x02\x00\x01\x00\x01\u{fc}\x03\x03",
    ] {
        let answer = server.send(&format!("{head}{hidden}"));
        assert_eq!(answer.status, 400, "{head:?}: {answer:?}");
        assert!(!answer.body.contains("hidden"), "{head:?}: {answer:?}");
    }
    let _ = server.get("/x").expect(200, "http://a/x");
    server.wait_for_metric("isolet_requests_in_flight", 0.0);
    let err = server.stop();
    assert!(!err.contains("/hidden"), "{err}");
}

#[test]
fn pipelined_requests_are_answered_in_order() {
    let server = Server::start(&Folder::js("serve-pipelined", PROGRAM), &["--sandboxes", "4"]);
    let slow = "GET /slow HTTP/1.1\r\nHost: a\r\n\r\n";
    let body = "POST /length HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\n\n\n\n";
    let last = "GET /last HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
    let answer = server.send(&format!("{slow}{body}{last}"));
    let places: Vec<_> =
        ["slow", "\r\n\r\n3", "http://a/last"].map(|text| answer.body.find(text)).into();
    assert!(places.iter().all(Option::is_some) && places.is_sorted(), "{answer:?}");
    // An ambiguous head ends the connection, after the requests before it.
    let both = "POST /hidden HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n";
    let answer = server.send(&format!("{body}{both}{last}"));
    assert!(answer.body.contains("400 Bad Request") && !answer.body.contains("last"), "{answer:?}");
    // The body of a chunked request is the last thing that is read.
    let chunked =
        "POST /length HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n";
    let answer = server.send(&format!("{chunked}{last}")).expect(200, "1");
    assert_eq!(answer.header("connection"), Some("close"));
    let _ = server.stop();
}

#[test]
fn a_client_that_leaves_takes_nothing_with_it() {
    let server = Server::start(
        &Folder::js("serve-leaves", PROGRAM),
        &["--admin", "127.0.0.1:0", "--fresh", "--timeout", "1h"],
    );
    for bytes in [
        "GET /never HTTP/1.1\r\nHost: a\r\n\r\n",
        "POST /length HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nhalf",
        "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nhalf",
        "GET /endless HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET /half HTTP/1.1\r\nHo",
    ] {
        let clients: Vec<_> = (0..8)
            .map(|_| {
                let mut stream = server.connect();
                stream.write_all(bytes.as_bytes()).unwrap();
                stream
            })
            .collect();
        // Others are served meanwhile.
        let _ = server.get("/other").expect(200, "http://a/other");
        drop(clients);
        server.wait_for_metric("isolet_requests_in_flight", 0.0);
        server.wait_for_metric("isolet_connections", 0.0);
        server.wait_for_metric("isolet_sandboxes", 0.0);
    }
    let _ = server.stop();
}

/// The client closes its half, and still gets its response or its end.
#[test]
fn half_closed_connections_end() {
    let server = Server::start(&Folder::js("serve-half", PROGRAM), &["--admin", "127.0.0.1:0"]);
    for bytes in ["", "GET /x HTT", "GET /x HTTP/1.1\r\nHost: a\r\n\r\n"] {
        let mut stream = server.connect();
        stream.write_all(bytes.as_bytes()).unwrap();
        stream.shutdown(std::net::Shutdown::Write).unwrap();
        let _ = Answer::read(stream);
    }
    server.wait_for_metric("isolet_connections", 0.0);
    server.wait_for_metric("isolet_requests_in_flight", 0.0);
    let _ = server.stop();
}

#[test]
fn the_log_is_escaped() {
    let server = Server::start(&Folder::js("serve-escaped", PROGRAM), &[]);
    let _ = server.get("/%1b[31m?\u{202e}x");
    let _ = server.send("GET /\u{9b}31m HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    let long = format!("/{}", "x".repeat(10_000));
    assert_eq!(server.get(&long).status, 200);
    let err = server.stop();
    assert!(!err.contains(['\u{1b}', '\u{202e}', '\u{9b}']), "{err}");
    assert!(err.lines().all(|line| line.len() < 2_000), "{err}");
}

/// A promise that was passed to `waitUntil` goes on without the client, and ends.
#[test]
fn a_client_that_leaves_does_not_stop_wait_until() {
    let server =
        Server::start(&Folder::js("serve-leaves-later", PROGRAM), &["--admin", "127.0.0.1:0"]);
    let mut stream = server.connect();
    stream.write_all(b"GET /later HTTP/1.1\r\nHost: a\r\n\r\n").unwrap();
    let mut first = [0; 1];
    std::io::Read::read_exact(&mut stream, &mut first).unwrap();
    drop(stream);
    server.wait_for_metric("isolet_connections", 0.0);
    server.wait_for_metric("isolet_requests_in_flight", 0.0);
    server.wait_for("later is done");
    let _ = server.stop();
}

#[test]
fn a_long_pipeline_is_answered_one_by_one() {
    let options = ["--admin", "127.0.0.1:0", "--sandboxes", "1"];
    let server = Server::start(&Folder::js("serve-long-pipeline", PROGRAM), &options);
    let mut requests: String = (0..500)
        .fold(String::new(), |all, n| all + &format!("GET /p{n}. HTTP/1.1\r\nHost: a\r\n\r\n"));
    requests += "GET /last HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
    let answer = server.send(&requests);
    let all = format!("{}{}", answer.head, answer.body);
    let places: Vec<_> = (0..500).map(|n| all.find(&format!("http://a/p{n}."))).collect();
    assert!(places.iter().all(Option::is_some) && places.is_sorted());
    assert!(all.ends_with("http://a/last"));
    // A pipeline that nobody reads fills the socket, and ends with its client.
    let mut stream = server.connect();
    stream.set_nonblocking(true).unwrap();
    let head = "GET /endless HTTP/1.1\r\nHost: a\r\n\r\n".repeat(1_000);
    let _ = stream.write(head.as_bytes());
    server.wait_for_metric("isolet_requests_in_flight", 1.0);
    let _ = server.get("/other").expect(200, "http://a/other");
    drop(stream);
    server.wait_for_metric("isolet_requests_in_flight", 0.0);
    server.wait_for_metric("isolet_connections", 0.0);
    let _ = server.stop();
}

/// As many idle connections as the limit of file descriptors permits, of 2,000.
#[test]
fn idle_connections_are_cheap_and_make_room() {
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    setrlimit(Resource::Nofile, limit).expect("the limit that is allowed");
    let most = limit.maximum.map_or(2_000, |most| usize::try_from(most).unwrap_or(2_000));
    let count = most.saturating_sub(200).min(2_000);
    let (max, told) = (count.to_string(), "isolet_connections");
    let options = [
        "--admin",
        "127.0.0.1:0",
        "--max-connections",
        &max,
        "--head-timeout",
        "1h",
        "--idle-timeout",
        "1h",
    ];
    let server = Server::start(&Folder::js("serve-idle", PROGRAM), &options);
    let mut idle: Vec<_> = (0..count).map(|_| server.connect()).collect();
    #[allow(clippy::cast_precision_loss, reason = "it is small")]
    server.wait_for_metric(told, count as f64);
    // One more takes the place of one that is idle.
    let _ = server.get("/x").expect(200, "http://a/x");
    #[allow(clippy::cast_precision_loss, reason = "it is small")]
    server.wait_for_metric(told, (count - 1) as f64);
    let is_closed = |stream: &std::net::TcpStream| {
        stream.set_nonblocking(true).unwrap();
        let read = stream.peek(&mut [0; 1]);
        stream.set_nonblocking(false).unwrap();
        matches!(read, Ok(0))
    };
    let closed = (0..100_000).find_map(|_| {
        std::thread::yield_now();
        idle.iter().position(is_closed)
    });
    idle.remove(closed.expect("a connection that was closed"));
    let last = idle.pop().expect("a connection");
    let mut stream = &last;
    stream.write_all(b"GET /y HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").unwrap();
    let _ = Answer::read(last).expect(200, "http://a/y");
    drop(idle);
    server.wait_for_metric(told, 0.0);
    let _ = server.stop();
}
