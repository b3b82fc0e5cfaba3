//! `isolet mcp`: the servers are `isolet mcp` too.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde_json::{Value, json};

use crate::folder::{Folder, Said, said};

pub(crate) fn mcp(folder: &Folder, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_isolet"));
    command.arg("mcp").args(arguments).current_dir(folder.path());
    command.env_remove("RUST_BACKTRACE").env_remove("CLICOLOR_FORCE");
    command
}

/// Returns a folder with the configuration of one server, `inner`, which has no servers.
pub(crate) fn folder(name: &str) -> Folder {
    let inner = json!({
        "command": env!("CARGO_BIN_EXE_isolet"),
        "args": ["mcp", "--config", "empty.json"],
    });
    Folder::new(name)
        .file("empty.json", "{\"mcpServers\": {}}")
        .file("config.json", json!({"mcpServers": {"inner": inner}}).to_string())
}

/// A client on the standard streams.
pub(crate) struct Client {
    pub(crate) child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    next: u64,
}

impl Client {
    pub(crate) fn new(folder: &Folder, arguments: &[&str]) -> Self {
        let mut child = mcp(folder, arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the command starts");
        let input = child.stdin.take().expect("standard input");
        let output = BufReader::new(child.stdout.take().expect("standard output"));
        let mut client = Self { child, input, output, next: 0 };
        let hello = client.request(
            "initialize",
            &json!({
                "protocolVersion": "2025-11-25",
                "capabilities": {},
                "clientInfo": {"name": "test", "version": "1"},
            }),
        );
        assert_eq!(hello["serverInfo"]["name"], "isolet");
        client.send(&json!({"jsonrpc": "2.0", "method": "notifications/initialized"}));
        client
    }

    fn send(&mut self, message: &Value) {
        writeln!(self.input, "{message}").expect("the server reads");
    }

    pub(crate) fn request(&mut self, method: &str, params: &Value) -> Value {
        self.next += 1;
        let id = self.next;
        self.send(&json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params}));
        loop {
            let mut line = String::new();
            assert_ne!(self.output.read_line(&mut line).expect("a line"), 0, "it has ended");
            let mut message: Value = serde_json::from_str(&line).expect("JSON");
            if message["id"] == id {
                return message["result"].take();
            }
        }
    }

    pub(crate) fn run(&mut self, code: &str) -> Value {
        self.request("tools/call", &json!({"name": "run_code", "arguments": {"code": code}}))
    }

    /// Closes the connection, and returns the exit status.
    pub(crate) fn end(self) -> Option<i32> {
        let Self { mut child, input, .. } = self;
        drop(input);
        child.wait().expect("it ends").code()
    }
}

#[test]
fn programs_call_the_tools_of_servers() {
    let folder = folder("mcp-programs");
    let mut client = Client::new(&folder, &["--config", "config.json"]);
    let listed = client.request("tools/list", &json!({}));
    let tools = listed["tools"].as_array().expect("tools");
    let names: Vec<_> = tools.iter().map(|tool| tool["name"].as_str()).collect();
    assert_eq!(names, [Some("run_code"), Some("search_tools"), Some("describe_tool")]);
    assert!(tools[0]["description"].as_str().is_some_and(|text| text.contains("inner")));
    let result = client.run("const it = await inner.run_code({ code: '20 + 1' });\nit.result * 2");
    assert_eq!(result["structuredContent"]["result"], 42, "{result}");
    let result = client.run("const it = 1;\nawait inner.run_cod({ code: '1' })");
    assert_eq!(result["isError"], true);
    let text = result["content"][0]["text"].as_str().expect("text");
    assert!(text.contains("did you mean inner.run_code?"), "{text}");
    assert!(text.contains("at line 2, column"), "{text}");
    assert_eq!(client.end(), Some(0));
}

#[test]
fn changed_definitions_are_not_called_until_they_are_approved() {
    let folder = folder("mcp-pins");
    let arguments = ["--config", "config.json", "--pins", "pins.json"];
    assert_eq!(Client::new(&folder, &arguments).end(), Some(0));
    let path = folder.path().join("pins.json");
    let pins = std::fs::read_to_string(&path).expect("the pins");
    let mut changed: Value = serde_json::from_str(&pins).expect("JSON");
    changed["inner"]["run_code"] = json!("0".repeat(64));
    std::fs::write(&path, changed.to_string()).expect("a file");
    let program = "(await inner.run_code({ code: '1' })).result";
    let mut client = Client::new(&folder, &arguments);
    assert_eq!(client.run(program)["isError"], true);
    client.end();
    let mut client = Client::new(&folder, &[&arguments[..], &["--approve-changes"]].concat());
    assert_eq!(client.run(program)["structuredContent"]["result"], 1);
    client.end();
    assert_eq!(std::fs::read_to_string(&path).expect("the pins"), pins);
}

#[test]
fn wrong_input_is_named() {
    let folder = folder("mcp-wrong")
        .file("wrong.json", "{\"mcpServers\": {\"a\": {\"command\": 5}}}")
        .file("gone.json", "{\"mcpServers\": {\"a\": {\"command\": \"/no/such/program\"}}}");
    let run = |arguments: &[&str]| -> Said { said(&mut mcp(&folder, arguments)) };
    let _ = run(&["--config", "missing.json"]).expect_failure(2, &["missing.json"]);
    let _ = run(&["--config", "wrong.json"]).expect_failure(2, &["wrong.json", "a", "command"]);
    let _ = run(&["--config", "gone.json"]).expect_failure(2, &["no MCP server can be used", "a:"]);
    let _ = run(&["--config", "empty.json", "--listen", "0.0.0.0:0"]).expect_failure(2, &["token"]);
}
