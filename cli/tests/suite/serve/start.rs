//! The beginning: addresses, errors, the log.

use std::io::{Read as _, Write as _};
use std::os::unix::net::UnixStream;

use super::{Answer, PROGRAM, Server, serve};
use crate::folder::{Folder, said};

#[test]
fn it_listens_and_logs() {
    let folder = Folder::js("serve-start", PROGRAM);
    let server = Server::start(&folder, &["--admin", "127.0.0.1:0", "--sandboxes", "1"]);
    assert!(server.url.starts_with("http://127.0.0.1:"), "{}", server.url);
    let _ = server.get("/a?b=c").expect(200, "http://a/a?b=c");
    let _ = server.get("/ip").expect(200, "127.0.0.1");
    let _ = server.get("/throw").expect(500, "Internal Server Error\n");
    server.wait_for("GET /throw 500");
    assert_eq!(server.metric("isolet_requests_total{status=\"2xx\"}"), Some(2.0));
    assert_eq!(server.metric("isolet_refused_total{reason=\"exception\"}"), Some(1.0));
    assert_eq!(server.metric("isolet_sandboxes"), Some(1.0));
    assert_eq!(server.metric("isolet_request_duration_seconds_count"), Some(3.0));
    server.wait_for_metric("isolet_connections", 0.0);
    server.wait_for_metric("isolet_requests_in_flight", 0.0);
    let mut admin = super::connect(server.admin());
    admin.write_all(b"GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").unwrap();
    let _ = Answer::read(admin).expect(200, "ok\n");
    let err = server.stop();
    assert!(err.contains("127.0.0.1 GET /a?b=c 200 14 "), "{err}");
    assert!(err.contains("error: GET /throw: RangeError: the inside"), "{err}");
    assert!(err.contains("main.js:"), "{err}");
}

#[test]
fn quiet_prints_no_requests_and_all_errors() {
    let folder = Folder::js("serve-quiet", PROGRAM);
    let server = Server::start(&folder, &["--quiet"]);
    let _ = server.get("/").expect(200, "http://a/");
    let _ = server.get("/throw").expect(500, "Internal Server Error\n");
    let err = server.stop();
    assert!(!err.contains("GET / "), "{err}");
    assert!(err.contains("error: GET /throw: RangeError: the inside"), "{err}");
}

#[test]
fn what_is_wrong_is_said_before_it_listens() {
    let folder = Folder::js("serve-wrong", "export default { fetch() {} }; nope()")
        .file("syntax.js", "export default {")
        .file("good.js", PROGRAM);
    for (arguments, code, text) in [
        (&["main.js"][..], 2, "nope is not defined"),
        (&["syntax.js"], 2, "syntax.js"),
        (&["missing.js"], 2, "missing.js"),
        (&["good.js", "--listen", "nowhere"], 2, "HOST:PORT"),
        (&["good.js", "--listen", "192.0.2.1:1"], 4, "192.0.2.1:1"),
        (&["good.js", "--cert", "good.js"], 2, "--key"),
        (&["good.js", "--cert", "good.js", "--key", "good.js"], 2, "good.js"),
        (&["good.js", "--cron", "nope"], 2, "--cron nope"),
        (&["good.js", "--assets", "nowhere"], 2, "nowhere"),
        (&["good.js", "--env-file", "nowhere"], 2, "nowhere"),
        (&["good.js", "--max-head", "1K"], 2, "8K"),
        (&["good.js", "--sandboxes", "0"], 2, "--sandboxes"),
        (&["-", "--watch"], 2, "--watch"),
    ] {
        let free = ["--listen", "127.0.0.1:0"];
        let arguments = if arguments.contains(&"--listen") {
            arguments.to_vec()
        } else {
            [arguments, &free].concat()
        };
        let said = said(&mut serve(&folder, &arguments));
        let _ = said.expect_failure(code, &[text]);
    }
}

#[test]
fn a_unix_socket() {
    let folder = Folder::js("serve-unix", PROGRAM);
    let path = folder.path().join("socket");
    let server = Server::of(&mut serve(&folder, &["main.js", "--listen", "unix:socket"]));
    assert_eq!(server.url, "unix:socket");
    let mut stream = UnixStream::connect(&path).expect("a server");
    stream.write_all(b"GET /ip HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    // A client without an address has no such header.
    let _ = Answer::of(&text).expect(200, "null");
    // Another server on the same socket does not take it away.
    let _ = said(&mut serve(&folder, &["main.js", "--listen", "unix:socket"]))
        .expect_failure(4, &["unix:socket"]);
    assert!(UnixStream::connect(&path).is_ok());
    let _ = server.stop();
    assert!(!path.exists());
    // A server that was killed leaves its socket, which the next one replaces.
    let server = Server::of(&mut serve(&folder, &["main.js", "--listen", "unix:socket"]));
    server.signal("KILL");
    let _ = server.end();
    assert!(path.exists());
    let _ = Server::of(&mut serve(&folder, &["main.js", "--listen", "unix:socket"])).stop();
}

#[test]
fn a_program_from_standard_input() {
    let folder = Folder::new("serve-stdin");
    let mut command = serve(&folder, &["-", "--listen", "127.0.0.1:0"]);
    command.stdin(std::process::Stdio::piped());
    let mut child = command.spawn().expect("it starts");
    // The pipe is closed before the server reads to its end.
    let mut input = child.stdin.take().expect("standard input");
    input.write_all(b"export default { fetch: (r: Request) => new Response('ts') }").unwrap();
    drop(input);
    let server = Server::of_child(child);
    let _ = server.get("/").expect(200, "ts");
    let _ = server.stop();
}

#[cfg(feature = "cache")]
#[test]
fn a_server_starts_from_the_cache() {
    let source = "console.log('loaded'); const id = Math.random(); let n = 0;
        export default { fetch: () => new Response(`${id} ${++n}`) }";
    let folder = Folder::js("serve-cache", source);
    let options = ["--cache", "images", "--cache-key", "key", "--sandboxes", "1"];
    let start = |more: &[&str]| Server::start(&folder, &[&options[..], more].concat());
    let of = |server: &Server| {
        let body = server.get("/").body;
        let (id, n) = body.split_once(' ').expect("two numbers");
        (id.to_owned(), n.parse::<u32>().expect("a number"))
    };
    let server = start(&[]);
    let (id, n) = of(&server);
    // Its sandbox serves all requests, as without a cache.
    assert_eq!((n, of(&server)), (1, (id.clone(), 2)));
    assert_eq!(server.stop().matches("| loaded").count(), 1);
    let server = start(&[]);
    assert_eq!(of(&server), (id.clone(), 1));
    assert!(!server.stop().contains("| loaded"));
    let server = start(&["--fresh"]);
    assert_eq!((of(&server), of(&server)), ((id.clone(), 1), (id.clone(), 1)));
    let _ = server.stop();
    let server = start(&["--env", "A=1"]);
    assert_ne!(of(&server).0, id);
    let _ = server.stop();
}

#[test]
fn fresh_sandboxes_share_nothing() {
    let folder = Folder::js("serve-fresh", PROGRAM);
    let server = Server::start(&folder, &["--fresh"]);
    for _ in 0..3 {
        let _ = server.get("/count").expect(200, "1");
    }
    let _ = server.stop();
    let server = Server::start(&folder, &["--sandboxes", "1"]);
    for n in 1..4 {
        let _ = server.get("/count").expect(200, &n.to_string());
    }
    let _ = server.stop();
}

#[test]
fn fresh_sandboxes_begin_after_the_warm_up() {
    let folder = Folder::js("serve-warm", PROGRAM).file(
        "pending.js",
        "setTimeout(() => {}, 60_000); export default { fetch: () => new Response('ok') }",
    );
    let server = Server::start(&folder, &["--fresh", "--warm", "GET:/count"]);
    for _ in 0..3 {
        let _ = server.get("/count").expect(200, "2");
    }
    let _ = server.stop();
    let failed = said(&mut serve(&folder, &["main.js", "--fresh", "--warm", "GET:/throw"]));
    let _ = failed.expect_failure(2, &["the inside"]);
    let without = said(&mut serve(&folder, &["main.js", "--warm", "GET:/"]));
    let _ = without.expect_failure(2, &["--fresh"]);
    let server = Server::of(&mut serve(
        &folder,
        &["pending.js", "--listen", "127.0.0.1:0", "--fresh", "--warm", "GET:/"],
    ));
    let _ = server.get("/").expect(200, "ok");
    assert!(server.stop().contains("something pending"));
}

#[test]
fn help_names_the_flags_and_the_exit_codes() {
    let help = said(&mut serve(&Folder::new("serve-help"), &["--help"]));
    assert_eq!(help.code, Some(0));
    for text in [
        "--listen",
        "--admin",
        "--cert",
        "--key",
        "--fresh",
        "--sandboxes",
        "--queue",
        "--watch",
        "--assets",
        "--cron",
        "--env-file",
        "--max-body",
        "--max-headers",
        "--max-head",
        "--head-timeout",
        "--idle-timeout",
        "--max-connections",
        "--grace",
        "--behind-proxy",
        "--quiet",
        "--fuel",
        "--memory",
        "--timeout",
        "--loader",
        "Exit status",
    ] {
        assert!(help.out.contains(text), "{text}");
    }
    assert!(!help.out.contains("--vars") && !help.out.contains("--call"), "{}", help.out);
}

/// A worker that is served loads others.
#[test]
fn loaders_serve_workers_of_workers() {
    let folder = Folder::js(
        "serve-loader",
        "const CHILD = `export default { fetch: (request) => new Response('child of ' + request.url) }`;
         export default { fetch(request, env) {
            const child = env.LOADER.get('it', () => ({ mainModule: 'm.js', modules: { 'm.js': CHILD } }));
            return child.getEntrypoint().fetch(request);
         } }",
    );
    for flags in [&["--sandboxes", "2"][..], &["--fresh"]] {
        let server = Server::start(&folder, &[&["--loader", "LOADER"], flags].concat());
        for _ in 0..3 {
            let _ = server.get("/x").expect(200, "child of http://a/x");
        }
        let _ = server.stop();
    }
}

#[test]
fn a_named_entrypoint_and_one_behind_a_proxy() {
    let folder = Folder::js(
        "serve-entrypoint",
        "import { WorkerEntrypoint } from 'cloudflare:workers';
         export default { fetch: () => new Response('default') };
         export class Other extends WorkerEntrypoint {
            fetch(request) { return new Response(request.headers.get('x-forwarded-for')) } }",
    );
    let server = Server::start(&folder, &["--entrypoint", "Other", "--behind-proxy"]);
    let answer = server
        .send("GET / HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 1.2.3.4\r\nConnection: close\r\n\r\n");
    let _ = answer.expect(200, "1.2.3.4");
    let _ = server.stop();
}

/// Each sandbox loads the program, and the load before that shows whether it is good.
#[test]
fn the_log_of_loading_is_printed_once_for_each_sandbox() {
    let program = format!("console.log('top level');\n{PROGRAM}");
    let folder = Folder::js("serve-top", &program)
        .file("bad.js", "console.log('a reason'); throw new Error('broken')");
    for (options, before) in [(&["--sandboxes", "1"][..], 0), (&["--fresh"], 1)] {
        let server = Server::start(&folder, options);
        if before > 0 {
            server.wait_for("top level");
        }
        assert_eq!(server.err().matches("top level").count(), before);
        for _ in 0..3 {
            let _ = server.get("/x").expect(200, "http://a/x");
        }
        assert_eq!(server.stop().matches("top level").count(), 1);
    }
    let _ = said(&mut serve(&folder, &["bad.js"])).expect_failure(2, &["a reason", "broken"]);
}
