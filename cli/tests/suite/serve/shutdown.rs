//! The end: what may finish, and for how long.

use std::io::Write as _;

use super::{Answer, PROGRAM, Server};
use crate::folder::Folder;

/// Begins a request that the server has when this returns.
fn begin(server: &Server, path: &str) -> std::net::TcpStream {
    let mut stream = server.connect();
    stream.write_all(format!("GET {path} HTTP/1.1\r\nHost: a\r\n\r\n").as_bytes()).unwrap();
    server.wait_for(&format!("{} begins", path.trim_start_matches('/')));
    stream
}

#[test]
fn requests_and_wait_until_finish() {
    for (name, signal, flags) in
        [("serve-int", "INT", &["--sandboxes", "2"][..]), ("serve-term", "TERM", &["--fresh"])]
    {
        let server = Server::start(&Folder::js(name, PROGRAM), flags);
        let _ = server.get("/later").expect(200, "early");
        let slow = begin(&server, "/slow");
        // Idle, so it is closed.
        let idle = server.connect();
        server.signal(signal);
        let _ = Answer::read(slow).expect(200, "slow");
        assert_eq!(Answer::read(idle).status, 0);
        let (code, err) = server.end();
        assert_eq!(code, Some(0), "{err}");
        assert!(err.contains("later is done") && err.contains("stopping"), "{err}");
        assert!(!err.contains("cut off"), "{err}");
    }
}

#[test]
fn nothing_is_accepted_while_it_stops() {
    let server = Server::start(&Folder::js("serve-stops", PROGRAM), &[]);
    let never = begin(&server, "/never");
    let address = server.address();
    server.signal("TERM");
    server.wait_for("stopping");
    assert!(std::net::TcpStream::connect(address).is_err());
    server.signal("TERM");
    let (code, err) = server.end();
    assert_eq!(code, Some(0), "{err}");
    assert!(err.contains("second signal"), "{err}");
    drop(never);
}

#[test]
fn the_grace_is_bounded() {
    let server = Server::start(&Folder::js("serve-grace", PROGRAM), &["--grace", "50ms"]);
    let never = begin(&server, "/never");
    server.signal("INT");
    let (code, err) = server.end();
    assert_eq!(code, Some(0), "{err}");
    assert!(err.contains("the time is over"), "{err}");
    assert_eq!(Answer::read(never).status, 0);
}
