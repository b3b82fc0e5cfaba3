//! `isolet mcp`: the servers are `isolet mcp` too.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command, Stdio};

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
        Self::spawn(mcp(folder, arguments).stderr(Stdio::null()))
    }

    /// Returns the standard error as well.
    pub(crate) fn with_errors(
        folder: &Folder,
        arguments: &[&str],
    ) -> (Self, BufReader<ChildStderr>) {
        let mut client = Self::spawn(mcp(folder, arguments).stderr(Stdio::piped()));
        let errors = client.child.stderr.take().expect("standard error");
        (client, BufReader::new(errors))
    }

    fn spawn(command: &mut Command) -> Self {
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
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
fn folders_and_tools_are_globals() {
    // Ends with the number of its arguments, its name included.
    const COUNT: &str = r#"(module
        (import "wasi_snapshot_preview1" "args_sizes_get" (func $sizes (param i32 i32) (result i32)))
        (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
        (memory (export "memory") 1)
        (func (export "_start")
          (drop (call $sizes (i32.const 0) (i32.const 4)))
          (call $exit (i32.load (i32.const 0)))))"#;
    let folder = Folder::new("mcp-objects")
        .file("data/a.txt", "one")
        .file("count.wasm", wat::parse_str(COUNT).expect("a module"));
    let arguments = [
        "--engine",
        "pulley",
        "--dir",
        "FILES=data:overlay",
        "--dir",
        "SAME=data:ro",
        "--tool",
        "COUNT=count.wasm",
    ];
    let mut client = Client::new(&folder, &arguments);
    let listed = client.request("tools/list", &json!({}));
    let description = listed["tools"][0]["description"].as_str().expect("a description").to_owned();
    assert!(description.contains("FILES"), "{description}");
    let described = |client: &mut Client, name: &str| {
        let arguments = json!({"name": "describe_tool", "arguments": {"name": name}});
        let result = client.request("tools/call", &arguments);
        result["content"][0]["text"].as_str().expect("text").to_owned()
    };
    let declaration = described(&mut client, "FILES");
    for part in
        ["\ninterface Directory {", "readText(path: string)", "declare const FILES: Directory;"]
    {
        assert!(format!("\n{declaration}").contains(part), "{declaration}");
    }
    assert!(described(&mut client, "COUNT").contains("declare const COUNT: Tool;"));
    let program = "await FILES.write('a.txt', 'two');\n\
        const { exitCode } = await COUNT.run(['a'], { dirs: { '/d': SAME } });\n\
        return [await FILES.readText('a.txt'), await SAME.readText('a.txt'), exitCode]";
    let result = client.run(program);
    assert_eq!(result["structuredContent"]["result"], json!(["two", "one", 2]), "{result}");
    let calls = result["structuredContent"]["calls"].as_array().expect("calls");
    assert_eq!(calls[0], json!({"tool": "FILES.write", "status": "done"}));
    let result = client.run("await SAME.write('a.txt', 'x')");
    assert!(result["content"][0]["text"].as_str().expect("text").contains("EROFS"), "{result}");
    assert_eq!(client.end(), Some(0));
    let text = || std::fs::read_to_string(folder.path().join("data/a.txt")).expect("a file");
    assert_eq!(text(), "one");
    let mut client = Client::new(&folder, &["--dir", "FILES=data:overlay", "--apply"]);
    client.run("await FILES.write('a.txt', 'three')");
    assert_eq!(client.end(), Some(0));
    assert_eq!(text(), "three");
}

#[test]
fn documents_are_tools() {
    let document = "openapi: 3.1.0\nservers: [{url: 'https://pets.example'}]\n\
        paths: {/pets: {get: {operationId: listPets, summary: Lists the pets.}}}\n";
    let folder = Folder::new("mcp-openapi")
        .file("api/pets.yaml", document)
        .file("api/config.json", "{\"openapi\": {\"pets\": {\"file\": \"pets.yaml\"}}}")
        .file("broken.yaml", "openapi: 2");
    // Nothing listens there.
    let server = "pets=http://127.0.0.1:9";
    for arguments in [
        &["--openapi", "pets=api/pets.yaml", "--openapi-server", server][..],
        &["--config", "api/config.json", "--openapi-server", server],
    ] {
        let mut client = Client::new(&folder, arguments);
        let listed = client.request("tools/list", &json!({}));
        let description = listed["tools"][0]["description"].as_str().expect("a description");
        assert!(description.contains("listPets(): Promise<unknown>"), "{description}");
        let result = client.run("await pets.listPets()");
        let text = result["content"][0]["text"].as_str().expect("text");
        assert!(text.contains("ToolError: api pets: ") && text.contains("no connection"), "{text}");
        assert_eq!(client.end(), Some(0));
    }
    let run = |arguments: &[&str]| -> Said { said(&mut mcp(&folder, arguments)) };
    let _ = run(&["--openapi", "a=broken.yaml"]).expect_failure(2, &["a: its version 2"]);
    let _ = run(&["--openapi", "a=missing.yaml"]).expect_failure(2, &["a: missing.yaml: "]);
    let _ = run(&["--openapi", "missing"]).expect_failure(2, &["--openapi"]);
    let other = ["--openapi", "pets=api/pets.yaml", "--openapi-server", "a=https://a.example"];
    let _ = run(&other).expect_failure(2, &["there is no document of this name"]);
    let _ = run(&[]).expect_failure(2, &["--config"]);
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
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = taken.local_addr().expect("an address").to_string();
    let _ = run(&["--config", "gone.json", "--listen", &address]).expect_failure(2, &[&address]);
    for wrong in [["--memory", "1"], ["--timeout", "0s"]] {
        let _ =
            run(&[&["--config", "gone.json"][..], &wrong].concat()).expect_failure(2, &["limits"]);
    }
}
