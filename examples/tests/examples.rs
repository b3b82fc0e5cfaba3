//! Each example runs, and prints what it should.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Command, Stdio};

fn example(name: &str) -> Command {
    // Beside the folder of this test's own program.
    let test = std::env::current_exe().expect("this program");
    let folder = test.parent().and_then(|it| it.parent()).expect("the build folder");
    let program: PathBuf = folder.join("examples").join(name);
    assert!(program.exists(), "{} is not built: run `cargo build --examples`", program.display());
    Command::new(program)
}

fn prints(name: &str, expected: &str) {
    let output = example(name).output().expect("a process");
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{name} failed: {error}");
    assert_eq!(String::from_utf8_lossy(&output.stdout), expected, "{name}");
}

#[test]
fn chat() {
    prints("chat", "posted: HELLO\nmessage 1\n");
}

#[test]
fn agent_tools() {
    prints("agent_tools", "5 calls of tools\nscarce: apples, plums; NotFoundError\n");
}

#[test]
fn code_mode() {
    prints(
        "code_mode",
        "approved: order {\"name\":\"apples\",\"count\":10}\nordered 10\n\
         TypeError: shop.order: input.count must be an integer, but is a string (\"ten\")\n  \
         at line 1, column 1\n  \
         await shop.order({ name: 'pears', count: 'ten' })\n  ^\n\n\
         Calls made before (1):\n\
         - shop.order({\"name\":\"pears\",\"count\":\"ten\"}) not made: shop.order: input.count must be an \
         integer, but is a string (\"ten\")\n",
    );
}

#[test]
fn tenants() {
    let round = |n| format!("anna: {n}\nben: exceededCpu\ncarl: exception\n");
    prints("tenants", &format!("{}{}3 loads\n", round(2), round(3)));
}

#[test]
fn plugin() {
    let summary = "A letter… 6 words, 2 lines, run 1\n";
    prints("plugin", &format!("export interface Document {{\n{summary}{summary}"));
}

#[test]
fn streaming() {
    prints("streaming", "1 one\n2 two\n3 three\n");
}

#[test]
fn loader_parent() {
    prints(
        "loader_parent",
        "hello you!\nexceeded the CPU limit\nThis worker is not permitted to access the internet via global functions like fetch(). It must use capabilities (such as bindings in 'env') to talk to the outside world.\n",
    );
}

#[test]
fn replay() {
    prints("replay", "again: true\nother seed: false\n");
}

#[test]
fn transform_server() {
    let mut server = example("transform_server").stdout(Stdio::piped()).spawn().expect("a process");
    let mut line = String::new();
    let out = server.stdout.take().expect("its output");
    BufReader::new(out).read_line(&mut line).expect("a line");
    let address = line.trim().strip_prefix("listening on ").expect("an address").to_owned();
    let asked = |source: &str| {
        let body = serde_json::json!({ "source": source, "input": [3, 1, 2] }).to_string();
        let mut stream = TcpStream::connect(&address).expect("a connection");
        let head = format!(
            "POST / HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
            body.len()
        );
        stream.write_all((head + &body).as_bytes()).expect("a request");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("an answer");
        let (head, body) = answer.split_once("\r\n\r\n").expect("a head");
        (head.lines().next().unwrap_or_default().to_owned(), body.to_owned())
    };
    let sorted = asked("export default (list: number[]) => list.toSorted()");
    let loops = asked("export default () => { for (;;); }");
    let broken = asked("export default (");
    server.kill().expect("an end");
    server.wait().expect("its status");
    assert_eq!(sorted, ("HTTP/1.1 200 OK".to_owned(), "[1,2,3]".to_owned()));
    assert!(loops.0.contains("422") && loops.1.contains("exceeded the CPU limit"), "{loops:?}");
    assert!(broken.0.contains("422") && broken.1.contains("error"), "{broken:?}");
}
