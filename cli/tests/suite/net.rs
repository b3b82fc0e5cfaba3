//! `--allow-net`, `--net-policy` and `--net-log`.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpListener;
use std::process::Command;
use std::sync::{Arc, Mutex};

use crate::folder::{Folder, said};

/// A server that answers each request with its head, and keeps the heads.
struct Server {
    port: u16,
    heads: Arc<Mutex<Vec<String>>>,
}

impl Server {
    /// Starts a server on a thread that lives as long as the tests.
    fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let heads: Arc<Mutex<Vec<String>>> = Arc::default();
        let kept = Arc::clone(&heads);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.expect("a connection");
                let mut reader = BufReader::new(stream.try_clone().expect("the same stream"));
                let (mut head, mut length) = (String::new(), 0);
                loop {
                    let mut line = String::new();
                    reader.read_line(&mut line).expect("a line");
                    if let Some(value) = line.strip_prefix("content-length: ") {
                        length = value.trim().parse().expect("a length");
                    }
                    if line.trim().is_empty() {
                        break;
                    }
                    head.push_str(&line);
                }
                reader.read_exact(&mut vec![0; length]).expect("a body");
                let answer = format!(
                    "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{head}",
                    head.len()
                );
                kept.lock().expect("the heads").push(head);
                let _ = stream.write_all(answer.as_bytes());
            }
        });
        Self { port, heads }
    }

    fn url(&self) -> String {
        format!("\"http://127.0.0.1:{}/path?query\"", self.port)
    }

    fn count(&self) -> usize {
        self.heads.lock().expect("the heads").len()
    }
}

const PROGRAM: &str = "export default async (url, env) => {
    const headers = env.KEY === undefined ? {} : { 'x-key': env.KEY };
    return (await (await fetch(url, { headers })).text()).split('\\r\\n')[0] }";

fn folder(name: &str) -> Folder {
    Folder::js(name, PROGRAM)
}

#[test]
fn nothing_is_allowed_without_a_flag() {
    let server = Server::new();
    let folder = folder("net-none");
    let _ = folder
        .run(&["main.js", "--arg", &server.url()])
        .expect_failure(1, &["This worker is not permitted to access the internet"]);
    assert_eq!(server.count(), 0);
}

#[test]
fn what_a_flag_names_is_allowed() {
    let server = Server::new();
    let folder = folder("net-flag");
    let to = format!("http://127.0.0.1:{}", server.port);
    let url = server.url();
    let arguments = ["main.js", "--arg", &url, "--allow-net", "example.com", "--allow-net", &to];
    let _ = folder.run(&arguments).expect_out("\"GET /path?query HTTP/1.1\"");
    let other = ["main.js", "--arg", &url, "--allow-net", "example.com"];
    let _ = folder.run(&other).expect_failure(
        1,
        &["TypeError", "no rule of the network policy names", &format!("--allow-net {to})")],
    );
    // A wildcard does not name private addresses.
    let any = ["main.js", "--arg", &url, "--allow-net", "http://*:*"];
    let _ = folder.run(&any).expect_failure(1, &["TypeError", "it is not public"]);
    assert_eq!(server.count(), 1);
    for wrong in ["", "ftp://a", "a:0", "a/b", "*a"] {
        let wrong = ["main.js", "--allow-net", wrong];
        let _ = folder.run(&wrong).expect_failure(2, &["is not a destination"]);
    }
}

#[test]
fn proxies_of_the_environment_are_ignored() {
    let (server, proxy) = (Server::new(), Server::new());
    let folder = folder("net-proxy");
    let to = format!("http://127.0.0.1:{}", server.port);
    let mut command: Command =
        folder.command(&["main.js", "--arg", &server.url(), "--allow-net", &to]);
    for name in ["http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"]
    {
        command.env(name, format!("http://127.0.0.1:{}", proxy.port));
    }
    let _ = said(&mut command).expect_out("\"GET /path?query HTTP/1.1\"");
    assert_eq!((server.count(), proxy.count()), (1, 0));
}

#[test]
fn a_policy_puts_its_secrets_into_requests() {
    let server = Server::new();
    let to = format!("http://127.0.0.1:{}", server.port);
    let policy = format!(
        "response_timeout_ms = 20000
         connect_timeout_ms = 5000
         addresses = ['127.0.0.2', '10.0.0.0/8']
         [[rule]]
         name = 'local'
         to = ['{to}']
         methods = ['GET']
         paths = ['/path']
         request_bytes = 1000
         response_bytes = 2000
         rate = {{ requests = 10, seconds = 1 }}
         concurrency = 4
         queue = 4
         [[secret]]
         name = 'KEY'
         to = ['{to}']
         from_env = 'ISOLET_TEST_KEY'
         in = ['headers', 'url']
         [[secret]]
         name = 'FILE_KEY'
         to = ['{to}']
         from_file = 'key.txt'
         placeholder = 'sk-placeholder-of-a-key'"
    );
    let folder = Folder::js(
        "net-policy",
        "export default async (url, env) => [env, (await (await fetch(url, { headers: { 'x-key': env.KEY, 'x-file': env.FILE_KEY } })).text()).includes('live')]",
    )
    .file("conf/policy.toml", policy)
    .file("conf/key.txt", "live-of-a-file\n");
    let url = server.url();
    let arguments = ["main.js", "--arg", &url, "--net-policy", "conf/policy.toml", "--net-log"];
    let mut command = folder.command(&arguments);
    command.env("ISOLET_TEST_KEY", "live-of-the-environment");
    let said = said(&mut command)
        .expect_out(r#"[{"KEY":"isolet.secret.KEY.","FILE_KEY":"sk-placeholder-of-a-key"},false]"#);
    let head = server.heads.lock().expect("the heads")[0].clone();
    for line in ["x-key: live-of-the-environment\r\n", "x-file: live-of-a-file\r\n"] {
        assert!(head.contains(line), "{head}");
    }
    let line = said.err.lines().next().expect("a line");
    let place = format!("net: completed GET {to}/path status=200 address=127.0.0.1:");
    assert!(line.starts_with(&place), "{line}");
    assert!(line.contains("rule=\"local\"") && line.contains("secrets=FILE_KEY,KEY"), "{line}");
    assert!(!said.err.contains("live") && !said.err.contains("query"), "{}", said.err);
    // The variable is not set.
    let missing = folder.run(&arguments).expect_failure(2, &["ISOLET_TEST_KEY", "\"KEY\""]);
    assert!(!missing.err.contains("live"));
    let same = [&arguments[..], &["--env", "FILE_KEY=1"]].concat();
    let mut command = folder.command(&same);
    command.env("ISOLET_TEST_KEY", "live-of-the-environment");
    let _ = crate::folder::said(&mut command).expect_failure(2, &["--env FILE_KEY"]);
}

#[test]
fn policies_that_are_wrong_are_usage_errors() {
    let secret = "[[secret]]\nname = 'K'\nto = ['a']\n";
    for (at, (policy, text)) in [
        ("x = 1", "x"),
        ("[[rule]]\nto = []", "no destination"),
        ("[[rule]]\nto = ['a']\nhosts = ['a']", "hosts"),
        ("[[rule]]\nto = ['a/b']", "is not a destination"),
        ("addresses = ['10']", "is not an address"),
        ("ca = 'none.pem'", "none.pem"),
        ("ca = 'policy.toml'", "certificate"),
        (secret, "needs one of from_env and from_file"),
        (&format!("{secret}value = 'inline'"), "value"),
        (&format!("{secret}from_file = 'short.txt'"), "8 to 1024 bytes"),
        (&format!("{secret}from_file = 'short.txt'\nin = ['cookie']"), "cookie"),
    ]
    .into_iter()
    .enumerate()
    {
        let folder = folder(&format!("net-wrong-{at}"))
            .file("policy.toml", policy)
            .file("short.txt", "short");
        let arguments = ["main.js", "--net-policy", "policy.toml"];
        let _ = folder.run(&arguments).expect_failure(2, &[text]);
    }
    let _ = folder("net-missing")
        .run(&["main.js", "--net-policy", "none.toml"])
        .expect_failure(2, &["none.toml"]);
}

#[test]
fn a_locked_down_process_has_no_network() {
    let folder = folder("net-lockdown");
    let _ = folder
        .run(&["--lockdown", "main.js", "--allow-net", "example.com"])
        .expect_failure(2, &["--lockdown cannot be combined with --allow-net"]);
}

#[test]
fn programs_that_are_timed_have_a_network_too() {
    let server = Server::new();
    let folder = folder("net-bench");
    let to = format!("http://127.0.0.1:{}", server.port);
    let mut command = Command::new(env!("CARGO_BIN_EXE_isolet"));
    command.current_dir(folder.path()).args(["bench", "main.js", "--runs", "1", "--json"]);
    command.args(["--arg", &server.url(), "--allow-net", &to]);
    let said = said(&mut command);
    assert_eq!(said.code, Some(0), "{said:?}");
    assert!(server.count() > 2);
}
